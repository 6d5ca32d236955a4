"""The package as other programs import it."""

from __future__ import annotations

import shutil
import subprocess
import sys
from datetime import date
from pathlib import Path

import pytest

import rag
from rag.errors import (
    FilterError,
    IndexMismatchError,
    IndexMissingError,
    QuestionError,
    RagError,
    SettingsError,
)
from rag.settings import Settings
from rag.types import Filters
from tests.fakes import FakeEmbedder

HEAVY = {
    *("torch", "faiss", "transformers", "sentence_transformers", "gradio", "numpy", "pydantic"),
    *("tantivy", "sqlite3", "typer", "rich", "fastapi"),
}


def test_importing_loads_nothing_heavy() -> None:
    code = "import sys, rag; print(*{name.partition('.')[0] for name in sys.modules})"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True).stdout
    assert set(loaded.decode().split()).isdisjoint(HEAVY)


def test_public_names() -> None:
    assert rag.__all__ == sorted(rag.__all__)
    assert all(hasattr(rag, name) for name in rag.__all__)
    assert {"retrieve", "ask", "build", "open", "Hit", "Answer"} <= set(rag.__all__)


def test_the_index_is_built_when_it_is_first_needed(
    seeds_folder: Path, fake_models: FakeEmbedder
) -> None:
    hits = rag.retrieve("Who met in Baghdad?", k=1)
    assert hits[0].article.title == "Iran and the US hold talks"
    assert Path("index/CURRENT").exists()
    answer = rag.ask("How long did they talk?", history=[("user", "Who met in Baghdad?")])
    assert "Baghdad" in answer.query
    again = rag.ask("Why?", history=[{"role": "user", "content": "Who met in Baghdad?"}])
    assert "Baghdad" in again.query


def test_filters(seeds_folder: Path, fake_models: FakeEmbedder) -> None:
    for filters in ({"since": "2010"}, {"author": "lind"}, {"source": "w*"}):
        assert {hit.article.source for hit in rag.retrieve("talks", **filters)} == {"whales.txt"}  # type: ignore[arg-type]
        assert rag.ask("talks?", **filters).hits[0].article.source == "whales.txt"  # type: ignore[arg-type]
    assert {hit.article.source for hit in rag.retrieve("whales", until="2007-05")} == {"talks.txt"}


def test_the_library_is_opened_once_for_a_generation(
    seeds_folder: Path, fake_models: FakeEmbedder
) -> None:
    first = rag._default_library()
    assert rag._default_library() is first
    rag.build().close()
    second = rag._default_library()
    assert second is not first
    assert rag._default_library() is second


def test_an_index_that_was_deleted_and_built_anew_is_opened_anew(
    seeds_folder: Path, fake_models: FakeEmbedder
) -> None:
    rag.retrieve("whales")
    shutil.rmtree("index")
    (seeds_folder / "whales.txt").unlink()
    rag.build().close()
    assert Path("index/CURRENT").read_text().startswith("g000001")
    assert {hit.article.source for hit in rag.retrieve("whales")} == {"talks.txt"}


def test_another_current_folder_has_another_index(
    seeds_folder: Path, fake_models: FakeEmbedder, monkeypatch: pytest.MonkeyPatch
) -> None:
    rag.retrieve("whales")
    other = seeds_folder / "elsewhere"
    (other / "seeds").mkdir(parents=True)
    (other / "seeds" / "owls.txt").write_text("Owls nest in the old tower of the church.")
    monkeypatch.chdir(other)
    assert rag.retrieve("owls")[0].article.source == "owls.txt"
    monkeypatch.chdir(seeds_folder.parent)
    assert rag.retrieve("whales")[0].article.source == "whales.txt"


