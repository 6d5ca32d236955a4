"""Hits, answers and progress as lines in a terminal; decides nothing."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import typer

if TYPE_CHECKING:
    from rag.ingest import ProgressCallback
    from rag.types import Answer, Hit

_NEAREST_SHOWN = 3
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")
"""Characters by which an article could steer the terminal."""


@contextmanager
def show_progress() -> Iterator[ProgressCallback]:
    """A progress bar on standard error; plain silence where that is not a terminal."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeRemainingColumn
    from rich.progress import Progress as Bar

    console = Console(stderr=True)
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
    )
    with Bar(*columns, console=console, transient=True, disable=not console.is_terminal) as bar:
        task = bar.add_task("opening", total=None)
        yield lambda step: bar.update(
            task, description=step.stage, completed=step.done, total=step.total
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
    return f"{hit.score:.3f}  {place}\n{_harmless(hit.passage.text)}"


def describe_answer(answer: Answer) -> str:
    """The answer's text and its sources."""
    return _harmless(answer.text) + describe_sources(answer)


def describe_sources(answer: Answer) -> str:
    """What stands under an answer: its sources, or the passages nearest to an abstention."""
    from rag.cite import reference

    if answer.status == "answered":
        lines = [_on_one_line(reference(citation)) for citation in answer.citations]
    else:
        lines = [f"- {describe_hit(hit)}" for hit in answer.hits[:_NEAREST_SHOWN]]
        lines = ["Nearest passages:", *lines] if lines else []
    return "\n\n" + "\n".join(lines) if lines else ""


def count(number: int, noun: str) -> str:
    """``1 article``, ``2 articles``."""
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def read_line(prompt: str) -> str:
    """A line from the user; "" at the end of input."""
    try:
        return input(prompt).strip()
    except EOFError:
        return ""


def _harmless(text: str) -> str:
    return _CONTROL.sub("", text)


def _on_one_line(text: str) -> str:
    return _harmless(" ".join(text.split()))
