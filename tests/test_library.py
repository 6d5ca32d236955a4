"""The library over Milvus, by the same code as a user's."""

from __future__ import annotations

import json
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import rag
from rag import cli
from rag.errors import OpenError
from rag.evaluate import library_over
from rag.evaluate.questions import Collection
from rag.library import Library
from rag.settings import Settings
from tests.cluster import milvus_lite
from tests.fakes import FakeEmbedder

NOBODY = "http://me:secret@127.0.0.1:1"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with milvus_lite.running(tmp_path_factory.mktemp("milvus")) as address:
        yield address


@pytest.fixture
def milvus(
    server: str, seeds_folder: Path, fake_models: FakeEmbedder, monkeypatch: pytest.MonkeyPatch
) -> str:
    """The address of an empty database, which is that of the settings in force."""
    address = milvus_lite.empty_database(server)
    monkeypatch.setenv("RAG_MILVUS", address)
    return address


def check_answers(library: Library) -> None:
    answer = library.ask("Fishermen counted eleven of them?")
    assert answer.status == "answered"
    for citation in answer.citations:
        article = library.article(citation.article_id)
        assert article is not None
        assert article.text[citation.start : citation.end] == citation.quote
    assert "counted eleven of them" in answer.citations[0].quote


def test_what_is_built_here_is_asked_with_the_table_of_articles_alone(milvus: str) -> None:
    with rag.build() as built:
        assert built.report is not None
        assert built.report.embedded == built.report.passages == built.passage_count
        check_answers(built)
    shutil.rmtree("seeds")
    for part in Path("index").glob("generations/*/*"):
        if part.name == "terms":
            shutil.rmtree(part)
        elif part.name == "vectors.faiss":
            part.unlink()
    with rag.open() as library:
        check_answers(library)
        assert [article.source for article in library.articles()] == ["talks.txt", "whales.txt"]
        assert library.manifest.seeds == "seeds"
        found = library.retrieve("whales near the harbour in fog", author="symonds")
        assert {hit.article.source for hit in found} == {"talks.txt"}


def test_both_stores_find_the_same(milvus: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for question in ("Who met in Baghdad?", "eleven whales near the harbour", "an agreement"):
        there = rag.retrieve(question, k=50)
        monkeypatch.delenv("RAG_MILVUS")
        here = rag.retrieve(question, k=50)
        monkeypatch.setenv("RAG_MILVUS", milvus)
        assert {hit.passage for hit in there} == {hit.passage for hit in here}
        assert there[0].passage == here[0].passage


def test_the_default_library_sees_every_build(milvus: str, seeds_folder: Path) -> None:
    first = rag._default_library()
    (seeds_folder / "whales.txt").write_text("Owls nest in the old tower of the church.")
    report = rag.build().report
    assert report is not None
    assert (report.updated, report.unchanged) == (1, 1)
    assert rag.retrieve("owls")[0].passage.text.startswith("Owls nest")
    assert not first.is_in_force()
    assert rag._default_library() is rag._default_library()


def test_info(milvus: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture) -> None:  # type: ignore[type-arg]
    Path("seeds/report.xls").write_bytes(b"\xd0\xcf")
    rag.build().close()
    monkeypatch.setattr("rag.library.load_embedder", None)
    monkeypatch.setenv("RAG_MILVUS", milvus.replace("http://", "http://me:secret@"))
    monkeypatch.setattr(sys, "argv", ["rag", "info", "--json"])
    with pytest.raises(SystemExit):
        cli.main()
    output = capsys.readouterr().out
    assert "secret" not in output
    facts = json.loads(output)
    assert (facts["index"], facts["articles"], facts["embedder"]) == (milvus, 2, "fake")
    assert facts["size_bytes"] > 0
    assert list(facts["not_read"]) == ["report.xls"]
    monkeypatch.setattr(sys, "argv", ["rag", "info"])
    with pytest.raises(SystemExit):
        cli.main()
    output = capsys.readouterr().out
    assert "secret" not in output
    assert "articles        2\n" in output


def test_a_server_that_does_not_answer_is_told_before_anything_is_built(
    milvus: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RAG_MILVUS", NOBODY)
    for ask in (rag.build, lambda: rag.ask("Who?")):
        with pytest.raises(OpenError, match=r"^Milvus at http://127\.0\.0\.1:1 does not answer"):
            ask()
    assert not Path("index").exists()
    assert "secret" not in repr(Settings())


def test_evaluation_leaves_the_library_in_milvus_alone(
    milvus: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RAG_MILVUS", NOBODY)
    collection = Collection("made", (), folder=Path("seeds"))
    library_over(collection, Path("elsewhere"), Settings()).close()
