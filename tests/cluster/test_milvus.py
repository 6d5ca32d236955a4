"""Search in Milvus: what is written, what a kill leaves, what can go wrong.

What it finds is held by the contract in tests/index/test_store.py.
"""

from __future__ import annotations

import itertools
import re
import sqlite3
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, suppress
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.cluster import milvus
from rag.cluster.milvus import MilvusServer, MilvusStore, open_milvus, send_to_milvus
from rag.errors import BuildError, FilterError, IndexMissingError, OpenError, SettingsError
from rag.index import LocalStore
from rag.ingest.build import recipe_of
from rag.settings import Settings
from rag.types import Article, BuildReport, Filters
from tests.cluster import milvus_lite
from tests.fakes import FakeEmbedder, make_article

Build = Callable[[Sequence[Article]], BuildReport]
Open = Callable[[], LocalStore]
Send = Callable[[Sequence[Article]], None]

WHALES = make_article(
    "Grey whales were seen near the harbour.", "whales", author="Ada", date="2011"
)
LAMP = make_article("The harbour lamp went out in the storm.", "lamp", author="Bo", date="2012")
FOG = make_article("Fog came down on the pier.", "fog")
LONG = make_article("".join(f"Ferry {n} was late. " for n in range(1000)), "ferries")


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with milvus_lite.running(tmp_path_factory.mktemp("milvus")) as address:
        yield address


@pytest.fixture
def address(running: str) -> str:
    return milvus_lite.empty_database(running)


@pytest.fixture
def server(address: str) -> Iterator[MilvusServer]:
    with closing(MilvusServer(address)) as opened:
        yield opened


@pytest.fixture
def send(build_index: Build, open_index: Open, address: str) -> Send:
    """Builds the index of some articles here and sends it to Milvus."""

    def build_and_send(articles: Sequence[Article]) -> None:
        build_index(articles)
        with closing(open_index()) as local:
            send_to_milvus(local, address)

    return build_and_send


@pytest.fixture
def opened(
    address: str, settings: Settings, embedder: FakeEmbedder
) -> Iterator[Callable[[], MilvusStore]]:
    stores: list[MilvusStore] = []

    def open_it() -> MilvusStore:
        stores.append(open_milvus(settings.index, address, recipe_of(settings, embedder)))
        return stores[-1]

    yield open_it
    for store in stores:
        store.close()


def found(store: MilvusStore) -> set[str]:
    """The ids of the passages that a search finds."""
    vector = FakeEmbedder().embed_query(["harbour"])[0]
    ordinals = [ordinal for ordinal, _ in store.search_vectors(vector, 1000)]
    return {passage.id for passage, _ in store.fetch(ordinals)}


def held(server: MilvusServer) -> set[str]:
    """The ids of the passages in the collection in force."""
    return {row["id"] for row in server.query(server.in_force() or "", 'id != ""', ["id"])}


def test_only_what_changed_is_written(
    send: Send, opened: Callable[[], MilvusStore], monkeypatch: pytest.MonkeyPatch
) -> None:
    written: list[str] = []
    rows = milvus._rows

    def spied(store: LocalStore, article_id: str, version: str) -> object:
        written.append(article_id)
        return rows(store, article_id, version)

    monkeypatch.setattr(milvus, "_rows", spied)
    send([WHALES, LAMP, LONG])
    reader = opened()
    collection = reader._server.in_force()
    written.clear()
    lamp = replace(LAMP, text="The lamp burns again. " * 200)
    redated = replace(WHALES, author="Cy", date="2013")
    send([redated, lamp, FOG])
    assert sorted(written) == ["id-fog", "id-lamp", "id-whales"]
    now = opened()
    assert reader._server.in_force() == collection
    assert found(now) == {passage.id for passage, _ in now.fetch(range(now.passage_count))}
    assert len(now.search_terms("whales", 5, Filters(author="cy", since="2013"))) == 1
    assert now.search_terms("whales", 5, Filters(author="ada")) == []
    assert not reader.is_in_force()
    for ordinal, _ in reader.search_terms("whales lamp ferry fog", 1000):
        ((passage, article),) = reader.fetch([ordinal])
        assert article in (WHALES, LAMP, LONG), "an older reader keeps to its own texts"
        assert passage.text == article.text[passage.start : passage.end]
    written.clear()
    send([redated, lamp, FOG])
    assert written == []


