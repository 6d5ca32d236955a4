"""Textbook RAG beside Footnote: the same questions, the same index, the same measures.

    RAG_EVAL_DATA=DIR python -m benchmarks.textbook_rag --sample 40 --seed 7 [--json FILE]

The peer puts the best three passages into a prompt, and a small language model writes (greedy). The
questions of DIR/wiki and DIR/seed are those that `rag eval DIR/wiki --sample N --seed S` takes,
without follow-ups. A set without articles is asked over the folder of seeds in force.
The peer's seconds count its search and writing; Footnote's count its search and reading.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import asdict, dataclass, replace
from functools import partial
from pathlib import Path

from rag.embed import load_embedder
from rag.errors import EvaluationError, RagError
from rag.evaluate import library_over
from rag.evaluate.matching import contains, shown_text, token_f1
from rag.evaluate.questions import Question, read_set
from rag.index import open_store
from rag.ingest.build import recipe_of
from rag.library import Library
from rag.retrieval import retrieve
from rag.settings import Settings, load_settings
from rag.types import Embedder, Hit, Store
from rag.write.generators import SMALL_WRITER, Generator, load_generator

SETS = ("wiki", "seed")
PASSAGES = 3
MAX_TOKENS = 64
REFUSAL = "The articles do not say."
REFUSAL_PATTERNS = (
    r"\b(?:do|does|did) not\b",
    r"\b(?:don't|doesn't|didn't)\b",
    r"\bnot (?:mention|say|state|specif|provid|contain|includ|clear|given|found|possible)",
    r"\b(?:cannot|can't|can not|could not|couldn't|unable to)\b",
    r"\bno (?:information|mention|answer)\b",
    r"\b(?:unknown|unclear|sorry)\b",
)
"""Any of them, in any case, makes a reply a refusal: generous to the absent questions' share, and
at the cost of the answered ones'."""
_REFUSES = re.compile("|".join(REFUSAL_PATTERNS), re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Reply:
    """What one system said to one question."""

    system: str
    set: str
    id: str
    question: str
    answerable: bool
    text: str
    """As shown, without citation markers; of a refusal too."""
    refused: bool
    right: bool | None
    """The shown answer holds the right words; None where no right words are known."""
    f1: float | None
    seconds: float


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


def write(
    question: str, store: Store, embedder: Embedder, candidates: int, generator: Generator
) -> tuple[str, bool]:
    """Textbook RAG's reply, and whether it is a refusal."""
    hits = retrieve(store, embedder, question, PASSAGES, candidates=candidates)
    text = generator.generate(prompt_of(question, hits), MAX_TOKENS)
    return text, refuses(text)


def quote(question: str, library: Library) -> tuple[str, bool]:
    """Footnote's reply without markers, and whether it abstains."""
    answer = library.ask(question)
    text = shown_text(answer.text, [citation.number for citation in answer.citations])
    return text, answer.status == "abstained"


def judged(
    system: str, set_name: str, question: Question, ask: Callable[[str], tuple[str, bool]]
) -> Reply:
    """Asks and compares. A refusal shows no answer."""
    began = time.perf_counter()
    text, refused = ask(question.text)
    seconds = time.perf_counter() - began
    shown = "" if refused else text
    known = bool(question.answers)
    return Reply(
        system=system,
        set=set_name,
        id=question.id,
        question=question.text,
        answerable=question.expected == "answer",
        text=text,
        refused=refused,
        right=contains(shown, question.answers) if known else None,
        f1=token_f1(shown, question.answers) if known else None,
        seconds=seconds,
    )


def table(replies: Sequence[Reply]) -> str:
    """The measures of each system on each set, as a Markdown table."""
    lines = [
        "| set | system | holds the right words | token F1 | answerable answered | absent refused"
        " | words shown (median) | seconds (median) |",
        "|---|---|---|---|---|---|---|---|",
    ]
    for set_name, system in dict.fromkeys((reply.set, reply.system) for reply in replies):
        own = [reply for reply in replies if (reply.set, reply.system) == (set_name, system)]
        answerable = [reply for reply in own if reply.answerable]
        cells = [
            set_name,
            system,
            _share([reply.right for reply in answerable if reply.right is not None]),
            _mean([reply.f1 for reply in answerable if reply.f1 is not None]),
            _share([not reply.refused for reply in answerable]),
            _share([reply.refused for reply in own if not reply.answerable]),
            _median([len(reply.text.split()) for reply in own if not reply.refused], "{:.0f}"),
            _median([reply.seconds for reply in own], "{:.2f}"),
        ]
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines)


def _share(outcomes: Sequence[bool]) -> str:
    held = sum(outcomes)
    return f"{held / len(outcomes):.0%} ({held} of {len(outcomes)})" if outcomes else "–"


def _mean(values: Sequence[float]) -> str:
    return f"{statistics.mean(values):.2f}" if values else "–"


def _median(values: Sequence[float], form: str) -> str:
    return form.format(statistics.median(values)) if values else "–"


def ask_set(
    folder: Path, sample: int | None, seed: int, generator: Generator, settings: Settings
) -> Iterator[Reply]:
    """Each question of the set, asked of both systems."""
    embedder = load_embedder(settings.embedder)
    with tempfile.TemporaryDirectory(prefix="textbook-rag-") as temporary:
        for collection in read_set(folder, sample=sample, seed=seed):
            if not collection.articles and not collection.folder:
                collection = replace(collection, folder=settings.seeds)
            index = Path(temporary) / collection.name
            with (
                library_over(collection, index, settings) as library,
                closing(open_store(index, recipe_of(settings, embedder))) as store,
            ):
                asks = {
                    f"textbook RAG, {generator.name}": partial(
                        write,
                        store=store,
                        embedder=embedder,
                        candidates=settings.candidates,
                        generator=generator,
                    ),
                    "Footnote": partial(quote, library=library),
                }
                for question in collection.questions:
                    if question.expected is not None and not question.history:
                        for system, ask in asks.items():
                            yield judged(system, folder.name, question, ask)


def main() -> None:
    parser = argparse.ArgumentParser(description="Textbook RAG beside Footnote.")
    parser.add_argument("--sample", type=int, help="lines of each question file (all)")
    parser.add_argument("--seed", type=int, default=0, help="draws the sample (0)")
    parser.add_argument("--sets", nargs="+", default=SETS, help="folders of RAG_EVAL_DATA")
    parser.add_argument("--json", type=Path, help="write every reply here")
    options = parser.parse_args()
    if "RAG_EVAL_DATA" not in os.environ:
        raise EvaluationError("RAG_EVAL_DATA is not set: name the folder of question sets in it.")
    generator = load_generator(SMALL_WRITER)
    settings = load_settings()
    replies: list[Reply] = []
    for name in options.sets:
        folder = Path(os.environ["RAG_EVAL_DATA"]) / name
        for reply in ask_set(folder, options.sample, options.seed, generator, settings):
            replies.append(reply)
            print(f"\r{name}: {len(replies)} replies", end="", file=sys.stderr, flush=True)
    print(file=sys.stderr)
    print(table(replies))
    if options.json:
        rows = [asdict(reply) for reply in replies]
        options.json.write_text(json.dumps(rows, ensure_ascii=False, indent=1) + "\n")


if __name__ == "__main__":
    try:
        main()
    except RagError as error:
        sys.exit(f"error: {error}")
