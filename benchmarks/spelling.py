"""How often ``rag.question.spelling`` changes a question, and how many misspelt names it mends.

    RAG_EVAL_DATA=DIR python -m benchmarks.spelling [SET] [--show]

SET is a folder of DIR with articles.jsonl, questions.jsonl and perhaps absent.jsonl, questions that
the articles do not answer ("wiki" if not named). Names get one random slip of typing each.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import re
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from string import ascii_lowercase
from typing import TYPE_CHECKING, Any

import numpy as np

from rag.index import LocalStore, open_store
from rag.ingest.build import build_from_articles, recipe_of
from rag.question.spelling import corrected
from rag.settings import Settings
from rag.text.words import terms
from rag.types import Article

if TYPE_CHECKING:
    from rag.types import Vectors

SEED = 3
_NAME = re.compile(r"(?<=\s)[A-Z][a-z]{3,}\b")


class NoEmbedder:
    """``rag.types.Embedder`` that places every text alike: only words are looked up here."""

    name = "none"
    revision = "1"
    dimensions = 1
    max_tokens = 254

    def count_tokens(self, text: str) -> int:
        return len(text.split())

    def embed_query(self, texts: Sequence[str]) -> Vectors:
        return np.ones((len(texts), 1), dtype=np.float32)

    embed_passages = embed_query


def records(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text("utf-8").splitlines()]


def index_of(folder: Path, index: Path) -> LocalStore:
    """The articles of a question set, with their words alone, in a new index."""
    articles = [
        Article(
            id=record["id"],
            title=record["title"],
            author=None,
            date=None,
            source=f"{record['id']}.txt",
            url=None,
            text=record["text"],
        )
        for record in records(folder / "articles.jsonl")
    ]
    settings, embedder = Settings(index=index), NoEmbedder()
    build_from_articles(articles, index, settings, embedder, origin="", total=len(articles))
    return open_store(index, recipe_of(settings, embedder))


def show_changed(name: str, questions: Sequence[str], store: LocalStore, show: bool) -> None:
    started = time.perf_counter()
    changed = [(each, to) for each in questions if (to := corrected(each, store)) != each]
    milliseconds = 1000 * (time.perf_counter() - started) / len(questions)
    share = len(changed) / len(questions)
    print(
        f"{name}: {len(changed)} of {len(questions)} changed ({share:.3f}), {milliseconds:.2f} ms"
    )
    for question, to in changed if show else ():
        words = zip(question.split(), to.split(), strict=False)
        print("   ", ", ".join(f"{a} -> {b}" for a, b in words if a != b))


def show_mended(questions: Sequence[str], store: LocalStore) -> None:
    draw = random.Random(SEED)
    names = mended = wrong = 0
    for question in questions:
        found = [
            name for name in _NAME.finditer(question) if any(store.passages_holding([name[0]]))
        ]
        if not found:
            continue
        name = draw.choice(found)
        before, after = question[: name.start()], question[name.end() :]
        slipped = slip(name[0], draw)
        # What else the question has misspelt is mended as before, so that only the name counts.
        to = corrected(f"{before}{slipped}{after}", store)
        names += 1
        mended += terms(to) == terms(corrected(question, store))
        wrong += terms(to) != terms(corrected(question, store)) and slipped not in to
    if not names:
        return
    print(f"names: {names} misspelt, {mended / names:.3f} mended, {wrong / names:.3f} made another")


def slip(word: str, draw: random.Random) -> str:
    """``word`` with a letter left out, put in, changed, or exchanged with the next."""
    at = draw.randrange(len(word) - 1)
    letter = draw.choice(ascii_lowercase)
    kinds = (
        word[:at] + word[at + 1 :],
        word[:at] + letter + word[at:],
        word[:at] + letter + word[at + 1 :],
        word[:at] + word[at + 1] + word[at] + word[at + 2 :],
    )
    return draw.choice(kinds)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("set", nargs="?", default="wiki")
    parser.add_argument("--show", action="store_true", help="list what was changed")
    arguments = parser.parse_args()
    folder = Path(os.environ["RAG_EVAL_DATA"]) / arguments.set
    asked = {
        path.stem: [record["question"] for record in records(path)]
        for path in (folder / "questions.jsonl", folder / "absent.jsonl")
        if path.exists()
    }
    with tempfile.TemporaryDirectory() as index:
        store = index_of(folder, Path(index))
        for name, questions in asked.items():
            show_changed(name, questions, store, arguments.show)
        show_mended(asked["questions"], store)
        store.close()


if __name__ == "__main__":
    main()
