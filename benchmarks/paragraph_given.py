"""How well the reader reads where finding is no question: each question with its own paragraph.

    python -m benchmarks.paragraph_given SET [RESULT]

SET is a question set whose questions have answers and say where they stand ("article_id", "start",
"end"). Prints exact match and token F1 of the best span of that paragraph. With RESULT, what `rag
eval SET --json` printed, it also says what of the F1 goes where the whole folder is asked: to
abstentions, to answers without short ones, to other passages, and to other words of the right one.
"""

from __future__ import annotations

import json
import sys
from collections import defaultdict
from pathlib import Path
from typing import Any

from rag.evaluate.matching import exact_match, token_f1
from rag.evaluate.questions import read_set
from rag.read.read import SpanReader
from rag.read.span_evidence import context_of


def main(folder: Path, result: Path | None = None) -> None:
    read = words_of_paragraphs(folder)
    f1 = {id_: token_f1(words, answers) for id_, (words, answers) in read.items()}
    exact = [exact_match(words, answers) for words, answers in read.values()]
    count = len(read)
    print(f"{count} questions, each with its paragraph:", end=" ")
    print(f"F1 {sum(f1.values()) / count:.3f}, exact match {sum(exact) / count:.3f}")
    if result:
        lost: dict[str, list[float]] = defaultdict(list)
        for record in json.loads(result.read_text(encoding="utf-8"))["records"]:
            if record["id"] in f1:
                lost[_outcome(record)].append(f1[record["id"]] - (record["short_f1"] or 0.0))
        for outcome, losses in sorted(lost.items()):
            print(f"{len(losses):4} {outcome}: F1 {-sum(losses) / count:+.3f}")


def words_of_paragraphs(folder: Path) -> dict[str, tuple[str, tuple[str, ...]]]:
    """For each question of ``folder``, by id: the best span of its paragraph, and its answers."""
    reader = SpanReader.shipped()
    read = {}
    for collection in read_set(folder):
        articles = {article.id: article for article in collection.articles}
        for question in collection.questions:
            if question.answers and question.article_id and question.span:
                article = articles[question.article_id]
                paragraph = article.text[slice(*question.span)]
                (reading,) = reader.score(question.text, [(context_of(article), paragraph)])
                start, end = reading.spans[0].start, reading.spans[0].end
                read[question.id] = (paragraph[start:end], question.answers)
    return read


def _outcome(record: dict[str, Any]) -> str:
    if record["status"] != "answered":
        return "abstained"
    if record["short"] is None:
        return "without a short answer"
    return "first passage right" if record["hit_at_1"] else "first passage another"


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:]))