def test_an_index_made_otherwise_is_written_beside_the_one_in_force(
    send: Send, opened: Callable[[], MilvusStore], server: MilvusServer, embedder: FakeEmbedder
) -> None:
    send([WHALES])
    before, reader = server.in_force(), opened()
    embedder.revision = "2"
    with pytest.MonkeyPatch.context() as waiting:
        waiting.setattr("tests.cluster.test_milvus.send_to_milvus", lambda store, address: None)
        send([WHALES, LAMP])
    assert reader.is_in_force(), "as long as Milvus does not hold the new one"
    with pytest.raises(IndexMissingError, match=r"^No such index in Milvus at http.*: run rag bu"):
        opened()
    send([WHALES, LAMP])
    assert server.in_force() != before
    assert not reader.is_in_force()
    assert len(found(opened())) == 2
    assert len(server.client.list_collections()) == 2, "readers of the one before are left it"
    send([WHALES, LAMP])
    assert server.client.list_collections() == [server.in_force()]


def test_an_index_that_outgrows_exact_search_is_written_anew(
    send: Send, monkeypatch: pytest.MonkeyPatch, server: MilvusServer
) -> None:
    def index_type() -> str:
        return str(server.client.describe_index(server.in_force() or "", "vector")["index_type"])

    monkeypatch.setattr(milvus, "EXACT_UP_TO", 2)
    send([WHALES, LAMP])
    assert index_type() == "FLAT"
    send([WHALES, LAMP, FOG])
    assert index_type() == "AUTOINDEX"


