"""Readers from Hugging Face models: extractive question answering, and cross-encoders.

Both read what the shipped reader reads: the question, then ``context: passage``, with the special
tokens that their own tokenizer puts around two texts. This module knows neither articles nor what
is shown of an answer.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from rag.models import ModelFolder, find_named, loading
from rag.read.pairs import MAX_CONTEXT_TOKENS, MAX_QUESTION_TOKENS
from rag.read.read import MAX_WINDOW_TOKENS, OVERLAP_TOKENS, PassageReading, best_spans, words_of
from rag.read.spans import ScoredSpan, without_overlap
from rag.text.sentences import sentences

if TYPE_CHECKING:
    from tokenizers import Encoding
    from transformers import PreTrainedModel, PreTrainedTokenizerBase

    from rag.read.read import PassageReader

MAX_TOKENS = MAX_QUESTION_TOKENS + MAX_CONTEXT_TOKENS + MAX_WINDOW_TOKENS + 6
"""Of one input; 6 are special tokens and the colon, at most. What is longer is read in windows."""
_BATCH_WINDOWS = 16
_NO_WORDS = -20.0
"""The relevance of a passage in which no words can answer: a chance of none, but finite."""
_MEND = "name the folder or hub id of a question-answering or cross-encoder model in RAG_READER."


class PairModel:
    """A model that reads two texts in one input, with its tokenizer."""

    def __init__(self, model: PreTrainedModel, tokenizer: PreTrainedTokenizerBase) -> None:
        """Raises ValueError if the model cannot take MAX_TOKENS at once."""
        from tokenizers import Tokenizer

        positions = getattr(model.config, "max_position_embeddings", None) or MAX_TOKENS
        longest = min(tokenizer.model_max_length, positions)
        if longest < MAX_TOKENS:
            raise ValueError(f"it takes {longest} tokens at once, but {MAX_TOKENS} are needed")
        self._model = model
        self._takes_types = "token_type_ids" in tokenizer.model_input_names
        self._pad = tokenizer.pad_token_id or 0
        # Copies: the original truncates and pads as its last caller wished.
        self._whole, self._tokenizer = (
            Tokenizer.from_str(tokenizer.backend_tokenizer.to_str()) for _ in range(2)
        )
        self._whole.no_truncation()
        self._whole.no_padding()
        self._tokenizer.no_padding()
        self._tokenizer.enable_truncation(MAX_TOKENS, stride=OVERLAP_TOKENS, strategy="only_second")

    def outputs(
        self, question: str, passages: Sequence[tuple[str, str]]
    ) -> Iterator[tuple[int, int, Encoding, Any]]:
        """Of each window of a passage ``(context, text)``: the passage's number, the place where
        its text begins in the second text, the tokens, and the model's outputs for them."""
        import torch

        question = self._cut(question, MAX_QUESTION_TOKENS)
        before = [
            f"{self._cut(context, MAX_CONTEXT_TOKENS)}: " if context else ""
            for context, _ in passages
        ]
        encodings = self._tokenizer.encode_batch(
            [
                (question, context + text)
                for context, (_, text) in zip(before, passages, strict=True)
            ]
        )
        windows = [
            (number, window)
            for number, encoding in enumerate(encodings)
            for window in (encoding, *encoding.overflowing)
        ]
        windows.sort(key=lambda numbered: len(numbered[1]))
        for place in range(0, len(windows), _BATCH_WINDOWS):
            batch = windows[place : place + _BATCH_WINDOWS]
            for _, window in batch:
                window.pad(len(batch[-1][1]), pad_id=self._pad)
            inputs = {
                "input_ids": torch.tensor([window.ids for _, window in batch]),
                "attention_mask": torch.tensor([window.attention_mask for _, window in batch]),
            }
            if self._takes_types:
                inputs["token_type_ids"] = torch.tensor([window.type_ids for _, window in batch])
            with torch.inference_mode():
                made = self._model(**inputs, return_dict=True)
            for row, (number, window) in enumerate(batch):
                yield number, len(before[number]), window, {k: v[row] for k, v in made.items()}

    def _cut(self, text: str, most_tokens: int) -> str:
        offsets = self._whole.encode(text, add_special_tokens=False).offsets
        return text[: offsets[most_tokens - 1][1]] if len(offsets) > most_tokens else text


