from __future__ import annotations

import datetime
import itertools
import json
import re
import sqlite3
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, suppress
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from rag.cluster.milvus import MilvusStore, open_milvus
from rag.cluster.milvus_filters import expression
from rag.cluster.milvus_rows import article_of, article_rows, texts_by_version, version_of
from rag.cluster.milvus_server import MilvusServer
from rag.cluster.milvus_transfer import send_to_milvus, update, write_generation
from rag.cluster.milvus_writer import MilvusArticleWriter, MilvusWriter
from rag.errors import (
    BuildError,
    FilterError,
    IndexMismatchError,
    IndexMissingError,
    OpenError,
    SettingsError,
)
from rag.index import LocalStore
from rag.ingest.build import recipe_of
from rag.settings import Settings
from rag.types import Article, BuildReport, Filters, Header, Span
from tests.cluster import milvus_lite
from tests.fakes import FakeEmbedder, make_article

Build = Callable[[Sequence[Article]], BuildReport]
Open = Callable[[], LocalStore]
Send = Callable[[Sequence[Article]], str]

WHALES = make_article(
    "Grey whales were seen near the harbour.", "whales", author="Ada", date="2011"
)
LAMP = make_article("The harbour lamp went out in the storm.", "lamp", author="Bo", date="2012")
FOG = make_article("Fog came down on the pier.", "fog")
LONG = make_article("".join(f"Ferry {n} was late. " for n in range(1000)), "ferries")


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with milvus_lite.running(tmp_path_factory.mktemp("milvus")) as address:
        yield address


@pytest.fixture
def address(server: str) -> str:
    return milvus_lite.empty_database(server)


@pytest.fixture
def milvus(address: str) -> Iterator[MilvusServer]:
    with closing(MilvusServer(address)) as opened:
        yield opened


@pytest.fixture
def send(build_index: Build, open_index: Open, address: str) -> Send:
    """Builds the index of some articles here and sends it to Milvus."""

    def build_and_send(articles: Sequence[Article]) -> str:
        build_index(articles)
        with closing(open_index()) as local:
            return send_to_milvus(local, address)

    return build_and_send


@pytest.fixture
def opened(
    address: str, settings: Settings, embedder: FakeEmbedder
) -> Iterator[Callable[[], MilvusStore]]:
    stores: list[MilvusStore] = []

    def open_it() -> MilvusStore:
        stores.append(open_milvus(address, recipe_of(settings, embedder)))
        return stores[-1]

    yield open_it
    for store in stores:
        store.close()


def texts(store: MilvusStore) -> dict[str, str]:
    """The text of every article, by source; that of its passages, too, if all is well."""
    found = {one.source: one.text for one in store.articles()}
    passages = store.fetch(range(10_000))
    assert len(passages) == store.passage_count
    assert store.article_count == len(found)
    for source, text in found.items():
        of_article = [passage for passage, one in passages if one.source == source]
        assert len({passage.start for passage in of_article}) == len(of_article)
        assert " ".join(passage.text for passage in of_article).split() == text.split()
    return found


# Fusion by the engine.


def fused(store: MilvusStore, query: str, k: int, filters: Filters = Filters()) -> dict[int, float]:
    """Reciprocal rank fusion of both searches, as defined by Cormack, Clarke and Büttcher."""
    vector = FakeEmbedder().embed_query([query])[0]
    scores: dict[int, float] = {}
    for ranking in (
        store.search_vectors(vector, k, filters),
        store.search_terms(query, k, filters),
    ):
        for rank, (ordinal, _) in enumerate(ranking, start=1):
            scores[ordinal] = scores.get(ordinal, 0.0) + 1 / (60 + rank)
    return {ordinal: score * 61 / 2 for ordinal, score in scores.items()}


@pytest.mark.parametrize("filters", [Filters(), Filters(author="bo"), Filters(author="nobody")])
@pytest.mark.parametrize("query", ["harbour lamp", "grey fog on the pier", "the of", "ferry 12"])
def test_the_engine_fuses_both_searches_by_rank(
    send: Send, opened: Callable[[], MilvusStore], query: str, filters: Filters
) -> None:
    send([WHALES, LAMP, FOG])
    store = opened()
    hits = store.search_fused(query, FakeEmbedder().embed_query([query])[0], 10, filters)
    expected = fused(store, query, 10, filters)
    assert sorted((hit.score for hit in hits), reverse=True) == [hit.score for hit in hits]
    found = store.fetch(list(expected))
    wanted = {
        passage.id: score for (passage, _), score in zip(found, expected.values(), strict=True)
    }
    assert {hit.passage.id: hit.score for hit in hits} == pytest.approx(wanted)
    for hit in hits:
        assert hit.article.text[hit.passage.start : hit.passage.end] == hit.passage.text


