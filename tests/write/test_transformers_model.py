from __future__ import annotations

from pathlib import Path

import pytest
import transformers

from rag.errors import ModelError
from rag.write.transformers_model import TransformersGenerator
from tests.tiny_models import byte_pairs, save_tiny_model


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A model that writes nonsense, with 60 positions."""
    return save_tiny_model(
        tmp_path_factory.mktemp("models") / "tiny-writer",
        byte_pairs(),
        transformers.LlamaForCausalLM,
        max_position_embeddings=60,
        eos_token_id=None,
        bos_token_id=None,
    )


def test_a_reply_is_streamed_and_repeats_itself(folder: Path) -> None:
    generator = TransformersGenerator.from_pretrained(str(folder))
    assert generator.name == "tiny-writer"
    reply = "".join(generator.stream("Where is it?", 12))
    assert len(reply) >= 6
    assert "".join(generator.stream("Where is it?", 12)) == reply
    assert not reply.startswith("Where")
    assert generator.generate("Where is it?", 12) == reply.strip()
    assert generator.generate("Who was it?", 12) != reply.strip()


def test_a_chat_template_is_followed(folder: Path) -> None:
    generator = TransformersGenerator.from_pretrained(str(folder))
    generator._tokenizer.chat_template = "({{ messages[0]['content'] }})"
    turn = generator._tokenizer("(Where?)", add_special_tokens=False)["input_ids"]
    assert generator._inputs("Where?")["input_ids"].tolist() == [turn]
    assert generator.generate("Where?", 12)


def test_a_closed_stream_stops_the_model(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    generator = TransformersGenerator.from_pretrained(str(folder))
    pushed: list[str] = []
    write = TransformersGenerator._write

    def counted(self: TransformersGenerator, inputs: object, max_tokens: int, push: object) -> None:
        def push_one(piece: str) -> bool:
            pushed.append(piece)
            push(piece)  # type: ignore[operator]
            return False

        write(self, inputs, max_tokens, push_one)

    monkeypatch.setattr(TransformersGenerator, "_write", counted)
    stopped = generator.generate("Where?", 40)
    monkeypatch.undo()
    assert len(stopped) < len(generator.generate("Where?", 40))


def test_a_prompt_that_is_too_long(folder: Path) -> None:
    generator = TransformersGenerator.from_pretrained(str(folder))
    with pytest.raises(ModelError, match="tiny-writer did not reply: .* exceed its 60; give a"):
        generator.generate("Where? " * 20, 12)


def test_a_model_that_does_not_write(tmp_path: Path) -> None:
    folder = save_tiny_model(tmp_path / "m", byte_pairs(), transformers.RobertaForQuestionAnswering)
    with pytest.raises(ModelError, match="m cannot be loaded .*: name the folder"):
        TransformersGenerator.from_pretrained(str(folder))


def test_weights_that_are_cut_short(folder: Path, tmp_path: Path) -> None:
    for file in folder.iterdir():
        content = file.read_bytes()
        kept = content[:200] if file.suffix == ".safetensors" else content
        (tmp_path / file.name).write_bytes(kept)
    with pytest.raises(ModelError, match="cannot be loaded .*: name the folder"):
        TransformersGenerator.from_pretrained(str(tmp_path))
