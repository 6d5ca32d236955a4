from __future__ import annotations

import threading
from pathlib import Path

import pytest
import transformers

from rag.errors import ModelError
from rag.write.transformers_model import TransformersModel
from tests.tiny_models import byte_pairs, save_tiny_model


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A model that writes nonsense."""
    return save_tiny_model(
        tmp_path_factory.mktemp("models") / "tiny-writer",
        byte_pairs(),
        transformers.LlamaForCausalLM,
        eos_token_id=None,
        bos_token_id=None,
    )


def test_a_reply_is_streamed_and_repeats_itself(folder: Path) -> None:
    model = TransformersModel.from_pretrained(str(folder))
    assert model.name == "tiny-writer"
    reply = "".join(model.stream("Where is it?", 12))
    assert len(reply) >= 6
    assert "".join(model.stream("Where is it?", 12)) == reply
    assert not reply.startswith("Where")
    assert "".join(model.stream("Who was it?", 12)) != reply


def test_a_chat_template_is_followed(folder: Path) -> None:
    model = TransformersModel.from_pretrained(str(folder))
    plain = "".join(model.stream("(Where?)", 12))
    model._pipeline.tokenizer.chat_template = "[CLS]({{ messages[0]['content'] }})[SEP]"
    assert "".join(model.stream("Where?", 12)) == plain


def test_a_closed_stream_stops_the_model(folder: Path) -> None:
    model = TransformersModel.from_pretrained(str(folder))
    stream = model.stream("Where?", 100_000)
    next(stream)
    stream.close()  # would else write for minutes
    assert "writing" not in {thread.name for thread in threading.enumerate()}


def test_a_model_that_does_not_write(tmp_path: Path) -> None:
    folder = save_tiny_model(tmp_path / "m", byte_pairs(), transformers.RobertaForQuestionAnswering)
    with pytest.raises(ModelError, match="m cannot be loaded .*: name the folder"):
        TransformersModel.from_pretrained(str(folder))


def test_weights_that_are_cut_short(folder: Path, tmp_path: Path) -> None:
    for file in folder.iterdir():
        content = file.read_bytes()
        kept = content[:200] if file.suffix == ".safetensors" else content
        (tmp_path / file.name).write_bytes(kept)
    with pytest.raises(ModelError, match="cannot be loaded .*: name the folder"):
        TransformersModel.from_pretrained(str(tmp_path))
