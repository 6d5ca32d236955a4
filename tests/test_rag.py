"""The package as other programs import it."""

from __future__ import annotations

import shutil
import subprocess
import sys
import threading
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


def test_threads_ask_while_the_index_is_rebuilt(
    seeds_folder: Path, fake_models: FakeEmbedder
) -> None:
    expected = rag.retrieve("eleven whales near the harbour")
    done = threading.Event()
    problems: list[object] = []

    def ask() -> None:
        while not done.is_set():
            try:
                if rag.retrieve("eleven whales near the harbour") != expected:
                    problems.append("other hits")
            except Exception as error:
                problems.append(error)

    threads = [threading.Thread(target=ask) for _ in range(3)]
    for thread in threads:
        thread.start()
    for _ in range(4):
        rag.build().close()
    done.set()
    for thread in threads:
        thread.join()
    assert problems == []


@pytest.mark.parametrize("question", ["", "x" * 20_000])
def test_questions_that_are_refused(
    seeds_folder: Path, fake_models: FakeEmbedder, question: str
) -> None:
    for call in (rag.retrieve, rag.ask):
        with pytest.raises(RagError) as caught:
            call(question)
        assert "\n" not in str(caught.value)


def test_no_articles_yet(seeds_folder: Path, fake_models: FakeEmbedder) -> None:
    shutil.rmtree(seeds_folder)
    with pytest.raises(RagError, match="The folder of articles seeds does not exist"):
        rag.ask("Who?")
    seeds_folder.mkdir()
    with pytest.raises(RagError, match="Folder seeds holds no articles"):
        rag.ask("Who?")


@pytest.mark.parametrize("k", [0, -1, 2.5, "5", None])
def test_a_number_of_passages_that_is_none(
    k: object, seeds_folder: Path, fake_models: FakeEmbedder
) -> None:
    with pytest.raises(QuestionError, match="at least 1"):
        rag.retrieve("whales", k=k)  # type: ignore[arg-type]


@pytest.mark.parametrize("question", [None, 7, b"Who?"])
def test_a_question_that_is_no_text(
    question: object, seeds_folder: Path, fake_models: FakeEmbedder
) -> None:
    for call in (rag.retrieve, rag.ask):
        with pytest.raises(QuestionError, match="write it as text"):
            call(question)  # type: ignore[operator]


@pytest.mark.parametrize(
    ("name", "value", "hint"),
    [
        ("since", date(2024, 1, 1), "ISO date"),
        ("until", 2024, "ISO date"),
        ("author", ["Symonds"], "name"),
        ("source", Path("2007"), "path"),
    ],
)
def test_a_filter_that_is_no_text(
    name: str, value: object, hint: str, seeds_folder: Path, fake_models: FakeEmbedder
) -> None:
    for call in (rag.retrieve, rag.ask):
        with pytest.raises(FilterError, match=f"{name} is .*: write .*{hint}") as caught:
            call("Who?", **{name: value})  # type: ignore[operator]
        assert "\n" not in str(caught.value)


@pytest.mark.parametrize("turn", [("user",), ("user", None), {"role": "user"}, "user", 7])
def test_a_history_that_is_none(
    turn: object, seeds_folder: Path, fake_models: FakeEmbedder
) -> None:
    for call in (rag.retrieve, rag.ask):
        with pytest.raises(QuestionError, match="Turn 2 of the history") as caught:
            call("Why?", history=[("user", "Who met in Baghdad?"), turn])  # type: ignore[operator]
        assert "\n" not in str(caught.value)


@pytest.mark.parametrize("wrong", [{"min_confidence": 7.0}, {"max_quotes": 0}])
def test_an_answer_is_bounded_as_the_settings_are(
    wrong: dict[str, float], seeds_folder: Path, fake_models: FakeEmbedder
) -> None:
    with rag.build() as library, pytest.raises(SettingsError, match=f"Setting {next(iter(wrong))}"):
        library.stream("How many whales?", **wrong)  # type: ignore[arg-type]