def test_first_in_both_searches_is_a_score_of_one(
    send: Send, opened: Callable[[], MilvusStore]
) -> None:
    send([WHALES, LAMP, FOG])
    (best, *_) = opened().search_fused(
        "lamp storm", FakeEmbedder().embed_query(["lamp storm"])[0], 3
    )
    assert (best.article, best.score) == (LAMP, pytest.approx(1.0))


# Generations.


def test_a_generation_is_seen_when_it_is_published(
    send: Send, milvus: MilvusServer, settings: Settings, embedder: FakeEmbedder
) -> None:
    first = send([WHALES])
    with MilvusWriter(milvus, recipe_of(settings, embedder), 1) as writer:
        writer.add([(LAMP, [], embedder.embed_passages([]))])
        assert milvus.generation_in_force() == first
        writer.publish("elsewhere", ())
        assert milvus.generation_in_force() == writer.generation != first


def test_readers_keep_their_generation_until_the_second_build_after(
    send: Send, open_index: Open, milvus: MilvusServer, opened: Callable[[], MilvusStore]
) -> None:
    first = send([WHALES, LAMP])
    reader = opened()
    with closing(open_index()) as local:
        assert write_generation(milvus, local) != first
        assert texts(reader) == {"whales.txt": WHALES.text, "lamp.txt": LAMP.text}
        assert not reader.is_in_force()
        assert opened().is_in_force()
        write_generation(milvus, local)
    assert len(milvus.client.list_collections()) == 4
    with pytest.raises(OpenError, match=r"^Milvus at http://127.0.0.1:\d+/\w+ does not answer"):
        reader.search_terms("whales", 1)


def test_leaving_without_publishing_removes_what_was_written(
    send: Send, milvus: MilvusServer, settings: Settings, embedder: FakeEmbedder
) -> None:
    send([WHALES])
    before = milvus.client.list_collections()
    with MilvusWriter(milvus, recipe_of(settings, embedder), 1) as writer:
        writer.add([(LAMP, [], embedder.embed_passages([]))])
    assert sorted(milvus.client.list_collections()) == sorted(before)