def test_build_and_open(seeds_folder: Path, fake_models: FakeEmbedder) -> None:
    with rag.build("seeds", "elsewhere") as built:
        assert built.report is not None
        assert built.report.articles == built.article_count == 2
        assert built.count_articles(Filters(author="symonds")) == 1
    with rag.open("elsewhere") as library:
        assert library.retrieve("whales")[0].article.source == "whales.txt"
        assert [article.source for article in library.articles()] == ["talks.txt", "whales.txt"]
        assert library.report is None
    with rag.open("elsewhere", settings=Settings(candidates=3)) as library:
        assert library.settings.candidates == 3
    with pytest.raises(IndexMissingError, match="No index in nowhere: run rag build --index"):
        rag.open("nowhere")


def test_an_index_of_another_model_is_refused_with_the_command(
    seeds_folder: Path, fake_models: FakeEmbedder
) -> None:
    rag.build().close()
    fake_models.revision = "2"
    with pytest.raises(IndexMismatchError, match=r"made with the model .* Run rag build\."):
        rag.retrieve("whales")
    rag.build().close()
    assert rag.retrieve("whales")


def test_an_open_library_outlives_two_builds(seeds_folder: Path, fake_models: FakeEmbedder) -> None:
    library = rag.build()
    before = library.retrieve("whales harbour"), library.ask("How many whales?").text
    for _ in range(2):
        rag.build().close()
    assert (library.retrieve("whales harbour"), library.ask("How many whales?").text) == before


def test_no_articles_yet(seeds_folder: Path, fake_models: FakeEmbedder) -> None:
    shutil.rmtree(seeds_folder)
    with pytest.raises(RagError, match="The folder of articles seeds does not exist"):
        rag.ask("Who?")
    seeds_folder.mkdir()
    with pytest.raises(RagError, match="Folder seeds holds no articles"):
        rag.ask("Who?")


@pytest.mark.parametrize(
    ("wrong", "error", "words"),
    [
        ({"question": ""}, QuestionError, "is empty"),
        ({"question": "x" * 20_000}, QuestionError, "20,000 characters"),
        *(({"question": each}, QuestionError, "write it as text") for each in (None, 7, b"Who?")),
        ({"since": date(2024, 1, 1)}, FilterError, "since is .*: write .*ISO date"),
        ({"until": 2024}, FilterError, "until is .*: write .*ISO date"),
        ({"author": ["Symonds"]}, FilterError, "author is .*: write .*name"),
        ({"source": Path("2007")}, FilterError, "source is .*: write .*path"),
        *(
            ({"history": [("user", "Who?"), turn]}, QuestionError, "Turn 2 of the history")
            for turn in (("user",), ("user", None), {"role": "user"}, "user", 7)
        ),
        *(({"k": k}, QuestionError, "at least 1") for k in (0, -1, 2.5, "5", None)),
    ],
)
def test_what_cannot_be_taken_is_told_in_one_line(
    wrong: dict[str, object],
    error: type[RagError],
    words: str,
    seeds_folder: Path,
    fake_models: FakeEmbedder,
) -> None:
    for call in (rag.retrieve, rag.ask) if "k" not in wrong else (rag.retrieve,):
        with pytest.raises(error, match=words) as caught:
            call(**{"question": "Why?"} | wrong)  # type: ignore[operator]
        assert "\n" not in str(caught.value)


def test_an_argument_that_there_is_not(seeds_folder: Path, fake_models: FakeEmbedder) -> None:
    for call in (rag.retrieve, rag.ask):
        with pytest.raises(TypeError, match="autor"):
            call("Why?", autor="Symonds")  # type: ignore[call-arg]


@pytest.mark.parametrize("wrong", [{"min_confidence": 7.0}, {"max_quotes": 0}])
def test_an_answer_is_bounded_as_the_settings_are(
    wrong: dict[str, float], seeds_folder: Path, fake_models: FakeEmbedder
) -> None:
    with rag.build() as library, pytest.raises(SettingsError, match=f"Setting {next(iter(wrong))}"):
        library.stream("How many whales?", **wrong)  # type: ignore[arg-type]
