"""``rag build``: once, or again after every change."""

from __future__ import annotations

from typing import TYPE_CHECKING

import typer

from rag.cli.terminal import (
    build_record,
    describe_build,
    describe_failure,
    print_error,
    print_json,
    show_progress,
)
from rag.errors import RagError

if TYPE_CHECKING:
    from rag.settings import Settings
    from rag.types import BuildReport

NOT_ALL_READ = 3
INTERRUPTED = 130
"""What a shell gives for Ctrl-C."""


def build_once(settings: Settings, as_json: bool, ray: str | None = None) -> int:
    """Builds the index and tells what was done; returns the exit code.

    ``ray`` is the address of a Ray cluster that embeds.
    """
    try:
        report = _build(settings, ray)
    except KeyboardInterrupt:
        typer.echo("interrupted: the next rag build goes on from what was embedded.", err=True)
        return INTERRUPTED
    if as_json:
        print_json(build_record(str(settings.index), report))
    else:
        _tell(settings, report)
    return NOT_ALL_READ if report.failures else 0


def build_and_watch(settings: Settings, ray: str | None = None) -> None:
    """Builds at once and after every change, until Ctrl-C; one line a build.

    What goes wrong is told, and the next change awaited.
    """
    from rag.ingest.watch import changes

    try:
        for _ in changes(settings.seeds, settings.index):
            try:
                _tell(settings, _build(settings, ray))
            except RagError as error:
                print_error(error)
    except KeyboardInterrupt:
        typer.echo("stopped.", err=True)


def _build(settings: Settings, ray: str | None) -> BuildReport:
    from rag.library import build_library

    with (
        show_progress() as progress,
        build_library(progress=progress, settings=settings, ray=ray) as library,
    ):
        report = library.report
    assert report is not None
    return report


def _tell(settings: Settings, report: BuildReport) -> None:
    for failure in report.failures:
        typer.echo(f"not read: {describe_failure(failure)}", err=True)
    for part in report.left_out:
        typer.echo(f"partly read: {describe_failure(part)}", err=True)
    typer.echo(describe_build(str(settings.index), report))
