from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from rag.errors import BuildError, BuildInProgressError, IndexMissingError, SeedsError
from rag.index import LocalStore, open_store
from rag.ingest.build import build_from_folder, recipe_of
from rag.settings import Settings
from rag.types import Article, BuildReport, Failure, Progress
from tests.fakes import FakeEmbedder, make_article

Build = Callable[[Sequence[Article | Failure]], BuildReport]
Open = Callable[[], LocalStore]

ROOT = Path(__file__).parents[2]
SEEDS, INDEX = Path("seeds"), Path("index")


def build(embedder: FakeEmbedder | None = None, **changed: object) -> BuildReport:
    """Builds index/ from seeds/ in the current folder."""
    settings = Settings(**changed)  # type: ignore[arg-type]
    return build_from_folder(settings.seeds, settings.index, settings, embedder or FakeEmbedder())


def opened(embedder: FakeEmbedder | None = None) -> LocalStore:
    return open_store(INDEX, recipe_of(Settings(), embedder or FakeEmbedder()))


def everything(store: LocalStore) -> tuple[object, ...]:
    """All that a store holds, apart from its generation's name."""
    vector = FakeEmbedder().embed_query(["harbour talks"])[0]
    return (
        list(store.articles()),
        store.fetch(range(store.passage_count)),
        store.search_vectors(vector, 50),
        store.search_terms("four hours in the harbour", 50),
        store.vectors(range(store.passage_count)).tolist(),
        replace(store.manifest, files={}),
    )


def test_a_folder_becomes_an_index(seeds_folder: Path) -> None:
    steps: list[Progress] = []
    settings = Settings()
    report = build_from_folder(SEEDS, INDEX, settings, FakeEmbedder(), steps.append)
    assert (report.articles, report.failures) == (2, ())
    assert report.embedded == report.passages == opened().passage_count
    assert [article.title for article in opened().articles()] == [
        "Iran and the US hold talks",
        "Whales return",
    ]
    assert [step.stage for step in steps] == ["reading", "reading", "embedding", "writing"]
    assert all(0 < step.done <= step.total == 2 for step in steps)
    assert opened().manifest.seeds == "seeds"
    assert set(opened().files()) == {"talks.txt", "whales.txt"}


def test_what_came_last_is_the_latest_whatever_its_name_and_date(seeds_folder: Path) -> None:
    build()
    added = SEEDS / "zebras.txt"
    added.write_text("Zebras\n\nBy Ada Lind\n1 May 1911\n\nThe zebras came by ship.\n")
    later = time.time() + 60
    os.utime(added, (later, later))
    build()
    latest = opened().latest_articles(2)
    assert len(latest) == 2
    assert latest[0].source == "zebras.txt"


# Only what is new is embedded.


def test_a_second_build_embeds_nothing(seeds_folder: Path) -> None:
    build()
    before = everything(opened())
    embedder = FakeEmbedder()
    assert build(embedder).embedded == 0
    assert embedder.embedded == []
    assert everything(opened()) == before


def test_only_a_changed_article_is_embedded_and_nothing_else_differs(seeds_folder: Path) -> None:
    build()
    whales = seeds_folder / "whales.txt"
    whales.write_text(whales.read_text().replace("eleven", "twelve"))
    embedder = FakeEmbedder()
    report = build(embedder)
    assert report.embedded == len(embedder.embedded) == 1
    assert "twelve" in embedder.embedded[0]
    incremental = everything(opened())
    for path in sorted(INDEX.rglob("*"), reverse=True):
        path.unlink() if path.is_file() else path.rmdir()
    assert build().embedded == report.passages
    assert everything(opened()) == incremental


def test_another_date_embeds_an_article_anew(seeds_folder: Path) -> None:
    build()
    whales = seeds_folder / "whales.txt"
    whales.write_text(whales.read_text().replace("2011", "2012"))
    assert build().embedded == 1


def test_another_model_embeds_all(seeds_folder: Path) -> None:
    passages = build().passages
    assert build(FakeEmbedder(revision="2")).embedded == passages


def test_a_file_of_many_articles_counts_as_one_file(seeds_folder: Path) -> None:
    rows = [f"Title {number},A new article about storm number {number}." for number in range(600)]
    (seeds_folder / "papers.csv").write_text("\n".join(["title,text", *rows, "Empty,"]))
    steps: list[Progress] = []
    settings = Settings()
    report = build_from_folder(SEEDS, INDEX, settings, FakeEmbedder(), steps.append)
    assert report.articles == 602
    assert report.failures == (Failure("papers.csv#601", "it holds no text"),)
    assert [step.done for step in steps if step.stage == "reading"] == [1, 2, 3]
    assert {step.total for step in steps} == {3}
    assert len({article.id for article in opened().articles()}) == 602
    rows.insert(0, "First,This row came before the others.")
    (seeds_folder / "papers.csv").write_text("\n".join(["title,text", *rows]))
    assert build().embedded == 1


# Articles out of the ordinary.


def test_odd_articles(build_index: Build, open_index: Open) -> None:
    report = build_index(
        [
            make_article("No words of this may be evidence.", "bodyless", body=()),
            make_article("A short text about whales.", "long title", title="t" * 10_000),
            make_article("鲸鱼回来了。 Киты вернулись. 🐋", "scripts", title="鲸" * 300),
            make_article("x" * 50_000, "one word"),
        ]
    )
    store = open_index()
    assert (report.articles, store.article_count) == (4, 4)
    for passage, article in store.fetch(range(store.passage_count)):
        assert article.text[passage.start : passage.end] == passage.text
    assert [article.id for _, article in store.fetch([0])] == ["id-long title"]