def test_what_another_build_is_writing_is_left_alone_for_a_week(
    send: Send,
    milvus: MilvusServer,
    settings: Settings,
    embedder: FakeEmbedder,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    send([WHALES])
    recipe = recipe_of(settings, embedder)
    other = MilvusWriter(milvus, recipe, 1)
    MilvusWriter(milvus, recipe, 1).__exit__()
    assert len(milvus.client.list_collections()) == 4
    other.publish("elsewhere", ())
    killed = MilvusWriter(milvus, recipe, 1)
    monkeypatch.setattr("rag.cluster.milvus_writer._ABANDONED", datetime.timedelta(seconds=-2))
    MilvusWriter(milvus, recipe, 1).__exit__()
    left = {name.split("_articles")[0] for name in milvus.client.list_collections()}
    assert left == {f"footnote_{other.generation}"}
    assert killed.generation != other.generation


def test_a_build_that_lost_rows_is_not_put_in_force(
    send: Send, milvus: MilvusServer, settings: Settings, embedder: FakeEmbedder
) -> None:
    first = send([WHALES])
    with MilvusWriter(milvus, recipe_of(settings, embedder), 1) as writer:
        writer.add([(LAMP, [], embedder.embed_passages([]))])
        writer.article_count += 1
        with pytest.raises(BuildError, match="does not hold all that was written; what was there"):
            writer.publish("elsewhere", ())
    assert milvus.generation_in_force() == first


# Bringing it up to date.


def test_only_what_changed_is_written(
    send: Send, opened: Callable[[], MilvusStore], monkeypatch: pytest.MonkeyPatch
) -> None:
    first = send([WHALES, LAMP, LONG])
    reader = opened()
    written: list[str] = []
    replace_articles = MilvusArticleWriter.replace

    def spied(writer: MilvusArticleWriter, articles: Sequence[tuple[Article, ...]]) -> None:
        written.extend(one.source for one, *_ in articles)
        replace_articles(writer, articles)  # type: ignore[arg-type]

    monkeypatch.setattr(MilvusArticleWriter, "replace", spied)
    lamp = replace(LAMP, text="The lamp burns again. " * 200, marks=())
    assert send([WHALES, lamp, FOG]) == first
    assert written == ["lamp.txt", "fog.txt"]
    expected = {one.source: one.text for one in (WHALES, lamp, FOG)}
    assert texts(reader) == texts(opened()) == expected
    assert opened().manifest.article_count == 3
    send([WHALES])
    assert texts(reader) == {"whales.txt": WHALES.text}
    assert send([WHALES]) == first
    assert written == ["lamp.txt", "fog.txt"]


def test_new_metadata_are_a_change(send: Send, opened: Callable[[], MilvusStore]) -> None:
    send([WHALES, LAMP])
    send([WHALES, replace(LAMP, author="Cy", date="2013")])
    store = opened()
    assert [one.author for one in store.articles()] == ["Cy", "Ada"]
    assert len(store.search_terms("lamp", 5, Filters(author="cy", since="2013"))) == 1
    assert store.search_terms("lamp", 5, Filters(author="bo")) == []


def test_another_folder_or_recipe_makes_a_new_generation(
    send: Send, open_index: Open, address: str, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = send([WHALES])
    with closing(open_index()) as local:
        there = replace(local.manifest, seeds="elsewhere")
        monkeypatch.setattr(local, "_manifest", there)
        second = send_to_milvus(local, address)
        there = replace(there, recipe=replace(there.recipe, revision="2"))
        monkeypatch.setattr(local, "_manifest", there)
        assert len({first, second, send_to_milvus(local, address)}) == 3


def test_an_index_that_outgrows_exact_search_is_written_anew(
    send: Send, monkeypatch: pytest.MonkeyPatch, milvus: MilvusServer
) -> None:
    def index_type() -> str:
        alias = milvus.client.describe_alias("footnote")["collection_name"]
        return str(milvus.client.describe_index(alias, "vector")["index_type"])

    for module in ("milvus_transfer", "milvus_schema"):
        monkeypatch.setattr(f"rag.index.{module}.EXACT_UP_TO", 2)
    first = send([WHALES, LAMP])
    assert index_type() == "FLAT"
    assert send([WHALES, LAMP, FOG]) != first
    assert index_type() == "AUTOINDEX"


class Killed(BaseException):
    """The process ends here."""


def kill_at(server: MilvusServer, monkeypatch: pytest.MonkeyPatch, step: int) -> None:
    """Has the ``step``-th request that changes something, and all after it, not happen."""
    requests = itertools.count()
    for name in ("upsert", "delete"):
        send_request = getattr(server.client, name)

        def request(
            *args: object, send_request: Callable = send_request, **options: object
        ) -> object:  # type: ignore[type-arg]
            if next(requests) >= step:
                raise Killed
            return send_request(*args, **options)

        monkeypatch.setattr(server.client, name, request)


def test_killed_at_any_step_an_update_leaves_whole_articles_and_is_made_up_for(
    build_index: Build, open_index: Open, milvus: MilvusServer, opened: Callable[[], MilvusStore]
) -> None:
    old = [WHALES, LAMP, LONG]
    new = [FOG, *(replace(one, text=f"New. {one.text}") for one in (WHALES, LONG))]
    new = [replace(one, marks=()) for one in new]
    known = {one.text for one in (*old, *new)}
    build_index(old)
    before = open_index()
    build_index(new)
    after = open_index()
    generation = write_generation(milvus, before)
    reader = opened()
    is_finished = False
    for step in itertools.count():
        with pytest.MonkeyPatch.context() as dying:
            kill_at(milvus, dying, step)
            with suppress(Killed):
                is_finished = update(milvus, generation, after)
        for passage, one in reader.fetch(range(10_000)):
            assert one.text in known
            assert one.text[passage.start : passage.end] == passage.text
        assert {one.text for one in reader.articles()} <= known
        assert len(reader.search_terms("whales ferry", 5)) > 1
        assert update(milvus, generation, after)
        assert texts(reader) == {one.source: one.text for one in new}
        if is_finished:
            break
        assert update(milvus, generation, before)
    assert step > 10
    before.close()
    after.close()


# Opening, and what can go wrong.


def test_no_index(address: str, settings: Settings, embedder: FakeEmbedder) -> None:
    with pytest.raises(IndexMissingError, match=r"^No index in Milvus at http.*: run rag build\.$"):
        open_milvus(address, recipe_of(settings, embedder))


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"embedder": "other"}, r"it was made with the model fake \(1\), this is other \(1\)"),
        ({"revision": "2"}, r"it was made with the model fake \(1\), this is fake \(2\)"),
        ({"dimensions": 65}, "it was made with another way of cutting passages"),
        ({"splitter": "other"}, "it was made with another way of cutting passages"),
        ({"format_version": 99}, "it was written by another version of Footnote"),
    ],
)
def test_an_index_made_otherwise_is_refused(
    send: Send,
    address: str,
    settings: Settings,
    embedder: FakeEmbedder,
    changed: dict[str, int],
    words: str,
) -> None:
    send([WHALES])
    wanted = replace(recipe_of(settings, embedder), **changed)  # type: ignore[arg-type]
    with pytest.raises(IndexMismatchError, match=f"^The index in Milvus at http.*: {words}. Run r"):
        open_milvus(address, wanted)
    open_milvus(address, None).close()


