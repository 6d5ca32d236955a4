from __future__ import annotations

import os
import random
import re
import shutil
import time
import tomllib
from collections.abc import Callable, Sequence
from dataclasses import replace
from importlib.metadata import packages_distributions
from pathlib import Path
from typing import TYPE_CHECKING
from zipfile import ZipFile

import pytest

import rag.load
from rag.errors import BuildError, SeedsError
from rag.index import LocalStore, open_store
from rag.ingest.build import (
    READING_LIBRARIES,
    build_from_folder,
    embedded_text,
    reading_code,
    recipe_of,
)
from rag.ingest.folder import count_changed
from rag.settings import Settings
from rag.types import Article, BuildReport, Failure, Filters, Passage, Progress
from tests.fakes import FakeEmbedder, make_article

if TYPE_CHECKING:
    from rag.types import Vectors

Build = Callable[[Sequence[Article | Failure]], BuildReport]
Open = Callable[[], LocalStore]

ROOT = Path(__file__).parents[2]
SEEDS, INDEX, ANEW = Path("seeds"), Path("index"), Path("anew")
TOPICS = "harbour whale storm lamp treaty minister bridge market strike doctor".split()


def build(embedder: FakeEmbedder | None = None, **changed: object) -> BuildReport:
    """Builds index/ from seeds/ in the current folder."""
    settings = Settings(**changed)  # type: ignore[arg-type]
    return build_from_folder(settings.seeds, settings.index, settings, embedder or FakeEmbedder())


def opened(index: Path = INDEX) -> LocalStore:
    return open_store(index, recipe_of(Settings(), FakeEmbedder()))


def everything(store: LocalStore) -> dict[str, object]:
    """All that a store holds and finds, apart from its generation's name."""
    ordinals = range(store.passage_count)
    found: dict[str, object] = {
        "articles": list(store.articles()),
        "passages": store.fetch(ordinals),
        "vectors": store.vectors(ordinals).tolist(),
        "manifest": replace(store.manifest, files={}),
        "sources": store.file_sources(),
        "known": {source: known[0] for source, known in store.files().items()},
    }
    for topic in TOPICS[:4]:
        vector = FakeEmbedder().embed_query([topic])[0]
        for filters in (Filters(), Filters(source="*a*", since="2008")):
            found[f"{topic} {filters} near"] = store.search_vectors(vector, 20, filters)
            found[f"{topic} {filters} terms"] = store.search_terms(topic, 20, filters)
    store.close()
    return found


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


# An incremental build is the same as a full one.