def test_articles_without_any_passage(build_index: Build, open_index: Open) -> None:
    assert build_index([make_article("Nothing here.", body=())]).passages == 0
    store = open_index()
    assert store.search_vectors(FakeEmbedder().embed_query(["x"])[0], 5) == []
    assert store.search_terms("nothing", 5) == []
    assert len(list(store.articles())) == 1


def test_articles_of_one_name_are_reported(build_index: Build) -> None:
    same_id = replace(make_article("Second."), source="other.txt")
    same_source = replace(make_article("Third."), id="other")
    report = build_index([make_article("First."), same_id, same_source])
    assert report.articles == 1
    assert [failure.source for failure in report.failures] == ["other.txt", "a.txt"]
    assert {failure.reason for failure in report.failures} == {"another article has the same name"}


def test_more_articles_than_are_embedded_at_once(
    build_index: Build, embedder: FakeEmbedder
) -> None:
    report = build_index([make_article(f"Storm number {n}.", f"{n}") for n in range(600)])
    assert report.embedded == len(embedder.embedded) == 600


# Folders that cannot be read, in whole or in part.


def test_files_that_cannot_be_read_are_reported_and_the_rest_is_built(seeds_folder: Path) -> None:
    (seeds_folder / "binary.txt").write_bytes(bytes(range(256)) * 40)
    (seeds_folder / "latin.txt").write_bytes("Übermorgen fällt der Schnee.\n".encode("latin-1") * 5)
    (seeds_folder / "picture.png").write_bytes(b"\x89PNG")
    report = build()
    assert [failure.source for failure in report.failures] == ["binary.txt", "picture.png"]
    assert report.articles == 3
    assert "Übermorgen" in next(a.text for a in opened().articles() if a.source == "latin.txt")
    assert opened().manifest.failures == report.failures


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("missing", "The folder of articles missing does not exist"),
        ("empty", "Folder empty holds no articles"),
        ("unreadable", "None of the 1 files in unreadable could be read (a.txt: "),
        ("seeds/talks.txt", "The folder of articles seeds/talks.txt is not a folder"),
    ],
)
def test_folders_without_articles(seeds_folder: Path, name: str, words: str) -> None:
    build()
    Path("empty").mkdir()
    Path("unreadable").mkdir()
    Path("unreadable/a.txt").write_bytes(b"\x00\x01" * 500)
    with pytest.raises(SeedsError) as caught:
        build(seeds=name)
    assert words in str(caught.value)
    assert "\n" not in str(caught.value)
    assert opened().generation == "g000001"
    assert [path.name for path in (INDEX / "generations").iterdir()] == ["g000001"]


@pytest.mark.parametrize("index", ["seeds", "seeds/index", "seeds/deep/er", "."])
def test_the_index_may_lie_among_the_articles(seeds_folder: Path, index: str) -> None:
    for _ in range(2):
        report = build(index=index)
        assert (report.articles, report.failures) == (2, ())


def test_an_index_that_may_not_be_written(seeds_folder: Path) -> None:
    INDEX.touch()
    with pytest.raises(BuildError, match="Index index is a file: name a folder with --index"):
        build()
    with pytest.raises(BuildError, match=r"Index /proc/index could not be written \("):
        build(index="/proc/index")


def test_an_embedder_that_fails_leaves_the_index_before(seeds_folder: Path) -> None:
    class Failing(FakeEmbedder):
        def embed_passages(self, texts: Sequence[str]) -> None:  # type: ignore[override]
            raise MemoryError

    build()
    with pytest.raises(MemoryError):
        build(Failing(revision="2"))
    assert opened().generation == "g000001"
    assert [path.name for path in (INDEX / "generations").iterdir()] == ["g000001"]


# Other processes.


def build_in_process(*arguments: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "tests.build_in_process", *arguments],
        env={"PYTHONPATH": str(ROOT), "PATH": ""},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )


@pytest.mark.parametrize("has_index", [False, True])
@pytest.mark.parametrize(
    ("place", "is_switched"),
    [
        ("rag.index.generation_writer.TermWriter", False),
        ("tests.fakes:FakeEmbedder.embed_passages", False),
        ("rag.index.embedding_cache:EmbeddingCache.keep", False),
        ("rag.ingest.build.find_stories", False),
        ("rag.index.generation_writer:TermWriter.finish", False),
        ("rag.index.generation_writer.publish", False),
        ("rag.index.generations.sync", False),
        ("rag.index.embedding_cache:EmbeddingCache.clear", True),
        ("rag.index.generation_writer.is_in_force", True),
    ],
)
def test_a_killed_build_leaves_the_old_index_or_the_new_one(
    seeds_folder: Path, place: str, is_switched: bool, has_index: bool
) -> None:
    if has_index:
        build()
    (seeds_folder / "new.txt").write_text("A new article about the storm.")
    with build_in_process("kill", place) as process:
        assert process.wait() == -9
    if is_switched or has_index:
        assert opened().article_count == 2 + is_switched
    else:
        with pytest.raises(IndexMissingError):
            opened()
    assert build().articles == 3
    assert opened().article_count == 3


def test_a_second_process_is_told_to_wait_and_the_old_index_answers(seeds_folder: Path) -> None:
    build()
    with build_in_process("wait") as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "embedding\n"
        with pytest.raises(BuildInProgressError, match="Index index is being built already: wait"):
            build()
        assert opened().generation == "g000001"
        process.communicate()
        assert process.returncode == 0
    assert opened().generation == "g000002"
    assert build().generation == "g000003"