def test_an_index_of_another_layout_is_refused(
    send: Send, address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    send([WHALES])
    monkeypatch.setattr("rag.cluster.milvus_manifest.LAYOUT_VERSION", 99)
    with pytest.raises(IndexMismatchError, match="another version of Footnote"):
        open_milvus(address, None)


@pytest.mark.parametrize(
    "address",
    [
        *("milvus", "host:19530", "ftp://host", "http://", "file.db", "", "me:secret@host:19530"),
        *("http://me:secret@host:port", "http://me:secret@host:99999", "http://[::1"),
    ],
)
def test_what_is_no_address(address: str) -> None:
    with pytest.raises(
        SettingsError, match=r"is not an address: write http://host:19530\.$"
    ) as caught:
        MilvusServer(address)
    assert "secret" not in str(caught.value)


def test_nobody_answers_and_the_password_is_not_told(capfd: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(OpenError) as caught:
        open_milvus("http://me:secret@127.0.0.1:1/library", None)
    assert re.fullmatch(
        r"Milvus at http://127\.0\.0\.1:1/library does not answer \(.*\): check that it runs .*",
        str(caught.value),
    )
    assert "secret" not in str(caught.value)
    assert capfd.readouterr() == ("", "")


def test_a_server_that_goes_away(
    tmp_path: Path, build_index: Build, open_index: Open, capfd: pytest.CaptureFixture[str]
) -> None:
    build_index([WHALES])
    with closing(open_index()) as local:
        with milvus_lite.running(tmp_path / "milvus") as address:
            send_to_milvus(local, address)
            store = open_milvus(address, None)
            server = MilvusServer(address)
        for ask in (lambda: store.search_terms("whales", 1), lambda: list(store.articles())):
            with pytest.raises(OpenError, match="does not answer"):
                ask()
        assert store.is_in_force()  # as far as is known
        with pytest.raises(BuildError, match=r"could not be written \(.*\)\. Mend that, then run"):
            write_generation(server, local)
        store.close()
        server.close()
    assert "Traceback" not in capfd.readouterr().err


def test_without_pymilvus_the_command_that_brings_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pymilvus", None)
    with pytest.raises(SettingsError, match=r"pip install 'footnote-rag\[milvus\]'"):
        MilvusServer("http://127.0.0.1:1")


# Filters and rows.


def like(text: str, pattern: str) -> bool:
    """SQL's LIKE with backslash as its escape."""
    wild = {"%": ".*", "_": "."}
    pieces = re.findall(r"\\.|.", pattern, re.DOTALL)
    regex = "".join(wild.get(piece) or re.escape(piece[-1]) for piece in pieces)
    return re.fullmatch(regex, text, re.DOTALL) is not None


@given(st.text("ab[]-*?%_\\^", max_size=6), st.text("ab[]-%_\\^", max_size=5))
@example("[*", "[")
def test_shell_patterns_match_as_in_the_embedded_store(glob: str, source: str) -> None:
    try:
        condition = expression(Filters(source=glob))
    except FilterError:
        assert "[^" in glob
        return
    equal, *patterns = re.findall(r'"(?:[^"\\]|\\.)*"', condition)
    found = json.loads(equal) == source or any(like(source, json.loads(one)) for one in patterns)
    oracle = sqlite3.connect(":memory:").execute("SELECT ? GLOB ?", [source, glob]).fetchone()
    assert found == (glob == source or bool(oracle[0]))


@pytest.mark.parametrize("glob", ["[^a]*", "[a-z][a-z]*", "[ -\uffff]"])
def test_patterns_beyond_milvus_are_refused(glob: str) -> None:
    with pytest.raises(FilterError, match=r"says more than Milvus can match: use \* and \?"):
        expression(Filters(source=glob))


@given(st.text(st.characters(codec="utf-8"), max_size=50), st.integers(1, 2000))
def test_an_article_in_parts_is_whole_again(text: str, times: int) -> None:
    article = replace(
        make_article(text * times, author=text, date="2007"),
        header=Header(title=Span(0, 1), date=Span(2, 3)),
        also_in=("b.txt", text),
        source=text,
    )
    rows = list(article_rows(article))
    assert all(len(row["content"].encode()) <= 65_535 for row in rows)
    assert rows[-1]["part"] == 0
    whole = texts_by_version(reversed(rows))
    assert article_of(whole[version_of(article)]) == article
    assert texts_by_version(rows[1:]) == {}
    keys = [row["key"] for row in reversed(rows)]
    assert keys == sorted(keys)


def test_a_passage_of_any_length_fits(send: Send, opened: Callable[[], MilvusStore]) -> None:
    send([make_article("Überlänge" * 20_000 + " fog.", author="ü" * 70_000), WHALES])
    store = opened()
    assert store.article_count == 2
    assert len(store.search_terms("whales", 5)) == 1
