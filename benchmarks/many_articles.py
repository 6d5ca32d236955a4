"""What a folder of many small files costs: ``python -m benchmarks.many_articles``.

Makes a folder of short articles (a heading, a date, two sentences of random words; about 300
bytes), then measures, each in a process of its own with the most memory that it took: finding the
files, building the index of them all, bringing it up to date (nothing changed; one file new; one
renamed; one changed and one removed), and the library's page over HTTP.

Without ``--embedder`` the embedder costs next to nothing, so that the figures are those of
everything but embedding; with one (``--embedder minilm``) it is a real build.
"""

from __future__ import annotations

import argparse
import multiprocessing
import random
import resource
import tempfile
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING

from rag.embed import load_embedder
from rag.ingest.build import build_from_folder
from rag.ingest.folder import article_files
from rag.settings import Settings
from tests.fakes import FakeEmbedder

if TYPE_CHECKING:
    from rag.types import Embedder, Vectors

_DIMENSIONS = 384
_FILES_IN_FOLDER = 1000
_SENTENCE_WORDS = 18
_VIEWS = {
    "first": "",
    "again": "",
    "by title": "sort=title",
    "by date": "sort=date&descending=true",
    "found": "q=report+77",
    "not found": "q=nobody+wrote+this",
    "last page": "page=1000000",
}
"""What the page asks the list for; the first finds the folder and the index new."""


class _ForgetfulEmbedder(FakeEmbedder):
    """Does not keep what it embedded, which would be the whole folder."""

    def embed_passages(self, texts: Sequence[str]) -> Vectors:
        vectors = super().embed_passages(texts)
        self.embedded.clear()
        return vectors


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sizes", type=int, nargs="+", default=[1_000, 10_000, 100_000])
    parser.add_argument("--embedder", default="", help="a real one, as RAG_EMBEDDER names it")
    chosen = parser.parse_args()
    for size in chosen.sizes:
        with tempfile.TemporaryDirectory() as folder:
            seeds, index = Path(folder, "seeds"), Path(folder, "index")
            make_articles(seeds, size)
            print(f"{size:,} files", flush=True)
            _alone("find the files", find, seeds, index)
            _alone("build", build, seeds, index, chosen.embedder)
            _alone("build, nothing changed", build, seeds, index, chosen.embedder)
            first = seeds / "0000"
            (first / "new.txt").write_text("Whales return\n\nGrey whales came in the night.")
            _alone("build, one new", build, seeds, index, chosen.embedder)
            (first / "new.txt").rename(first / "renamed.txt")
            _alone("build, one renamed", build, seeds, index, chosen.embedder)
            (first / "1.txt").write_text("Report\n\nAll of it was written anew.")
            (first / "2.txt").unlink()
            _alone("build, one changed, one removed", build, seeds, index, chosen.embedder)
            _alone("the page", view, seeds, index)


def make_articles(seeds: Path, count: int) -> None:
    """Writes ``count`` files, a thousand in a folder."""
    draw = random.Random(1)
    letters = "abcdefghijklmnopqrstuvwxyz"
    words = ["".join(draw.choices(letters, k=draw.randint(2, 9))) for _ in range(20_000)]
    for number in range(count):
        folder = seeds / f"{number // _FILES_IN_FOLDER:04d}"
        if number % _FILES_IN_FOLDER == 0:
            folder.mkdir(parents=True)
        body = " ".join(
            f"{' '.join(draw.choices(words, k=_SENTENCE_WORDS)).capitalize()}." for _ in range(2)
        )
        head = f"Report {number} on the {draw.choice(words)}"
        date = f"{1 + number % 28} June {2000 + number % 20}"
        (folder / f"{number}.txt").write_text(f"{head}\n\n{date}\n\n{body}\n")


def find(seeds: Path, index: Path) -> str:
    """Lists the files that a build would read."""
    return f"{len(article_files(seeds, index)):,} found"


def build(seeds: Path, index: Path, embedder_name: str) -> str:
    """Builds the index, and says what the build did."""
    embedder: Embedder = _ForgetfulEmbedder(dimensions=_DIMENSIONS)
    if embedder_name:
        embedder = load_embedder(embedder_name)
    report = build_from_folder(seeds, index, Settings(), embedder)
    return f"{report.passages:,} passages, {report.embedded:,} embedded"


def view(seeds: Path, index: Path) -> str:
    """Asks for the page's list as a browser does, and says how much processor each took."""
    from fastapi import FastAPI
    from starlette.testclient import TestClient

    from rag.web.library import LibraryDesk, library_routes
    from rag.web.served import ServedLibrary
    from tests.fake_library import FakeLibrary

    served = ServedLibrary(FakeLibrary, lambda progress: FakeLibrary())
    app = FastAPI()
    app.include_router(library_routes(LibraryDesk(served, seeds, index)))
    told = []
    with TestClient(app, base_url="http://127.0.0.1:7860") as client:
        for view, query in _VIEWS.items():
            started = time.process_time()
            response = client.get(f"/library/list?{query}")
            milliseconds = 1000 * (time.process_time() - started)
            kilobytes = len(response.content) / 1000
            told.append(f"{view} {milliseconds:.0f} ms ({kilobytes:.0f} kB)")
    return ", ".join(told)


def _alone(what: str, step: Callable[..., str], *values: Path | str) -> None:
    """Runs a step in a process of its own, and prints its time and the most memory it took."""
    spawned = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(1, mp_context=spawned) as process:
        print(f"  {what}: {process.submit(_measured, step, *values).result()}", flush=True)


def _measured(step: Callable[..., str], *values: Path | str) -> str:
    started, processor = time.perf_counter(), time.process_time()
    told = step(*values)
    seconds, processor = time.perf_counter() - started, time.process_time() - processor
    megabytes = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return f"{seconds:.2f} s ({processor:.2f} s of processor), {megabytes:.0f} MB: {told}"


if __name__ == "__main__":
    main()
