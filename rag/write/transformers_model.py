"""Hugging Face models that write, run by transformers in this process."""

from __future__ import annotations

from threading import Lock
from typing import Any

from rag.errors import ModelError
from rag.models import ModelFolder, find_named, first_line, loading
from rag.write.generators import Push, Stream, TextGenerator, pulled

_MEND = "name the folder or hub id of a model that writes, or a GGUF file, in RAG_WRITER."


class TransformersModel(TextGenerator):
    """A causal language model, on a GPU where there is one; greedy, one reply at a time."""

    def __init__(self, name: str, pipeline: Any) -> None:
        self.name = name
        self._pipeline = pipeline
        self._lock = Lock()

    @classmethod
    def from_pretrained(cls, name: str) -> TransformersModel:
        """The model in the folder, or under the hub id, ``name``.

        Raises ModelError if there is no such model, or it does not write. HF_HUB_OFFLINE is
        respected.
        """
        what = f"Writing model {name or '(none)'}"
        found = find_named(what, name, _MEND)
        with loading(what, _MEND):
            return cls(found.name, _pipeline(found))

    def stream(self, prompt: str, max_tokens: int) -> Stream[str]:
        return pulled(lambda push: self._write(prompt, max_tokens, push))

    def _write(self, prompt: str, max_tokens: int, push: Push[str]) -> None:
        from transformers import TextStreamer

        class LeftError(Exception):
            """Nobody wants more."""

        class Pushed(TextStreamer):
            """Whole words, as they are decoded."""

            def on_finalized_text(self, text: str, stream_end: bool = False) -> None:
                if not push(text):
                    raise LeftError

        tokenizer = self._pipeline.tokenizer
        turn = [{"role": "user", "content": prompt}] if tokenizer.chat_template else prompt
        streamer = Pushed(tokenizer, skip_prompt=True, skip_special_tokens=True)
        try:
            with self._lock:
                self._pipeline(turn, max_new_tokens=max_tokens, do_sample=False, streamer=streamer)
        except LeftError:
            pass
        except (RuntimeError, ValueError, IndexError) as error:
            reason = first_line(error)
            raise ModelError(f"Model {self.name} did not reply ({reason}): {_MEND}") from None


def _pipeline(found: ModelFolder) -> Any:
    """Model and tokenizer. Raises ValueError where the model does not write."""
    import torch
    from transformers import AutoModelForCausalLM, AutoTokenizer, pipeline

    options: dict[str, Any] = {"local_files_only": found.is_here, "trust_remote_code": False}
    model: Any
    report: Any
    model, report = AutoModelForCausalLM.from_pretrained(  # type: ignore[misc]
        found.path, dtype="auto", output_loading_info=True, **options
    )
    if missing := sorted(report["missing_keys"]):
        raise ValueError(f"its weights lack {missing[0]}")
    # A model's own settings for sampling only warn where nothing is sampled.
    model.generation_config.update(temperature=None, top_p=None, top_k=None)
    tokenizer = AutoTokenizer.from_pretrained(found.path, **options)
    device = "cuda" if torch.cuda.is_available() else "cpu"
    return pipeline("text-generation", model=model, tokenizer=tokenizer, device=device)
