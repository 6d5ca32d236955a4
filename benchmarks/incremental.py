"""What bringing an index up to date costs: ``python -m benchmarks.incremental``.

Makes a folder of small articles of random words and builds it with an embedder that costs next to
nothing, so that the figures are those of everything but embedding: a full build with a real model
takes passages divided by its passages a second on top, a build of one new article nothing.
"""

from __future__ import annotations

import argparse
import random
import resource
import tempfile
import time
from pathlib import Path

from rag.ingest.build import build_from_folder
from rag.settings import Settings
from tests.fakes import FakeEmbedder

_DIMENSIONS = 384
_FOLDERS = 100


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--articles", type=int, default=20_000)
    parser.add_argument("--paragraphs", type=int, default=5, help="of each, one passage each")
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        seeds, index = Path(folder, "seeds"), Path(folder, "index")
        _make_articles(seeds, chosen.articles, chosen.paragraphs)
        _build("all new", seeds, index)
        _build("nothing changed", seeds, index)
        new = seeds / "50" / "new.txt"
        new.write_text("Whales return\n\nGrey whales came into the harbour in the night.")
        _build("one new", seeds, index)
        new.rename(seeds / "20" / "renamed.txt")
        _build("one renamed", seeds, index)
        changed = seeds / "20" / "20.txt"
        changed.write_text(changed.read_text() + "\n\nOne paragraph more of this was added.")
        (seeds / "30" / "30.txt").unlink()
        _build("one changed, one removed", seeds, index)


def _make_articles(seeds: Path, count: int, paragraphs: int) -> None:
    draw = random.Random(1)
    letters = "abcdefghijklmnopqrstuvwxyz"
    words = ["".join(draw.choices(letters, k=draw.randint(2, 9))) for _ in range(20_000)]
    for number in range(count):
        folder = seeds / f"{number % _FOLDERS:02d}"
        folder.mkdir(parents=True, exist_ok=True)
        body = "\n\n".join(
            " ".join(f"{' '.join(draw.choices(words, k=14)).capitalize()}." for _ in range(5))
            for _ in range(paragraphs)
        )
        head = f"Report {number}\n\nAda Lind\n{1 + number % 28} June {2000 + number % 20}"
        (folder / f"{number}.txt").write_text(f"{head}\n\n{body}\n")


def _build(what: str, seeds: Path, index: Path) -> None:
    started, processor = time.perf_counter(), time.process_time()
    report = build_from_folder(seeds, index, Settings(), FakeEmbedder(dimensions=_DIMENSIONS))
    print(
        f"{what}: {time.perf_counter() - started:.1f} s ({time.process_time() - processor:.1f} s of"
        f" processor), {report.passages:,} passages, {report.embedded:,} embedded, memory "
        f"{resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MB",
        flush=True,
    )


if __name__ == "__main__":
    main()
