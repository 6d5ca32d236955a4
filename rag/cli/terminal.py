"""Hits, answers and progress as lines in a terminal; decides nothing."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import typer

from rag.text.counted import count
from rag.types import Failure

if TYPE_CHECKING:
    from rag.index import Manifest
    from rag.ingest.build import ProgressCallback
    from rag.types import Answer, BuildReport, Hit

_NEAREST_SHOWN = 3
_STEERING = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f"  # control characters
    "\u202a-\u202e\u2066-\u2069]"  # overrides of the writing direction
)


@contextmanager
def show_progress() -> Iterator[ProgressCallback]:
    """A progress bar with rate and time left on standard error; none where that is no terminal."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeRemainingColumn
    from rich.progress import Progress as Bar

    console = Console(stderr=True)
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("{task.fields[rate]}"),
        TimeRemainingColumn(),
    )
    started = time.monotonic()
    with Bar(*columns, console=console, transient=True, disable=not console.is_terminal) as bar:
        task = bar.add_task("opening", total=None, rate="")
        yield lambda step: bar.update(
            task,
            description=step.stage,
            completed=step.done,
            total=step.total,
            rate=f"{step.passages / (time.monotonic() - started):.0f} passages/s"
            if step.passages
            else "",
        )


def print_json(record: dict[str, Any]) -> None:
    """One JSON object on standard output."""
    typer.echo(json.dumps(record, ensure_ascii=False, indent=2))


def print_error(error: Exception) -> None:
    """One line on standard error."""
    typer.echo(f"error: {_on_one_line(str(error))}", err=True)


def describe_hit(hit: Hit) -> str:
    """Score, article and place, and under them the passage."""
    article = hit.article
    known = ", ".join(filter(None, (article.title, article.author, article.date)))
    place = _on_one_line(f"{known} ({article.source}:{hit.passage.start})")
    return f"{hit.score:.3f}  {place}\n{harmless(hit.passage.text)}"


def describe_answer(answer: Answer) -> str:
    """The answer's text and its sources."""
    return harmless(answer.text) + describe_sources(answer)


def describe_sources(answer: Answer) -> str:
    """What stands under an answer: its sources, or the passages nearest to an abstention; and the
    query, where that is not the question."""
    from rag.answer.cite import references

    if answer.status == "answered":
        lines = [_on_one_line(line) for line in references(answer.citations)]
    else:
        lines = [f"- {describe_hit(hit)}" for hit in answer.hits[:_NEAREST_SHOWN]]
        lines = ["Nearest passages:", *lines] if lines else []
    if answer.query != answer.question and (answer.citations or answer.hits):
        lines.append(_on_one_line(f"Searched for: {answer.query}"))
    return "\n\n" + "\n".join(lines) if lines else ""


def print_build(index: str, report: BuildReport) -> None:
    """What could not be read, and in one line what is in the index and what changed."""
    for failure in report.failures:
        typer.echo(f"not read: {describe_failure(failure)}", err=True)
    for part in report.left_out:
        typer.echo(f"partly read: {describe_failure(part)}", err=True)
    typer.echo(
        f"{index}: {count(report.articles, 'article')} ({report.added:,} new, "
        f"{report.updated:,} updated, {report.renamed:,} renamed, {report.unchanged:,} unchanged), "
        f"{report.removed:,} removed, {count(report.duplicates, 'duplicate')}, "
        f"{count(report.passages, 'passage')} ({report.embedded:,} embedded anew), "
        f"{report.seconds:.1f} s; {len(report.failures):,} failed."
    )


def describe_failure(failure: Failure) -> str:
    """One line: what could not be read, and why."""
    return _on_one_line(f"{failure.source}: {failure.reason}")


def index_record(
    index: str, generation: str, manifest: Manifest, changed: int | None
) -> dict[str, Any]:
    """What an index holds and was made with; ``changed`` files since, None if that is not known.

    The size is that of the files here, whatever Milvus holds beside them.
    """
    return {
        "index": index,
        "generation": generation,
        "seeds": manifest.seeds,
        "articles": manifest.article_count,
        "passages": manifest.passage_count,
        "embedder": manifest.recipe.embedder,
        "revision": manifest.recipe.revision,
        "dimensions": manifest.recipe.dimensions,
        "passage_tokens": manifest.recipe.passage_tokens,
        "size_bytes": sum(seal.size_bytes for seal in manifest.files.values()),
        "changed_files": changed,
        "not_read": {failure.source: failure.reason for failure in manifest.failures},
        "left_out": [asdict(part) for part in manifest.left_out],
    }


def describe_index(facts: Mapping[str, Any]) -> str:
    """The facts of ``index_record``, one a line."""
    plain = {name: value for name, value in facts.items() if not isinstance(value, dict | list)}
    lines = [f"{name:<15} {value}" for name, value in plain.items() if value is not None]
    failures = [Failure(source, reason) for source, reason in facts["not_read"].items()]
    lines += [f"{'not read':<15} {describe_failure(failure)}" for failure in failures]
    partly = [Failure(**part) for part in facts["left_out"]]
    lines += [f"{'partly read':<15} {describe_failure(part)}" for part in partly]
    return "\n".join(map(harmless, lines))


def read_line(prompt: str) -> str:
    """A line from the user; "" at the end of input."""
    try:
        return input(prompt).strip()
    except EOFError:
        return ""


def harmless(text: str) -> str:
    """``text`` without the characters by which an article or a file's name steers a terminal."""
    return _STEERING.sub("", text)


def _on_one_line(text: str) -> str:
    return harmless(" ".join(text.split()))
