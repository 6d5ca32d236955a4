from __future__ import annotations

import gc
import os
import shutil
import subprocess
import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from rag.errors import (
    BuildError,
    IndexCorruptError,
    IndexMismatchError,
    IndexMissingError,
    OpenError,
)
from rag.index import (
    Current,
    GenerationWriter,
    LocalStore,
    Manifest,
    generations,
    local,
    open_store,
    read_current,
)
from rag.index.articles import ArticleTable
from rag.index.generations import HeldGeneration
from rag.ingest.build import recipe_of
from rag.settings import Settings
from rag.types import Article, BuildReport, Filters, Passage
from tests.fakes import FakeEmbedder, make_article

Build = Callable[[Sequence[Article]], BuildReport]
Open = Callable[[], LocalStore]

ARTICLES = [
    make_article("Grey whales were seen near the harbour.", "whales", author="Ada", date="2011"),
    make_article("The harbour lamp went out in the storm.", "lamp", author="Bo", date="2012"),
]
FILES = ["manifest.json", "articles.sqlite", "vectors.faiss", "terms/meta.json"]


def query(store: LocalStore, embedder: FakeEmbedder) -> tuple[object, ...]:
    vector = embedder.embed_query(["harbour lamp"])[0]
    return (
        store.search_vectors(vector, 5),
        store.search_terms("harbour lamp", 5),
        store.fetch([1, 0]),
        list(store.articles()),
    )


def test_a_built_store_answers(build_index: Build, open_index: Open) -> None:
    report = build_index(ARTICLES)
    store = open_index()
    assert (report.articles, report.passages, report.embedded) == (2, 2, 2)
    assert (store.generation, store.article_count, store.passage_count) == ("g000001", 2, 2)
    vector = FakeEmbedder().embed_query(["lamp: The harbour lamp went out in the storm."])[0]
    assert store.search_vectors(vector, 1)[0][0] == 1
    assert store.search_vectors(vector, 5, Filters(author="ada"))[0][0] == 0
    assert [ordinal for ordinal, _ in store.search_terms("harbour lamp", 5)] == [1, 0]
    assert [ordinal for ordinal, _ in store.search_terms("lamp", 5, Filters(until="2011"))] == []
    passage, article = store.fetch([0])[0]
    assert article == ARTICLES[0]
    assert article.text[passage.start : passage.end] == passage.text
    assert store.article("id-lamp") == ARTICLES[1]
    store.close()


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


