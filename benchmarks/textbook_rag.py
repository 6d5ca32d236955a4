"""Textbook RAG beside Footnote: the same questions, the same index, the same measures.

    RAG_EVAL_DATA=DIR python -m benchmarks.textbook_rag [SET ...] [--questions N] [--seed N]

The peer puts the best three passages into a prompt, and a small language model writes (greedy). The
questions are the slices of benchmarks/held_out.py. The peer's seconds count its search and writing;
Footnote's count its search and reading.
"""

from __future__ import annotations

import argparse
import os
import re
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

from benchmarks.held_out import SEED, collections_of, library_of, table
from rag.evaluate import summarize
from rag.evaluate.judge import Record, judge
from rag.library import Library
from rag.models import SHIPPED_WRITER
from rag.settings import load_settings
from rag.types import Answer, Article, Done, Event, Hit, Retrieved, Token, Turn
from rag.write.generators import TextGenerator, load_generator

PASSAGES = 3
MAX_TOKENS = 64
REFUSAL = "The articles do not say."
_REFUSES = re.compile(
    r"\b(?:do|does|did) not\b|\b(?:don't|doesn't|didn't)\b"
    r"|\bnot (?:mention|say|state|specif|provid|contain|includ|clear|given|found|possible)"
    r"|\b(?:cannot|can't|can not|could not|couldn't|unable to)\b"
    r"|\bno (?:information|mention|answer)\b|\b(?:unknown|unclear|sorry)\b",
    re.IGNORECASE,
)
"""Generous to the absent questions' share, and at the cost of the answered ones'."""


def refuses(text: str) -> bool:
    """Whether a written reply says that it does not know; an empty one does, too."""
    return not text.strip() or _REFUSES.search(text.replace("’", "'")) is not None


def prompt_of(question: str, hits: Sequence[Hit]) -> str:
    """The best passages, what to do with them, and the question."""
    passages = "\n\n".join(hit.passage.text for hit in hits)
    return (
        "Answer the question in one short sentence, using only these articles. If they do not "
        f"hold the answer, reply exactly: {REFUSAL}\n\nArticles:\n{passages}\n\n"
        f"Question: {question}\nAnswer:"
    )


class TextbookLibrary:
    """Answers as textbook RAG does, over the index of ``library``."""

    def __init__(self, library: Library, generator: TextGenerator) -> None:
        self._library = library
        self._generator = generator

    def retrieve(self, question: str, k: int = 5, *, history: Sequence[Turn] = ()) -> list[Hit]:
        return self._library.retrieve(question, k)

    def stream(self, question: str, history: Sequence[Turn] = ()) -> Iterator[Event]:
        hits = self.retrieve(question, PASSAGES)
        yield Retrieved(question, tuple(hits))
        text = "".join(self._generator.stream(prompt_of(question, hits), MAX_TOKENS)).strip()
        yield Token(text)
        status = "abstained" if refuses(text) else "answered"
        name = self._generator.name
        yield Done(Answer(question, question, status, text, text, (), tuple(hits), 0.0, name))

    def article(self, article_id: str) -> Article | None:
        return self._library.article(article_id)

    def close(self) -> None:
        self._library.close()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("sets", nargs="*", default=["wiki", "seed"])
    parser.add_argument("--questions", type=int, default=40, help="of each kind in a set (40)")
    parser.add_argument("--seed", type=int, default=SEED, help="draws the questions")
    parser.add_argument("--writer", default=SHIPPED_WRITER, help="as RAG_WRITER names one")
    given = parser.parse_args()
    data, settings = Path(os.environ["RAG_EVAL_DATA"]), load_settings()
    generator = load_generator(given.writer)
    for name in given.sets:
        records: dict[str, list[Record]] = {f"{name}, Footnote": [], f"{name}, textbook": []}
        with tempfile.TemporaryDirectory() as temporary:
            drawn = collections_of(data, name, seed=given.seed, questions=given.questions)
            for collection in drawn:
                library = library_of(name, collection, Path(temporary), settings)
                both = (library, TextbookLibrary(library, generator))
                for question in collection.questions:
                    for kept, asked in zip(records.values(), both, strict=True):
                        kept.append(judge(question, asked))
                library.close()
        told = {system: summarize(some, folder=name) for system, some in records.items()}
        print(table(told), flush=True)


if __name__ == "__main__":
    main()