class Folder:
    """A folder of articles in which someone works."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)
        self.number = 0
        for _ in range(12):
            self.add()

    def paths(self) -> list[Path]:
        return sorted(path for path in SEEDS.rglob("*") if path.is_file())

    def prose(self) -> str:
        sentences = [
            f"The {' '.join(self.random.choices(TOPICS, k=12))} was seen in {self.number}."
            for _ in range(self.random.randint(1, 12))
        ]
        return "\n\n".join(sentences)

    def new_path(self, suffix: str) -> Path:
        self.number += 1
        folder = SEEDS / self.random.choice(["", "a", "b/c"])
        folder.mkdir(parents=True, exist_ok=True)
        return folder / f"{self.random.choice('afkpz')}{self.number}{suffix}"

    def add(self) -> None:
        kind = self.random.choice(["txt", "txt", "csv", "unreadable"])
        if kind == "txt":
            year = self.random.randint(2000, 2020)
            self.new_path(".txt").write_text(f"Title\n\nAda Lind\n3 May {year}\n\n{self.prose()}")
        elif kind == "csv":
            rows = [f'Row {row},"{self.prose()}"' for row in range(self.random.randint(1, 4))]
            self.new_path(".csv").write_text("\n".join(["title,text", *rows, "Empty,"]))
        else:
            self.new_path(".txt").write_bytes(b"\x00\x01" * 500)

    def change(self) -> None:
        path = self.random.choice(self.paths())
        if path.suffix == ".txt":
            path.write_bytes(path.read_bytes().replace(b"\x00", b"x") + self.prose().encode())

    def change_one_letter(self) -> None:
        path = self.random.choice(self.paths())
        times = path.stat()
        path.write_bytes(path.read_bytes().replace(b"seen", b"sean", 1))
        os.utime(path, ns=(times.st_atime_ns, times.st_mtime_ns))  # as an editor may

    def remove(self) -> None:
        self.random.choice(self.paths()).unlink()

    def rename(self) -> None:
        path = self.random.choice(self.paths())
        path.rename(self.new_path(path.suffix))

    def copy(self) -> None:
        path = self.random.choice(self.paths())
        shutil.copy(path, self.new_path(path.suffix))

    def swap(self) -> None:
        one, other = self.random.sample([p for p in self.paths() if p.suffix == ".txt"], 2)
        one.rename(SEEDS / "between")
        other.rename(one)
        (SEEDS / "between").rename(other)

    def touch(self) -> None:
        os.utime(self.random.choice(self.paths()))

    def work(self) -> None:
        for _ in range(self.random.randint(0, 5)):
            self.random.choice(
                [
                    *(self.add, self.change, self.change_one_letter, self.remove),
                    *(self.rename, self.copy, self.swap, self.touch),
                ]
            )()


@pytest.mark.parametrize("seed", [0, 1, *(pytest.param(n, marks=pytest.mark.long) for n in (2, 3))])
def test_an_incremental_build_is_the_same_as_a_full_one(seeds_folder: Path, seed: int) -> None:
    folder = Folder(seed)
    build()
    for _ in range(4):
        folder.work()
        embedder = FakeEmbedder()
        report = build(embedder)
        full = build(index=ANEW)
        assert report.embedded == len({*embedder.embedded}) == len(embedder.embedded)
        assert report.embedded <= full.embedded
        assert report.failures == full.failures
        assert report.duplicates == full.duplicates
        assert report.articles == full.articles == full.added
        gained = report.added + report.updated + report.renamed + report.unchanged
        assert gained == report.articles
        assert everything(opened()) == everything(opened(ANEW))
        assert count_changed(SEEDS, INDEX, opened()) == 0
        shutil.rmtree(ANEW)


# What is read, and what is embedded.


@pytest.fixture
def loaded(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The names of the files that builds read."""
    from rag.ingest.folder import load_file

    names: list[str] = []

    def note(path: Path, folder: Path) -> object:
        names.append(path.name)
        return load_file(path, folder)

    monkeypatch.setattr("rag.ingest.folder.load_file", note)
    return names


def test_only_a_changed_file_is_read(seeds_folder: Path, loaded: list[str]) -> None:
    build()
    assert loaded == ["talks.txt", "whales.txt"]
    loaded.clear()
    os.utime("seeds/talks.txt")
    whales = Path("seeds/whales.txt")
    whales.write_text(whales.read_text().replace("eleven", "twelve"))
    report = build()
    assert loaded == ["whales.txt"]
    assert (report.updated, report.unchanged, report.embedded) == (1, 1, 1)


def test_a_renamed_file_is_not_embedded_again_but_by_another_model(seeds_folder: Path) -> None:
    build()
    Path("seeds/talks.txt").rename("seeds/2007.txt")
    report = build()
    assert (report.renamed, report.unchanged, report.removed, report.added) == (1, 1, 0, 0)
    assert report.embedded == 0
    assert [article.source for article in opened().articles()] == ["2007.txt", "whales.txt"]
    assert build(FakeEmbedder(revision="2")).embedded == report.passages


def test_a_file_of_many_articles_counts_as_one_file(seeds_folder: Path) -> None:
    rows = [f"Title {number},A new article about storm number {number}." for number in range(60)]
    (seeds_folder / "papers.csv").write_text("\n".join(["title,text", *rows, "Empty,"]))
    steps: list[Progress] = []
    settings = Settings()
    report = build_from_folder(SEEDS, INDEX, settings, FakeEmbedder(), steps.append)
    assert report.articles == 62
    assert report.failures == (Failure("papers.csv#61", "it holds no text"),)
    assert [step.done for step in steps if step.stage == "reading"] == [1, 2, 3]
    assert {step.total for step in steps} == {3}
    assert len({article.id for article in opened().articles()}) == 62
    rows.insert(0, "First,This row came before the others.")
    (seeds_folder / "papers.csv").write_text("\n".join(["title,text", *rows]))
    assert build().embedded == 1


