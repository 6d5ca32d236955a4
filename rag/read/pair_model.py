"""Any Hugging Face model that reads two texts in one input, with its tokenizer.

The input is what the shipped reader reads: the question, then ``context: window``, with the special
tokens that this model's tokenizer puts around two texts.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from rag.read.pairs import MAX_CONTEXT_TOKENS, MAX_QUESTION_TOKENS
from rag.read.read import MAX_WINDOW_TOKENS, Tokens, tokenize, window_starts

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from transformers import PreTrainedModel, PreTrainedTokenizerBase

_BATCH_WINDOWS = 16
_SPECIAL_TOKENS = 6
"""Special tokens and the colon of one input, at most."""


@dataclass(frozen=True, slots=True)
class PairInput:
    """The question with one window of a text, as token ids.

    Tokens ``ids[text_from:text_to]`` are the window's own; in the text they begin at ``first``.
    """

    text: int
    """Which of the texts."""
    first: int
    ids: tuple[int, ...]
    types: tuple[int, ...]
    text_from: int
    text_to: int


def fast_bfloat16() -> bool:
    """Whether this processor multiplies bfloat16 in tiles (AMX); float32 is faster elsewhere."""
    import torch

    return bool(torch.cpu._is_amx_tile_supported())


class PairModel:
    """A model that reads two texts in one input, with its tokenizer; holds no state."""

    def __init__(
        self,
        model: PreTrainedModel,
        tokenizer: PreTrainedTokenizerBase,
        outputs: tuple[str, ...],
    ) -> None:
        """``outputs`` are the names of the model's outputs that are wanted.

        Raises ValueError if the model cannot take a question with a window of a text.
        """
        from tokenizers import Tokenizer

        needed = MAX_QUESTION_TOKENS + MAX_CONTEXT_TOKENS + MAX_WINDOW_TOKENS + _SPECIAL_TOKENS
        positions = getattr(model.config, "max_position_embeddings", None) or needed
        longest = min(tokenizer.model_max_length, positions)
        if longest < needed:
            raise ValueError(f"it takes {longest} tokens at once, but {needed} are needed")
        self._model = model
        self._outputs = outputs
        self._takes_types = "token_type_ids" in tokenizer.model_input_names
        self._pad = tokenizer.pad_token_id or 0
        # A copy: the original truncates and pads as its last caller wished.
        self._tokenizer = Tokenizer.from_str(tokenizer.backend_tokenizer.to_str())
        self._tokenizer.no_truncation()
        self._tokenizer.no_padding()
        # What the tokenizer puts around any two texts.
        probe = self._tokenizer.encode("a", "b")
        first, second = (
            [place for place, side in enumerate(probe.sequence_ids) if side == wanted]
            for wanted in (0, 1)
        )
        self._before = probe.ids[: first[0]]
        self._between = probe.ids[first[-1] + 1 : second[0]]
        self._after = probe.ids[second[-1] + 1 :]
        self._types = probe.type_ids[first[0]], probe.type_ids[second[0]]

    def tokens(self, text: str) -> Tokens:
        """Tokens of a text, without the space that some tokenizers count to the word after it."""
        tokens = tokenize(self._tokenizer, text)
        pieces = [text[start:end] for start, end in zip(tokens.starts, tokens.ends, strict=True)]
        space = np.array([len(piece) - len(piece.lstrip()) for piece in pieces], dtype=np.int64)
        starts = tokens.starts + space
        begins_word = tokens.begins_word | ((space > 0) & (starts < tokens.ends))
        return replace(tokens, starts=starts, begins_word=begins_word)

    def inputs(
        self, question: str, contexts: Sequence[str], tokens: Sequence[Tokens]
    ) -> list[PairInput]:
        """Windows of all texts, each after the question and its own context."""
        head = [*self._before, *self._ids(question)[:MAX_QUESTION_TOKENS], *self._between]
        colon = self._ids(":")
        made = []
        for text, (context, of_text) in enumerate(zip(contexts, tokens, strict=True)):
            middle = [*self._ids(context)[:MAX_CONTEXT_TOKENS], *colon] if context else []
            begin = len(head) + len(middle)
            for first in window_starts(len(of_text.ids)):
                window = of_text.ids[first : first + MAX_WINDOW_TOKENS]
                ids = (*head, *middle, *window, *self._after)
                types = (self._types[0],) * len(head) + (self._types[1],) * (len(ids) - len(head))
                made.append(PairInput(text, first, ids, types, begin, begin + len(window)))
        return made

    def logits(
        self, inputs: Sequence[PairInput]
    ) -> Iterator[tuple[PairInput, tuple[NDArray[np.float32], ...]]]:
        """Each input with the model's outputs for it, in batches of like length."""
        import torch

        by_length = sorted(inputs, key=lambda each: len(each.ids))
        for place in range(0, len(by_length), _BATCH_WINDOWS):
            batch = by_length[place : place + _BATCH_WINDOWS]
            with torch.inference_mode(), torch.autocast("cpu", torch.bfloat16, fast_bfloat16()):
                made = self._model(**self._padded(batch), return_dict=True)
            arrays = [made[output].float().numpy() for output in self._outputs]
            yield from zip(batch, zip(*arrays, strict=True), strict=True)

    def _padded(self, batch: Sequence[PairInput]) -> dict[str, Any]:
        import torch

        shape = len(batch), max(len(each.ids) for each in batch)
        ids = torch.full(shape, self._pad)
        types, attention = torch.zeros(2, *shape, dtype=torch.long)
        for row, each in enumerate(batch):
            length = len(each.ids)
            ids[row, :length] = torch.tensor(each.ids)
            types[row, :length] = torch.tensor(each.types)
            attention[row, :length] = 1
        padded = {"input_ids": ids, "attention_mask": attention}
        return padded | ({"token_type_ids": types} if self._takes_types else {})

    def _ids(self, text: str) -> list[int]:
        ids: list[int] = self._tokenizer.encode(text, add_special_tokens=False).ids
        return ids
