from __future__ import annotations

from collections.abc import Iterator

import pytest

from rag.index import LocalStore, open_store
from rag.ingest.build import build_from_articles, recipe_of
from rag.question.library_words import apart, as_written, in_one_passage
from rag.settings import Settings
from tests.fakes import FakeEmbedder, make_article

ARTICLES = [
    make_article("The US and the United\nNations. Hassan Kazemi\nQumi.", "a", title="Käthe"),
    make_article("Zoë sang. ZOË sang. Zoë is a\u200bsoprano, Qumi not.", "b", title="Zoe"),
]


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalStore]:
    settings, embedder = Settings(), FakeEmbedder()
    index = tmp_path_factory.mktemp("index")
    build_from_articles(ARTICLES, index, settings, embedder, origin="test", total=len(ARTICLES))
    store = open_store(index, recipe_of(settings, embedder))
    yield store
    store.close()


def test_passages_holding_a_word_in_any_inflection(library: LocalStore) -> None:
    words = ["Qumi", "qumis", "singing", "sang", "zoe", "Kathe", "the", "", "whale"]
    assert library.passages_holding(words) == [2, 2, 0, 1, 1, 1, 0, 0, 0]
    assert library.passages_holding(["Kazemi-Qumi", "Kazemi whale"]) == [1, 0]


def test_a_word_as_it_is_written_most_often(library: LocalStore) -> None:
    assert as_written(["zoe"], library) == "Zoë"
    assert as_written(["kathe"], library) == "Käthe"
    assert as_written(["qumi", "whale"], library) == "Qumi"
    assert as_written(["qumis"], library) is None


def test_words_of_one_passage_or_its_title(library: LocalStore) -> None:
    assert in_one_passage("Kazemi", "Käthe", library)
    assert in_one_passage("United", "Nations", library) is False  # one term: "UN"
    assert not in_one_passage("Kazemi", "soprano", library)


def test_words_side_by_side(library: LocalStore) -> None:
    assert apart("kazemiqumi", library) == "Kazemi Qumi"
    assert apart("hassanqumi", library) is None
    assert apart("zoe", library) is None
