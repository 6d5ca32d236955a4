from __future__ import annotations

from pathlib import Path

import pytest

from rag.errors import ModelError
from rag.write import writers as generate
from rag.write.generator import Push, pulled
from rag.write.writers import LlamaCppGenerator, OpenAIServer, load_generator
from tests.fake_writer import FakeWriter


@pytest.fixture(autouse=True)
def _nothing_loaded_before() -> None:
    load_generator.cache_clear()


def test_the_whole_reply_is_the_stream_stripped() -> None:
    assert FakeWriter(lambda prompt: f" {prompt} \n").generate("one two three", 2) == "one two"


@pytest.mark.parametrize("name", ["models/tiny.gguf", "TINY.GGUF"])
def test_a_file_is_run_by_llama_cpp(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        LlamaCppGenerator, "from_file", staticmethod(lambda path: LlamaCppGenerator(path, None))
    )
    assert load_generator(name).name == name
    assert load_generator(name) is load_generator(name)


def test_the_shipped_model_has_a_name_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    shipped = LlamaCppGenerator("SmolLM2", None)
    monkeypatch.setattr(LlamaCppGenerator, "shipped", staticmethod(lambda: shipped))
    assert load_generator("smollm2") is shipped


def test_an_address_is_a_server() -> None:
    server = load_generator("http://127.0.0.1:9/v1#some/model")
    assert isinstance(server, OpenAIServer)
    assert server.name == "some/model"


@pytest.mark.parametrize("name", ["", "no/such/folder", "a b"])
def test_a_name_of_nothing(name: str) -> None:
    with pytest.raises(ModelError, match="is not there: name the folder or hub id .* RAG_WRITER"):
        load_generator(name)


def test_a_folder_without_a_model(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="cannot be loaded .* name the folder"):
        load_generator(str(tmp_path))


def test_what_is_pushed_is_pulled_in_order() -> None:
    def write(push: Push) -> None:
        assert push("a")
        assert push("b")

    assert list(pulled(write)) == ["a", "b"]


def test_an_error_while_writing_comes_after_what_was_written() -> None:
    def write(push: Push) -> None:
        push("a")
        raise ModelError("broken")

    stream = pulled(write)
    assert next(stream) == "a"
    with pytest.raises(ModelError, match="broken"):
        next(stream)


def test_all_public_names_are_there() -> None:
    assert set(generate.__all__) <= set(dir(generate))
