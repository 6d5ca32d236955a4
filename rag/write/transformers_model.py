"""Hugging Face models that write, run by transformers in this process."""

from __future__ import annotations

from threading import Lock
from typing import Any

from rag.errors import ModelError
from rag.models import ModelFolder, find_named, first_line, loading
from rag.write.generators import Generator, Pieces, Push, pulled

_MEND = "name the folder or hub id of a model that writes, or a GGUF file, in RAG_WRITER."


class TransformersGenerator(Generator):
    """A causal language model, on a GPU where there is one; greedy, one reply at a time."""

    def __init__(self, name: str, model: Any, tokenizer: Any) -> None:
        self.name = name
        self._model = model
        self._tokenizer = tokenizer
        self._lock = Lock()

    @staticmethod
    def from_pretrained(name: str) -> TransformersGenerator:
        """The model in the folder, or under the hub id, ``name``.

        Raises ModelError if there is no such model, or it does not write. HF_HUB_OFFLINE is
        respected.
        """
        what = f"Writing model {name or '(none)'}"
        found = find_named(what, name, _MEND)
        with loading(what, _MEND):
            model, tokenizer = _load(found)
        return TransformersGenerator(found.name, model, tokenizer)

    def stream(self, prompt: str, max_tokens: int) -> Pieces:
        inputs = self._inputs(prompt)
        room = getattr(self._model.config, "max_position_embeddings", None)
        tokens = inputs["input_ids"].shape[1]
        if room is not None and tokens + max_tokens > room:
            raise ModelError(
                f"Model {self.name} did not reply: {tokens} tokens of prompt and {max_tokens} of "
                f"reply exceed its {room}; give a shorter prompt."
            )

        def write(push: Push) -> None:
            try:
                with self._lock:
                    self._write(inputs, max_tokens, push)
            except (RuntimeError, ValueError) as error:
                raise ModelError(
                    f"Model {self.name} did not reply ({first_line(error)}): {_MEND}"
                ) from None

        yield from pulled(write)

    def _inputs(self, prompt: str) -> Any:
        """The prompt as a user's turn, where the model knows turns."""
        if self._tokenizer.chat_template:
            inputs = self._tokenizer.apply_chat_template(
                [{"role": "user", "content": prompt}],
                add_generation_prompt=True,
                return_dict=True,
                return_tensors="pt",
            )
        else:
            inputs = self._tokenizer(prompt, return_tensors="pt")
        return inputs.to(self._model.device)

    def _write(self, inputs: Any, max_tokens: int, push: Push) -> None:
        from transformers import StoppingCriteriaList, TextStreamer

        more = True

        class Pieces(TextStreamer):
            """Whole words, as they are decoded."""

            def on_finalized_text(self, text: str, stream_end: bool = False) -> None:
                nonlocal more
                more = push(text) and more

        def is_unwanted(input_ids: Any, scores: Any, **kwargs: Any) -> Any:
            return input_ids.new_full((len(input_ids),), not more).bool()

        self._model.generate(
            **{name: inputs[name] for name in ("input_ids", "attention_mask")},
            max_new_tokens=max_tokens,
            do_sample=False,
            streamer=Pieces(self._tokenizer, skip_prompt=True, skip_special_tokens=True),
            stopping_criteria=StoppingCriteriaList([is_unwanted]),
        )


def _load(found: ModelFolder) -> tuple[Any, Any]:
    """Model and tokenizer. Raises ValueError where the model does not write."""
    import torch
    from transformers import AutoModelForCausalLM, AutoTokenizer

    options: dict[str, Any] = {"local_files_only": found.is_here, "trust_remote_code": False}
    model: Any
    report: Any
    model, report = AutoModelForCausalLM.from_pretrained(  # type: ignore[misc]
        found.path, dtype="auto", output_loading_info=True, **options
    )
    if missing := sorted(report["missing_keys"]):
        raise ValueError(f"its weights lack {missing[0]}")
    # The models' own settings for sampling only warn where nothing is sampled.
    model.generation_config.temperature = None
    model.generation_config.top_p = None
    model.generation_config.top_k = None
    if model.generation_config.pad_token_id is None:
        model.generation_config.pad_token_id = model.generation_config.eos_token_id
    tokenizer = AutoTokenizer.from_pretrained(found.path, **options)
    return model.eval().to("cuda" if torch.cuda.is_available() else "cpu"), tokenizer