def test_other_code_reads_every_file_anew(
    seeds_folder: Path, loaded: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    build()
    loaded.clear()
    monkeypatch.setattr("rag.ingest.build.reading_code", lambda: "other")
    assert build().embedded == 0
    assert loaded == ["talks.txt", "whales.txt"]
    assert len(reading_code()) == 64


def test_another_version_of_a_library_that_reads_is_other_code(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    now = reading_code()
    monkeypatch.setattr("rag.ingest.build.version", lambda name: "0")
    assert reading_code.__wrapped__() != now
    imported = "\n".join(path.read_text() for path in Path(rag.load.__file__).parent.glob("*.py"))
    for module, names in packages_distributions().items():
        if re.search(rf"^\s*(?:from|import) {re.escape(module)}\b", imported, re.MULTILINE):
            known = {name.lower() for name in names}
            assert known.intersection({"footnote-rag", *READING_LIBRARIES}), module
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    installed = {line.partition("==")[0] for line in project["dependencies"]}
    assert set(READING_LIBRARIES) <= installed, "else there would be no version to tell"


def test_another_way_of_cutting_keeps_the_vectors_that_fit(seeds_folder: Path) -> None:
    build()
    report = build(passage_tokens=64)
    assert 0 < report.embedded < report.passages


def test_names_that_differ_in_bytes_that_are_no_text(seeds_folder: Path) -> None:
    for number in (0xE0, 0xE9):
        name = os.fsdecode(b"caf" + bytes([number]) + b".txt")
        try:
            Path("seeds", name).write_text(f"Coffee number {number} is served at the harbour.")
        except OSError:
            pytest.skip("this file system takes no such name")
    for _ in range(2):
        report = build()
        assert report.articles == 3
        assert [failure.reason for failure in report.failures] == [
            "another article has the same name"
        ]


def test_a_name_taken_is_told_however_its_file_falls_into_batches(
    seeds_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("rag.ingest.build._BATCH_PASSAGES", 1)
    with ZipFile(SEEDS / "twice.zip", "w") as archive:
        archive.writestr("lamp.txt", "The lamp of the harbour went out.")
        archive.writestr("mast.txt", "The mast broke in the storm.")
        with pytest.warns(UserWarning, match="Duplicate"):
            archive.writestr("lamp.txt", "Another lamp went out.")
    for _ in range(2):
        report = build()
        assert report.articles == 4
        assert report.failures == (
            Failure("twice.zip/lamp.txt", "another article has the same name"),
        )


# Articles out of the ordinary.


def test_odd_articles(build_index: Build, open_index: Open) -> None:
    odd = [
        make_article("A short text about whales.", "long title", title="t" * 10_000),
        make_article("鲸鱼回来了。 Киты вернулись. 🐋", "scripts", title="鲸" * 300),
        make_article("x" * 50_000, "one word"),
        make_article(""),
    ]
    assert build_index(odd).articles == 4
    store = open_index()
    for passage, article in store.fetch(range(store.passage_count)):
        assert article.text[passage.start : passage.end] == passage.text != ""
    store.close()
    assert build_index(odd[-1:]).passages == 0
    assert open_index().search_terms("whales", 5) == []


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


# A build that is interrupted.


class Interrupted(FakeEmbedder):
    """Embeds one batch; then someone presses Ctrl-C."""

    def embed_passages(self, texts: Sequence[str]) -> Vectors:
        if self.embedded:
            raise KeyboardInterrupt
        return super().embed_passages(texts)


@pytest.mark.parametrize("revision", ["1", "0"])
def test_an_interrupted_build_goes_on_from_what_the_same_model_embedded(
    seeds_folder: Path, revision: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("rag.ingest.build._BATCH_PASSAGES", 16)
    for number in range(40):
        Path(f"seeds/{number:03d}.txt").write_text(f"Lamp {number} of the harbour went out.")
    first = Interrupted(revision=revision)
    with pytest.raises(KeyboardInterrupt):
        build(first)
    assert len(first.embedded) >= 16
    assert (INDEX / "embedded.sqlite").exists()
    report = build()
    assert report.embedded == report.passages - len(first.embedded) * (revision == "1")
    assert sorted(path.name for path in INDEX.iterdir()) == ["CURRENT", "build.lock", "generations"]
    build(index=ANEW)
    assert everything(opened()) == everything(opened(ANEW))


def test_title_date_and_headings_are_embedded_with_a_passage() -> None:
    passage = Passage("p", "id-a", "It rained.", 0, 10, ("North", "Coast"))
    dated = make_article("It rained.", title="Weather", date="2007-05")
    assert embedded_text(dated, passage) == "Weather, 2007-05: North – Coast: It rained."
    bare = replace(passage, headings=())
    assert embedded_text(make_article("It rained.", title=""), bare) == "It rained."
    text = embedded_text(
        make_article("x", title="t" * 10_000), replace(passage, headings=("h" * 999,))
    )
    assert text.endswith(": It rained.")
    assert len(text) < 350, "room is left for the passage"
