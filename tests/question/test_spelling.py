from __future__ import annotations

from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from rag.index import LocalStore, open_store
from rag.ingest.build import build_from_articles, recipe_of
from rag.question import spelling
from rag.question.spelling import corrected
from rag.settings import Settings
from tests.fakes import FakeEmbedder, make_article

ARTICLES = [
    make_article(
        "Ambassador Ryan Crocker met Hassan Kazemi Qumi in Baghdad. The government of "
        "al-Maliki was silent. Qumi spoke of training for the army.",
        "talks",
    ),
    make_article("Crocker left Baghdad in a hurry. A spokesman of al-Qaida denied it.", "left"),
    make_article("Singer Anna Lindqvist and Zoë Brontë sang at the OpenFields festival.", "song"),
    make_article("Mohammed Karimi owned a bakery. Harlow and Marlow are towns, too.", "bakery"),
    make_article("The packet held a letter. Friedrich Schiller wrote plays.", "plays"),
]
COMMON = frozenset(
    "what did say who is met when speak about the government training army meet where there in "
    "of letter packet festival".split()
)


def pieces(word: str) -> int:
    """As the tokenizer cuts them: one for common words, two for the stem with an ending."""
    return 1 if word.lower() in COMMON else 2 if word.endswith(("er", "et", "ing")) else 3


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalStore]:
    settings, embedder = Settings(), FakeEmbedder()
    index = tmp_path_factory.mktemp("index")
    build_from_articles(ARTICLES, index, settings, embedder, origin="test", total=len(ARTICLES))
    store = open_store(index, recipe_of(settings, embedder))
    yield store
    store.close()


@pytest.mark.parametrize(
    ("query", "meant"),
    [
        ("Who is Crocket?", "Who is Crocker?"),
        ("who is crocket", "who is Crocker"),
        ("What did Crocket's army say?", "What did Crocker's army say?"),
        ("Who met Ryan Crockr?", "Who met Ryan Crocker?"),
        ("Who met Ryan C. Crocekr?", "Who met Ryan C. Crocker?"),
        ("What did Kazemi-Qomi say?", "What did Kazemi-Qumi say?"),
        ("who is kazemi qomi", "who is kazemi Qumi"),
        ("who met ryan crocket", "who met ryan Crocker"),
        ("What did KazemiQumi say?", "What did Kazemi Qumi say?"),
        ("What did alMaliki say?", "What did al-Maliki say?"),
        ("What did al Qaeda say?", "What did al Qaida say?"),
        ("What did Al-Qaeda say?", "What did Al-Qaida say?"),
        ("Who met Muhammad Karimi?", "Who met Mohammed Karimi?"),
        ("What is the Open Feelds festival?", "What is the Open Feelds festival?"),
        ("What is the OpenFeilds festival?", "What is the OpenFields festival?"),
        ("What is the Opin-Fields festival?", "What is the Opin-Fields festival?"),
        ("Who is Bronte?", "Who is Bronte?"),
        ("Who is Zoe Brontee?", "Who is Zoe Brontë?"),
        ("Where is Bahgdad?", "Where is Baghdad?"),
        ("Where is the goverment in Bahgdad?", "Where is the government in Baghdad?"),
    ],
)
def test_what_is_clearly_meant(library: LocalStore, query: str, meant: str) -> None:
    assert corrected(query, library, pieces) == meant


@pytest.mark.parametrize(
    "query",
    [
        "Who is Crocker?",  # an article holds it
        "Who is Crockers?",  # in any inflection
        "Who is Crockford?",  # too far
        "Who is Davy Crocket?",  # another's name
        "Who is Crocket Davies?",
        "who is schmidtt crocket",
        "What did Robert J. Shiller say?",
        "Who is Pacet?",  # a name does not become a word of the language
        "Who is Warlow?",  # Harlow or Marlow
        "Who is Mumi?",  # too short to be sure
        "Where is the larmy?",  # a first letter is seldom wrong
        "Who trainer met?",  # English, though no article holds it
        "Crocket2 met B4ghdad in 20007",
        "Кто такой Крокер? 鲸鱼 كم",
        "?!",
        "",
        "the of and their",
    ],
)
def test_what_stays(library: LocalStore, query: str) -> None:
    assert corrected(query, library, pieces) == query


def test_a_joined_word_of_the_articles(library: LocalStore) -> None:
    assert corrected("When is Openn Fields?", library, pieces) == "When is Openn Fields?"
    assert corrected("When is Open Fields?", library, lambda word: 2) == "When is OpenFields?"


def test_a_common_word_that_no_article_holds_stays(library: LocalStore) -> None:
    assert corrected("Where is Bahgdad?", library, lambda word: 1) == "Where is Bahgdad?"


@hypothesis_settings(deadline=None, max_examples=40)
@given(st.text(max_size=60))
def test_any_query_keeps_what_is_no_unknown_word(library: LocalStore, query: str) -> None:
    assert corrected(query, library, lambda word: 1) == query
    again = corrected(corrected(query, library, pieces), library, pieces)
    assert again == corrected(query, library, pieces)


@pytest.mark.models
def test_common_words_are_one_piece() -> None:
    assert [spelling.pieces(word) for word in ("training", "Training", "Qumi")] == [1, 1, 2]
    assert spelling.pieces("goverment") >= spelling.NOT_ENGLISH_PIECES
