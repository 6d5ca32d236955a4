"""The command line: build, search, ask, chat, serve, login, eval, feedback, info; formats only.

Exit code 0: answered or abstained; 1: an error, told in one line; 2: wrong usage. ``rag build`` has
codes of its own for a folder that was not read in whole, and for Ctrl-C.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import asdict
from io import TextIOWrapper
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Optional

import typer

from rag.cli.terminal import (
    describe_answer,
    describe_hit,
    describe_index,
    describe_sources,
    harmless,
    index_record,
    print_build,
    print_error,
    print_json,
    read_line,
    show_progress,
)
from rag.errors import ConversationsError, IndexMissingError, RagError
from rag.text.counted import count

if TYPE_CHECKING:
    from rag.library import Library
    from rag.settings import Settings
    from rag.types import BuildReport

NOT_ALL_READ = 3
INTERRUPTED = 130
"""What a shell gives for Ctrl-C."""

app = typer.Typer(
    name="rag",
    help="Questions to a folder of articles, answered in the articles' own words.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)

IndexOption = Annotated[
    Optional[Path], typer.Option("--index", help="Folder of the index [default: index]")
]
JsonOption = Annotated[bool, typer.Option("--json", help="Print one JSON object and nothing else")]
SinceOption = Annotated[Optional[str], typer.Option(help="Articles of this ISO date or later")]
UntilOption = Annotated[Optional[str], typer.Option(help="Articles of this ISO date or earlier")]
AuthorOption = Annotated[Optional[str], typer.Option(help="Articles whose author's name has this")]
SourceOption = Annotated[Optional[str], typer.Option(help="This file, or files like 2007/*.txt")]


@app.command()
def build(
    seeds: Annotated[
        Optional[Path], typer.Argument(help="Folder of articles [default: seeds]")
    ] = None,
    index: IndexOption = None,
    as_json: JsonOption = False,
    watch: Annotated[
        bool, typer.Option("--watch", help="Build again whenever the folder changes, until Ctrl-C")
    ] = False,
    ray: Annotated[
        Optional[str],
        typer.Option(
            metavar="ADDRESS", help="Embed on the Ray cluster at this address (docs/cluster.md)"
        ),
    ] = None,
) -> None:
    """Build the index of a folder of articles, or bring it up to date.

    Only what is new or changed is embedded, and a build that was interrupted goes on from what was
    embedded.

    Exit code 0: everything was read; 3: the index is built, but what could not be read is not in
    it; 1: an error, the index before is unchanged; 130: interrupted.
    """
    if watch and as_json:
        raise typer.BadParameter("--json goes with one build, not with --watch")
    settings = _settings(seeds=seeds, index=index)
    if watch:
        build_and_watch(settings, ray)
        return
    try:
        report = _built(settings, ray)
    except KeyboardInterrupt:
        typer.echo("interrupted: the next rag build goes on from what was embedded.", err=True)
        raise typer.Exit(INTERRUPTED) from None
    if as_json:
        print_json({"index": str(settings.index)} | asdict(report))
    else:
        print_build(str(settings.index), report)
    raise typer.Exit(NOT_ALL_READ if report.failures else 0)


def build_and_watch(settings: Settings, ray: str | None = None) -> None:
    """Builds at once and after every change, until Ctrl-C; one line a build.

    What goes wrong is told, and the next change awaited.
    """
    from rag.ingest.watch import changes

    try:
        for _ in changes(settings.seeds, settings.index):
            try:
                print_build(str(settings.index), _built(settings, ray))
            except RagError as error:
                print_error(error)
    except KeyboardInterrupt:
        typer.echo("stopped.", err=True)


@app.command()
def search(
    question: Annotated[str, typer.Argument(help="What to look for")],
    k: Annotated[int, typer.Option("-k", min=1, max=1000, help="How many passages")] = 5,
    as_json: JsonOption = False,
    index: IndexOption = None,
    since: SinceOption = None,
    until: UntilOption = None,
    author: AuthorOption = None,
    source: SourceOption = None,
) -> None:
    """Show the passages that answer a question best."""
    from rag.records import search_record

    with _library(index, question) as library:
        hits = library.retrieve(question, k, since=since, until=until, author=author, source=source)
    if as_json:
        print_json(search_record(question, hits))
    else:
        typer.echo("\n\n".join(map(describe_hit, hits)) or "No passages.")


@app.command()
def ask(
    question: Annotated[str, typer.Argument(help="The question")],
    as_json: JsonOption = False,
    index: IndexOption = None,
    since: SinceOption = None,
    until: UntilOption = None,
    author: AuthorOption = None,
    source: SourceOption = None,
) -> None:
    """Answer a question in the articles' own words, with sources."""
    from rag.records import answer_record

    with _library(index, question) as library:
        answer = library.ask(question, since=since, until=until, author=author, source=source)
    if as_json:
        print_json(answer_record(answer))
    else:
        typer.echo(describe_answer(answer))