def test_which_passages_a_filter_lets_pass_is_looked_up_once(
    build_index: Build, open_index: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    build_index(ARTICLES)
    asked = []
    ordinals = ArticleTable.ordinals
    monkeypatch.setattr(
        ArticleTable, "ordinals", lambda table, filters: asked.append(1) or ordinals(table, filters)
    )
    store = open_index()
    vector = FakeEmbedder().embed_query(["lamp"])[0]
    for author, expected in (("ada", 0), ("bo", 1), ("ada", 0)):
        assert [hit[0] for hit in store.search_vectors(vector, 5, Filters(author=author))] == [
            expected
        ]
        assert store.search_terms("harbour", 5, Filters(author=author))[0][0] == expected
    assert len(asked) == 2
    store.close()


# Damage: every file, in every way, gives one line that names the command.


def damage_file(path: Path, how: str) -> None:
    content = bytearray(path.read_bytes())
    if how == "deleted":
        path.unlink()
    elif how == "cut short":
        path.write_bytes(content[: len(content) // 2])
    elif how == "grown":
        path.write_bytes(content + b"\0")
    else:
        content[len(content) // 2] ^= 1
        path.write_bytes(content)


@pytest.mark.parametrize("how", ["deleted", "cut short", "grown", "one bit flipped"])
def test_every_damage_to_every_file_is_noticed(
    build_index: Build, open_index: Open, settings: Settings, how: str
) -> None:
    build_index(ARTICLES)
    names = [
        path.relative_to(settings.index)
        for path in settings.index.rglob("*")
        if path.is_file() and path.stat().st_size
    ]
    assert {"CURRENT", *FILES} <= {str(name).removeprefix("generations/g000001/") for name in names}
    whole = settings.index.with_name("whole")
    settings.index.rename(whole)
    for name in names:
        shutil.rmtree(settings.index, ignore_errors=True)
        shutil.copytree(whole, settings.index)
        damage_file(settings.index / name, how)
        is_gone = how == "deleted" and name == Path("CURRENT")
        with pytest.raises(IndexMissingError if is_gone else IndexCorruptError) as caught:
            open_index()
        line = str(caught.value)
        assert str(settings.index) in line, name
        assert line.endswith(f"un rag build --index {settings.index}."), name
        assert "\n" not in line


def test_an_empty_file_that_is_missing_is_noticed(
    build_index: Build, open_index: Open, settings: Settings
) -> None:
    build_index(ARTICLES)
    (settings.index / "generations/g000001/terms/.tantivy-meta.lock").unlink()
    with pytest.raises(IndexCorruptError, match="is missing"):
        open_index()


def test_a_damaged_index_can_be_built_again(
    build_index: Build, open_index: Open, settings: Settings
) -> None:
    for name in ("CURRENT", "generations/g000002/vectors.faiss"):
        build_index(ARTICLES)
        build_index(ARTICLES)
        (settings.index / name).unlink()
        assert build_index(ARTICLES).embedded == 2
        assert open_index().passage_count == 2
        shutil.rmtree(settings.index)


def test_a_generation_without_its_manifest_is_passed_over(
    build_index: Build, open_index: Open, settings: Settings
) -> None:
    build_index(ARTICLES)
    shutil.copytree(
        settings.index / "generations/g000001",
        settings.index / "generations/g000002",
        ignore=shutil.ignore_patterns("manifest.json"),
    )
    assert open_index().generation == "g000001"
    assert build_index(ARTICLES).generation == "g000002"


def test_no_index(open_index: Open) -> None:
    with pytest.raises(IndexMissingError):
        open_index()


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"embedder": "other"}, r"it was made with the model fake \(1\), this is other \(1\)"),
        ({"revision": "2"}, r"it was made with the model fake \(1\), this is fake \(2\)"),
        ({"dimensions": 65}, "another way of cutting passages"),
        ({"splitter": "other"}, "another way of cutting passages"),
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
    wanted = replace(recipe_of(settings, embedder), **changed)
    with pytest.raises(IndexMismatchError, match=f"{words}. Run rag build --index"):
        open_store(settings.index, wanted)


def test_an_index_of_another_version_is_refused(
    build_index: Build, open_index: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as earlier:
        earlier.setattr("rag.ingest.build.FORMAT_VERSION", 0)
        build_index(ARTICLES)
    with pytest.raises(IndexMismatchError, match="another version of Footnote"):
        open_index()


def test_an_index_whose_files_may_not_be_read(
    build_index: Build, open_index: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    build_index(ARTICLES)

    def refuse(path: Path) -> str:
        raise PermissionError(13, "Permission denied", str(path))

    monkeypatch.setattr("rag.index.manifest.sha256_of", refuse)
    with pytest.raises(OpenError, match="Permission denied") as caught:
        open_index()
    assert not isinstance(caught.value, IndexCorruptError)


# Readers while builds go on.


def test_a_generation_is_kept_while_it_is_read(
    build_index: Build, open_index: Open, settings: Settings, embedder: FakeEmbedder
) -> None:
    build_index(ARTICLES)
    stores = [open_index(), open_index()]
    before = query(stores[0], embedder)
    for store in stores:
        build_index(ARTICLES[:1])
        kept = sorted(os.listdir(settings.index / "generations"))
        assert kept == ["g000001", read_current(settings.index).generation]
        assert query(stores[-1], embedder) == before
        store.close()
    build_index(ARTICLES[:1])
    assert os.listdir(settings.index / "generations") == ["g000004"]


def test_an_open_store_answers_even_if_its_files_are_removed(
    build_index: Build, open_index: Open, settings: Settings, embedder: FakeEmbedder
) -> None:
    build_index(ARTICLES)
    store = open_index()
    before = query(store, embedder)
    shutil.rmtree(settings.index)
    assert query(store, embedder) == before


def test_opening_follows_a_build_that_removed_what_was_being_opened(
    build_index: Build, open_index: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    build_index(ARTICLES)
    read = local.read_generation

    def overtaken(index: Path, current: Current) -> tuple[HeldGeneration, Manifest]:
        monkeypatch.undo()
        build_index(ARTICLES[:1])
        return read(index, current)

    monkeypatch.setattr(local, "read_generation", overtaken)
    assert open_index().generation == "g000002"


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


def test_leaving_without_publishing_removes_what_was_written(
    build_index: Build, open_index: Open, settings: Settings, embedder: FakeEmbedder
) -> None:
    build_index(ARTICLES)
    with GenerationWriter(settings.index, recipe_of(settings, embedder)) as writer:
        text = ARTICLES[0].text
        passage = Passage("p", ARTICLES[0].id, text, 0, len(text))
        writer.add(ARTICLES[0], [passage], ["h"], np.ones((1, 64), dtype=np.float32))
        assert writer.generation == "g000002"
    assert os.listdir(settings.index / "generations") == ["g000001"]
    assert open_index().generation == "g000001"


def test_an_error_after_the_switch_leaves_the_new_generation(
    build_index: Build, open_index: Open, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    build_index(ARTICLES)
    sync = generations.sync

    def fail_at_last(path: Path) -> None:
        if path == settings.index and read_current(path).generation == "g000002":
            raise OSError(5, "Input/output error")
        sync(path)

    with monkeypatch.context() as failing:
        failing.setattr(generations, "sync", fail_at_last)
        with pytest.raises(BuildError, match=r"is new, but .* \(Input/output error\): check"):
            build_index(ARTICLES)
    assert open_index().generation == "g000002"


@pytest.mark.parametrize(
    "part",
    ["ArticleWriter.add", "ArticleWriter.finish", "VectorWriter.finish", "TermWriter.finish"],
)
def test_a_failing_backend_leaves_the_index_before(
    build_index: Build, open_index: Open, monkeypatch: pytest.MonkeyPatch, part: str
) -> None:
    build_index(ARTICLES)

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as failing:
        failing.setattr(f"rag.index.generation_writer.{part}", full)
        with pytest.raises(BuildError, match=r"\(the disk is full\); what was there before is"):
            build_index(ARTICLES)
    assert open_index().generation == "g000001"


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
    from rag.ingest.build import build_from_articles

    index = small_disk / "index"
    few = ARTICLES[:1]
    many = [make_article(f"Storm {n}. " + "fog " * n, f"{n}") for n in range(500)]
    size = {"origin": "test", "total": 1}
    try:
        build_from_articles(few, index, settings, embedder, **size)  # type: ignore[arg-type]
        has_index = True
    except BuildError as error:
        assert "the disk is full" in str(error)
        has_index = False
    for _ in range(2):
        with pytest.raises(BuildError) as caught:
            build_from_articles(many, index, settings, embedder, **size)  # type: ignore[arg-type]
        assert "the disk is full" in str(caught.value)
        assert "\n" not in str(caught.value)
    recipe = recipe_of(settings, embedder)
    if has_index:
        store = open_store(index, recipe)
        assert [hit[0] for hit in store.search_terms("whales", 3)] == [0]
        store.close()
    else:
        with pytest.raises(IndexMissingError):
            open_store(index, recipe)