def test_what_lost_rows_is_not_put_in_force(
    send: Send, server: MilvusServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    send([WHALES])
    before = server.in_force()
    with monkeypatch.context() as losing:
        losing.setattr(MilvusServer, "count", lambda *_: 7)
        with pytest.raises(BuildError, match="does not hold all that was written; what was there"):
            send([WHALES, LAMP])
    assert server.in_force() == before
    assert server.client.list_collections() == [before]
    send([WHALES, LAMP])
    assert len(held(server)) == 2


class Killed(BaseException):
    """The process ends here."""


def test_killed_at_any_step_sending_is_completed_by_the_next(
    build_index: Build, open_index: Open, server: MilvusServer, address: str
) -> None:
    old = [WHALES, LAMP, LONG]
    new = [FOG, *(replace(one, text=f"New. {one.text}") for one in (WHALES, LONG))]
    stores = []
    for articles in (old, new):
        build_index(articles)
        stores.append(open_index())
    before, after = stores
    send_to_milvus(before, address)
    for step in itertools.count():
        requests = itertools.count()
        with pytest.MonkeyPatch.context() as dying:
            for name in ("upsert", "delete"):
                ask = getattr(type(server.client), name)

                def request(
                    *args: object,
                    ask: Callable[..., object] = ask,
                    requests: Iterator[int] = requests,
                    step: int = step,
                    **options: object,
                ) -> object:
                    if next(requests) >= step:
                        raise Killed
                    return ask(*args, **options)

                dying.setattr(type(server.client), name, request)
            with suppress(Killed):
                send_to_milvus(after, address)
        is_finished = next(requests) <= step
        send_to_milvus(before if step % 2 else after, address)
        wanted = before if step % 2 else after
        collection = server.in_force() or ""
        rows = server.query(collection, 'id != ""', ["id", "version"])
        assert {(row["id"], row["version"]) for row in rows} == {
            (passage[0], milvus._version(searched))
            for _, searched in wanted.searched_articles()
            for passage in searched
        }
        send_to_milvus(before, address)
        if is_finished:
            break
    assert step > 3
    for store in stores:
        store.close()


# What can go wrong.


def test_no_index(address: str, settings: Settings, build_index: Build) -> None:
    with pytest.raises(IndexMissingError, match=r"^No index in .*: run rag build"):
        open_milvus(settings.index, address, None)
    build_index([WHALES])
    with pytest.raises(IndexMissingError, match=r"^No such index in Milvus at http"):
        open_milvus(settings.index, address, None)


@pytest.mark.parametrize(
    "wrong",
    [
        *("milvus", "host:19530", "ftp://host", "http://", "file.db", "", "me:secret@host:19530"),
        *("http://me:secret@host:port", "http://me:secret@host:99999", "http://[::1"),
    ],
)
def test_what_is_no_address(wrong: str) -> None:
    with pytest.raises(
        SettingsError, match=r"is not an address: write http://host:19530\.$"
    ) as told:
        MilvusServer(wrong)
    assert "secret" not in str(told.value)


def test_nobody_answers_and_the_password_is_not_told(capfd: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(OpenError) as caught:
        open_milvus(Path("index"), "http://me:secret@127.0.0.1:1/library", None)
    assert re.fullmatch(
        r"Milvus at http://127\.0\.0\.1:1/library does not answer \(.*\): check that it runs .*",
        str(caught.value),
    )
    assert "secret" not in str(caught.value)
    assert capfd.readouterr() == ("", "")


def test_a_server_that_goes_away(
    tmp_path: Path,
    build_index: Build,
    open_index: Open,
    settings: Settings,
    capfd: pytest.CaptureFixture[str],
) -> None:
    build_index([WHALES])
    with closing(open_index()) as local:
        with milvus_lite.running(tmp_path / "milvus") as there:
            send_to_milvus(local, there)
            store = open_milvus(settings.index, there, None)
            server = MilvusServer(there)
        with pytest.raises(OpenError, match="does not answer"):
            store.search_terms("whales", 1)
        assert [article.id for article in store.articles()] == ["id-whales"]
        build_index([WHALES, LAMP])
        assert store.is_in_force()  # as far as is known
        with pytest.raises(BuildError, match=r"could not be written \(.*\)\. Mend that, then run"):
            milvus._write_anew(server, local)
        store.close()
        server.close()
    assert "Traceback" not in capfd.readouterr().err


def test_without_pymilvus_the_command_that_brings_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pymilvus", None)
    with pytest.raises(SettingsError, match=r"pip install 'footnote-rag\[milvus\]'"):
        MilvusServer("http://127.0.0.1:1")


# Filters.


@given(st.text("ab*?%_\\", max_size=6), st.text("ab%_\\", max_size=5))
def test_shell_patterns_match_as_in_the_embedded_store(glob: str, source: str) -> None:
    wild = {"%": ".*", "_": "."}
    pieces = re.findall(r"\\.|.", milvus._like(glob, wild=True), re.DOTALL)
    regex = "".join(wild.get(piece) or re.escape(piece[-1]) for piece in pieces)
    oracle = sqlite3.connect(":memory:").execute("SELECT ? GLOB ?", [source, glob]).fetchone()
    assert bool(re.fullmatch(regex, source, re.DOTALL)) == bool(oracle[0])


def test_a_pattern_with_letters_that_names_too_many(
    send: Send, opened: Callable[[], MilvusStore], monkeypatch: pytest.MonkeyPatch
) -> None:
    send([WHALES, LAMP])
    store = opened()
    assert len(store.search_terms("harbour", 5, Filters(source="[k-z]*"))) == 2
    monkeypatch.setattr(milvus, "_MOST_SOURCES", 1)
    with pytest.raises(FilterError, match=r"names too many articles: write \* or \?"):
        store.search_terms("harbour", 5, Filters(source="[k-z]*"))


def test_a_passage_of_any_length_fits(send: Send, opened: Callable[[], MilvusStore]) -> None:
    send([make_article("Überlänge" * 20_000 + " fog.", author="ü" * 70_000), WHALES])
    assert len(opened().search_terms("whales", 5)) == 1
