"""The flow: quotes first, then prose where the question asks for it, or somebody does."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

import pytest

from rag.chat import stream, write_out
from rag.index import LocalStore
from rag.settings import Settings
from rag.types import Answer, Article, BuildReport, Done, Retrieved, Token
from rag.write.generators import TextGenerator, load_generator
from tests.fake_writer import SMALL_MODEL, FakeWriter, needs_small_model
from tests.fakes import FakeEmbedder, FakeReader, make_article

QUOTE = "The lamp of the harbour went out in the storm."
WRITER = FakeWriter(lambda _: f"{QUOTE} [1] It burnt down in 1900 [1].")


@pytest.fixture
def store(
    build_index: Callable[[Sequence[Article]], BuildReport], open_index: Callable[[], LocalStore]
) -> Iterator[LocalStore]:
    build_index([make_article(f"{QUOTE} Nobody was hurt.", "lamp")])
    store = open_index()
    yield store
    store.close()


def asked(store: LocalStore, question: str, writer: TextGenerator = WRITER) -> Answer:
    events = list(
        stream(
            question,
            store=store,
            embedder=FakeEmbedder(),
            reader=FakeReader(),
            settings=Settings(min_confidence=0.0),
            generator=writer,
        )
    )
    assert isinstance(events[0], Retrieved)
    assert isinstance(events[-1], Done)
    answer = events[-1].answer
    tokens = [event.text for event in events if isinstance(event, Token)]
    assert "".join(tokens) == answer.text
    return answer


def test_for_why_prose_follows_the_quotes_unasked(store: LocalStore) -> None:
    answer = asked(store, "Why did the lamp of the harbour go out?")
    assert [claim.origin for claim in answer.claims].count("written") == 1
    assert answer.claims[0].origin == "quoted"
    assert "1900" not in answer.text
    assert "write" in answer.timings


def test_for_a_lookup_only_when_somebody_asks(store: LocalStore) -> None:
    answer = asked(store, "When did the lamp of the harbour go out?")
    assert {claim.origin for claim in answer.claims} == {"quoted"}
    *tokens, done = write_out(answer, store=store, generator=WRITER)
    assert isinstance(done, Done)
    assert done.answer.text == answer.text + "".join(
        event.text for event in tokens if isinstance(event, Token)
    )
    assert [claim.text for claim in done.answer.claims if claim.origin == "written"] == [QUOTE]


def test_where_nothing_is_cited_nothing_is_written(store: LocalStore) -> None:
    answer = asked(store, "Hello")
    assert answer.citations == ()
    assert list(write_out(answer, store=store, generator=WRITER)) == [Done(answer)]


@needs_small_model
@pytest.mark.models
def test_with_a_real_model_the_quotes_stay_and_each_claim_has_one(store: LocalStore) -> None:
    writer = load_generator(str(SMALL_MODEL))
    answer = asked(store, "Why did the lamp of the harbour go out?", writer)
    assert QUOTE in answer.text
    numbers = {citation.number for citation in answer.citations}
    for claim in answer.claims:
        assert set(claim.citations) <= numbers
        assert claim.citations