@app.command()
def chat(index: IndexOption = None) -> None:
    """Ask question after question in the terminal; an empty line ends."""
    from rag.types import Answer, Done, Token

    history: list[Answer] = []
    with _library(index) as library:
        typer.echo(f"{count(library.article_count, 'article')}. An empty line ends.")
        while question := read_line("> "):
            try:
                for event in library.stream(question, history):
                    if isinstance(event, Token):
                        typer.echo(harmless(event.text), nl=False)
                    elif isinstance(event, Done):
                        typer.echo(describe_sources(event.answer))
                        history.append(event.answer)
            except RagError as error:
                print_error(error)


@app.command()
def serve(
    host: Annotated[str, typer.Option(help="Address to listen on")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=0, max=65535, help="Port to listen on")] = 7860,
    index: IndexOption = None,
    seeds: Annotated[Optional[Path], typer.Option(help="Folder of articles")] = None,
    login: Annotated[
        Optional[Path], typer.Option(metavar="FILE", help="Let in only who is in FILE (rag login)")
    ] = None,
    name: Annotated[
        Optional[list[str]], typer.Option(help="A name that a proxy serves this server under")
    ] = None,
) -> None:
    """Serve the chat to a browser; docs/sharing.md is about more than one reader."""
    from rag.web.server import serve as run_server

    run_server(_settings(seeds=seeds, index=index, login=login), host, port, name or ())


@app.command(name="login")
def allow_login(
    name: Annotated[str, typer.Argument(help="Who may log in to the chat")],
    file: Annotated[
        Optional[Path], typer.Option(help="File of who may log in [default: data/logins]")
    ] = None,
) -> None:
    """Let somebody log in to the chat, or give them a new password.

    Asks for the password, and keeps its hash (Argon2id) in the file. To let somebody in no
    more, delete their line in the file.
    """
    from rag.web.access import DEFAULT_FILE, LoginFile

    chosen = LoginFile(file or _settings().login or DEFAULT_FILE)
    password = typer.prompt("Password", hide_input=True, confirmation_prompt="The same again")
    kept = chosen.allow(name, password)
    typer.echo(f"{kept} may log in: rag serve --login {chosen.path}")


@app.command(name="eval")
def evaluate_set(
    folder: Annotated[
        Path, typer.Argument(help="Folder with questions.jsonl (docs/evaluation.md)")
    ],
    as_json: JsonOption = False,
    sample: Annotated[
        Optional[int], typer.Option(help="Ask at most so many lines of each question file")
    ] = None,
    seed: Annotated[int, typer.Option(help="Draws the sample and the distractors")] = 0,
    beside: Annotated[
        Optional[Path],
        typer.Option(help="Set that lends its articles, and its questions on the same ones"),
    ] = None,
    distractors: Annotated[
        Optional[int],
        typer.Option(min=0, help="Index at most so many articles that no question names"),
    ] = None,
    index: Annotated[
        Optional[Path], typer.Option("--index", help="Keep the set's index in this folder")
    ] = None,
) -> None:
    """Ask a set of questions whose answers are known, and score what comes back."""
    from rag.evaluate import evaluate, render, to_json

    with show_progress() as progress:
        evaluation = evaluate(
            folder,
            _settings(),
            sample=sample,
            seed=seed,
            beside=beside,
            distractors=distractors,
            index=index,
            progress=progress,
        )
    typer.echo(to_json(evaluation) if as_json else render(evaluation))