class QuestionAnsweringReader:
    """An extractive question-answering model: its best spans, against its score for no answer."""

    def __init__(self, pairs: PairModel, name: str) -> None:
        self._pairs = pairs
        self.name = name

    def score(self, question: str, passages: Sequence[tuple[str, str]]) -> list[PassageReading]:
        """One reading for each passage ``(context, text)``; its relevance is its best span's."""
        spans: list[list[ScoredSpan]] = [[] for _ in passages]
        for number, begin, window, outputs in self._pairs.outputs(question, passages):
            start, end = outputs["start_logits"].numpy(), outputs["end_logits"].numpy()
            own = [
                place
                for place, (side, (_, stop)) in enumerate(
                    zip(window.sequence_ids, window.offsets, strict=True)
                )
                if side == 1 and stop > begin
            ]
            offsets = np.maximum(np.array(window.offsets)[own] - begin, 0)
            found = best_spans(start[own], end[own], words_of(passages[number][1], offsets))
            no_answer = float(start[0] + end[0])  # both at [CLS], as in SQuAD 2.0
            spans[number] += [replace(span, score=span.score - no_answer) for span in found]
        return [
            PassageReading(max((span.score for span in found), default=_NO_WORDS), kept)
            for found, kept in zip(spans, map(without_overlap, spans), strict=True)
        ]


class CrossEncoderReader:
    """A cross-encoder with one label or two: its logit for a passage, and for each sentence of it.

    It marks no words, so the spans of a reading are the whole sentences of the passage.
    """

    def __init__(self, pairs: PairModel, name: str) -> None:
        self._pairs = pairs
        self.name = name

    def score(self, question: str, passages: Sequence[tuple[str, str]]) -> list[PassageReading]:
        """One reading for each passage ``(context, text)``; its spans are its sentences."""
        found = [sentences(text) for _, text in passages]
        texts = list(passages)
        for (context, text), spans in zip(passages, found, strict=True):
            texts += [(context, text[start:end]) for start, end in spans]
        scores = [-np.inf] * len(texts)  # of several windows the highest
        for number, _, _, outputs in self._pairs.outputs(question, texts):
            *other, logit = outputs["logits"].tolist()
            scores[number] = max(scores[number], logit - sum(other))
        of_sentences = iter(scores[len(passages) :])
        return [
            PassageReading(
                score,
                tuple(
                    sorted(
                        (ScoredSpan(start, end, next(of_sentences)) for start, end in spans),
                        key=lambda span: -span.score,
                    )
                ),
            )
            for score, spans in zip(scores, found, strict=False)
        ]


def load_passage_reader(name: str) -> PassageReader:
    """The reader in the folder, or under the hub id, ``name``; its config says of which kind.

    Raises ModelError if there is no such model, or it neither answers questions nor compares texts.
    """
    model = f"Reading model {name}"
    found = find_named(model, name, _MEND)
    with loading(model, _MEND):
        return _load(found)


def _load(found: ModelFolder) -> PassageReader:
    """The reader for a model, in float32. Raises ValueError where it fits none."""
    import transformers

    options: dict[str, Any] = {"local_files_only": found.is_here, "trust_remote_code": False}
    config = transformers.AutoConfig.from_pretrained(found.path, **options)
    architecture = (config.architectures or ["a model without architecture"])[0]
    reader_class: type[QuestionAnsweringReader | CrossEncoderReader]
    model_class: Any
    if architecture.endswith("ForQuestionAnswering"):
        model_class, reader_class = (
            transformers.AutoModelForQuestionAnswering,
            QuestionAnsweringReader,
        )
    elif architecture.endswith("ForSequenceClassification"):
        model_class, reader_class = (
            transformers.AutoModelForSequenceClassification,
            CrossEncoderReader,
        )
        if config.num_labels not in (1, 2):
            raise ValueError(f"it has {config.num_labels} labels, not one or two")
    else:
        raise ValueError(f"it is {architecture}")
    model, report = model_class.from_pretrained(
        found.path, dtype="float32", output_loading_info=True, **options
    )
    if missing := sorted(report["missing_keys"]):
        raise ValueError(f"its weights lack {missing[0]}")
    tokenizer = transformers.AutoTokenizer.from_pretrained(found.path, **options)
    if not tokenizer.is_fast:
        raise ValueError("it has no fast tokenizer")
    return reader_class(PairModel(model.eval(), tokenizer), found.name)
