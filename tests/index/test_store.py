"""The store contract on both stores; and what the embedded one promises of files and readers."""

from __future__ import annotations

import gc
import subprocess
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, closing
from dataclasses import replace
from pathlib import Path

import pytest

pytest.register_assert_rewrite("tests.index.contract")

from rag.cluster.milvus import MilvusStore, open_milvus, send_to_milvus  # noqa: E402
from rag.errors import (  # noqa: E402
    BuildError,
    IndexCorruptError,
    IndexMismatchError,
    IndexMissingError,
    OpenError,
)
from rag.index import LocalStore, open_store  # noqa: E402
from rag.ingest.build import build_from_articles, recipe_of  # noqa: E402
from rag.settings import Settings  # noqa: E402
from rag.types import Article, BuildReport, Filters  # noqa: E402
from tests.cluster import milvus_lite  # noqa: E402
from tests.fakes import FakeEmbedder, make_article  # noqa: E402
from tests.index.contract import Opened, StoreContract  # noqa: E402

Build = Callable[[Sequence[Article]], BuildReport]
Open = Callable[[], LocalStore]

ARTICLES = [
    make_article("Grey whales were seen near the harbour.", "whales", author="Ada", date="2011"),
    make_article("The harbour lamp went out in the storm.", "lamp", author="Bo", date="2012"),
]


class TestLocalStore(StoreContract):
    @pytest.fixture
    def opened(self, build_index: Build, open_index: Open) -> Iterator[Opened]:
        with ExitStack() as stores:

            def build_and_open(articles: Sequence[Article]) -> LocalStore:
                build_index(articles)
                return stores.enter_context(closing(open_index()))

            yield build_and_open


@pytest.fixture(scope="module")
def milvus(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with milvus_lite.running(tmp_path_factory.mktemp("milvus")) as address:
        yield address


class TestMilvusStore(StoreContract):
    @pytest.fixture
    def opened(
        self,
        build_index: Build,
        open_index: Open,
        milvus: str,
        embedder: FakeEmbedder,
        settings: Settings,
    ) -> Iterator[Opened]:
        address = milvus_lite.empty_database(milvus)
        with ExitStack() as stores:

            def build_and_open(articles: Sequence[Article]) -> MilvusStore:
                build_index(articles)
                with closing(open_index()) as local:
                    send_to_milvus(local, address)
                opened = open_milvus(settings.index, address, recipe_of(settings, embedder))
                return stores.enter_context(closing(opened))

            yield build_and_open


def query(store: LocalStore, embedder: FakeEmbedder) -> tuple[object, ...]:
    vector = embedder.embed_query(["harbour lamp"])[0]
    return (
        store.search_vectors(vector, 5),
        store.search_terms("harbour lamp", 5),
        store.fetch([1, 0]),
        list(store.articles()),
    )


def test_a_store_that_is_forgotten_lets_go_of_its_generation_at_once(
    build_index: Build, open_index: Open, settings: Settings
) -> None:
    build_index(ARTICLES)
    store = open_index()
    assert store.search_terms("harbour", 5, Filters(author="ada"))
    gc.disable()  # whatever only a collection finds would stay for as long as nothing collects
    try:
        del store
        build_index(ARTICLES)
    finally:
        gc.enable()
    assert [path.name for path in (settings.index / "generations").iterdir()] == ["g000002"]


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"embedder": "other"}, r"it was made with the model fake \(1\), this is other \(1\)"),
        ({"revision": "2"}, r"it was made with the model fake \(1\), this is fake \(2\)"),
        ({"passage_tokens": 32}, "another way of cutting passages"),
    ],
)
def test_an_index_made_otherwise_is_refused(
    build_index: Build,
    settings: Settings,
    embedder: FakeEmbedder,
    changed: dict[str, int],
    words: str,
) -> None:
    build_index(ARTICLES)
    wanted = replace(recipe_of(settings, embedder), **changed)  # type: ignore[arg-type]
    with pytest.raises(IndexMismatchError, match=f"{words}. Run rag build --index"):
        open_store(settings.index, wanted)


def test_an_index_of_another_version_is_refused(
    build_index: Build, open_index: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("rag.ingest.build.FORMAT_VERSION", 0)
    build_index(ARTICLES)
    with pytest.raises(IndexMismatchError, match="another version of Footnote"):
        open_index()


def test_an_index_whose_files_may_not_be_read(
    build_index: Build, open_index: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    build_index(ARTICLES)

    def refuse(path: Path) -> str:
        raise PermissionError(13, "Permission denied", str(path))

    monkeypatch.setattr("rag.index.generations.sha256_of", refuse)
    with pytest.raises(OpenError, match="Permission denied") as caught:
        open_index()
    assert not isinstance(caught.value, IndexCorruptError)


# Readers while builds go on.


def test_threads_ask_while_generations_are_switched(
    build_index: Build, open_index: Open, embedder: FakeEmbedder
) -> None:
    build_index(ARTICLES)
    expected = query(open_index(), embedder)
    shared = open_index()
    done = threading.Event()
    problems: list[object] = []

    def ask() -> None:
        while not done.is_set():
            try:
                for store in (shared, open_index()):
                    if query(store, embedder) != expected:
                        problems.append("another answer")
            except Exception as error:
                problems.append(error)

    threads = [threading.Thread(target=ask) for _ in range(2)]
    for thread in threads:
        thread.start()
    for _ in range(6):
        build_index(ARTICLES)
    done.set()
    for thread in threads:
        thread.join()
    assert problems == []


# Writing that fails.


@pytest.fixture
def small_disk(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Path]:
    """A file system of a few hundred kilobytes; root alone may mount one."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", f"size={request.param}k", "tmpfs", str(folder)]
    if subprocess.run(mount, capture_output=True, check=False).returncode:
        pytest.skip("no right to mount a file system")
    yield folder
    subprocess.run(["umount", "-l", str(folder)], check=True)


@pytest.mark.parametrize("small_disk", [8, 40, 100, 200, 400], indirect=True)
def test_a_full_disk(small_disk: Path, settings: Settings, embedder: FakeEmbedder) -> None:
    """On the fuller and fuller disk, whichever backend it is that finds no space."""
    index, recipe = small_disk / "index", recipe_of(settings, embedder)
    many = [make_article(f"Storm {n}. " + "fog " * n, f"{n}") for n in range(500)]

    def build(articles: Sequence[Article]) -> None:
        build_from_articles(articles, index, settings, embedder, origin="test", total=1)

    try:
        build(ARTICLES[:1])
        has_index = True
    except BuildError as error:
        assert "the disk is full" in str(error)
        has_index = False
    for _ in range(2):
        with pytest.raises(BuildError, match="the disk is full") as caught:
            build(many)
        assert "\n" not in str(caught.value)
    if has_index:
        with closing(open_store(index, recipe)) as store:
            assert [hit[0] for hit in store.search_terms("whales", 3)] == [0]
    else:
        with pytest.raises(IndexMissingError):
            open_store(index, recipe)