@app.command()
def feedback(
    folder: Annotated[Path, typer.Argument(help="A new folder, for the question set")],
) -> None:
    """Write the thumbs given in the chat as a question set for rag eval."""
    from rag.conversations.feedback import FeedbackStore, export_question_set

    conversations = _settings().conversations
    given = []
    if conversations.exists():
        with closing(FeedbackStore(conversations)) as store:
            given = [*store.all()]
    if not given:
        raise ConversationsError(
            f"{conversations} holds no feedback: give thumbs in the chat, or name another file by"
            " RAG_CONVERSATIONS=FILE."
        )
    written = export_question_set(given, folder)
    told = f"{folder}: {count(written.questions, 'question')} with a right quote, {written.absent} "
    told += f"that the articles do not answer; {written.unjudged} to be judged by hand."
    can_be_asked = written.questions + written.absent
    typer.echo(f"{told} Measure with: rag eval {folder}" if can_be_asked else told)


@app.command()
def info(index: IndexOption = None, as_json: JsonOption = False) -> None:
    """Show what the index holds, what it was made with, and whether articles changed since."""
    from rag.cluster.milvus import open_milvus
    from rag.index import open_store, rebuild_command
    from rag.ingest.folder import count_changed

    settings = _settings(index=index)
    if settings.milvus:
        with closing(open_milvus(settings.index, settings.milvus, None)) as there:
            facts = index_record(there.name, there.generation, there.manifest, None)
    else:
        with closing(open_store(settings.index, None)) as store:
            origin = Path(store.manifest.seeds)
            changed = count_changed(origin, settings.index, store) if origin.is_dir() else None
            facts = index_record(str(settings.index), store.generation, store.manifest, changed)
    if as_json:
        print_json(facts)
        return
    typer.echo(describe_index(facts))
    if facts["changed_files"]:
        files = f"{count(facts['changed_files'], 'file')} in {facts['seeds']}"
        typer.echo(f"{files} changed since the build: run {rebuild_command(settings.index)}.")


def main() -> None:
    """Entry point of ``rag``: a RagError becomes one line and exit code 1."""
    for output in (sys.stdout, sys.stderr):
        if isinstance(output, TextIOWrapper):
            output.reconfigure(errors="replace")  # a terminal may lack a quotation mark
    try:
        app()
    except RagError as error:
        print_error(error)
        sys.exit(1)


def _built(settings: Settings, ray: str | None) -> BuildReport:
    from rag.library import build_library

    with (
        show_progress() as progress,
        build_library(progress=progress, settings=settings, ray=ray) as library,
    ):
        assert library.report is not None
        return library.report


def _settings(**overrides: Any) -> Settings:
    from rag.settings import load_settings

    return load_settings(**overrides)


@contextmanager
def _library(index: Path | None, question: str | None = None) -> Iterator[Library]:
    """The library; the default one is built from the articles first where there is none yet.

    A ``question`` that would be refused is refused before anything is loaded.
    """
    from rag.chat import check_question
    from rag.library import build_library, open_library

    settings = _settings(index=index)
    if question is not None:
        check_question(question, settings.max_question_chars)
    with show_progress() as progress:
        try:
            library = open_library(settings=settings)
        except IndexMissingError:
            if index is not None:  # a folder that was named is not made up by a slip of the pen
                raise
            library = build_library(progress=progress, settings=settings)
    with library:
        yield library
