from __future__ import annotations

import io
import json
import os
import resource
import shutil
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from rag import cli
from rag.cli.terminal import describe_hit, print_error
from rag.conversations.feedback import FeedbackStore, Verdict
from rag.conversations.store import ConversationStore
from rag.errors import RagError
from rag.evaluate.questions import read_set
from rag.types import Hit, Passage
from tests.fakes import FakeEmbedder, make_article
from tests.stored import lake_answer
from tests.test_records import ANSWER

Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def run(
    seeds_folder: Path,
    fake_models: FakeEmbedder,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> Run:
    """Runs ``rag`` with these arguments: exit code, standard output, standard error."""

    def run_rag(*arguments: str) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["rag", *arguments])
        capsys.readouterr()
        code = 0
        try:
            cli.main()
        except SystemExit as exit_:
            code = int(exit_.code or 0)
        return code, *capsys.readouterr()

    return run_rag


def is_one_error(result: tuple[int, str, str]) -> bool:
    code, output, errors = result
    return code == 1 and output == "" and errors.startswith("error: ") and errors.count("\n") == 1


def test_build(run: Run) -> None:
    Path("seeds/binary.txt").write_bytes(bytes(range(256)) * 40)
    code, output, errors = run("build")
    assert code == 3
    assert output.startswith("index: 2 articles (2 new, 0 updated, 0 renamed, 0 unchanged), ")
    assert output.endswith(" s; 1 failed.\n")
    assert errors.startswith("not read: binary.txt: ")
    assert "(0 embedded anew)" in run("build", "seeds", "--index", "index")[1]
    assert "3: the index is built" in " ".join(run("build", "--help")[1].split())


def test_the_name_of_a_file_does_not_steer_the_terminal(run: Run) -> None:
    Path("seeds/\x1b[2Jnot\nread: \u202efdp.xls").write_bytes(b"x")
    code, _, errors = run("build")
    assert code == 3
    assert errors.startswith("not read: [2Jnot read: fdp.xls: XLS is not read")
    assert errors.count("\n") == 1
    told = run("info")[1].splitlines()
    assert told[-1].startswith("not read        [2Jnot read: fdp.xls: XLS is not read")


def test_a_build_says_what_changed(run: Run) -> None:
    run("build")
    whales = Path("seeds/whales.txt")
    whales.write_text(whales.read_text() + "\n\nThey stayed for the summer, says Captain Olsen.\n")
    shutil.copy("seeds/talks.txt", "seeds/again.txt")
    Path("seeds/talks.txt").rename("seeds/renamed.txt")
    Path("seeds/new.txt").write_text(
        "New\n\nA lamp stands at the harbour, where the fog is thick.\n"
    )
    code, output, errors = run("build", "--json")
    assert (code, errors) == (0, "")
    report = json.loads(output)
    assert report["index"] == "index"
    counts = ("articles", "added", "updated", "renamed", "unchanged", "removed", "duplicates")
    assert [report[name] for name in counts] == [4, 2, 1, 1, 0, 0, 1]
    Path("seeds/new.txt").unlink()
    Path("seeds/odd.txt").write_bytes(b"\x00\x01" * 500)
    code, output, _ = run("build", "--json")
    assert code == 3
    report = json.loads(output)
    assert [report[name] for name in counts] == [3, 0, 0, 0, 3, 1, 1]
    assert [failure["source"] for failure in report["failures"]] == ["odd.txt"]


def test_an_interrupted_build_says_how_it_goes_on(
    run: Run, fake_models: FakeEmbedder, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupt(texts: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as interrupted:
        interrupted.setattr(fake_models, "embed_passages", interrupt)
        code, output, errors = run("build")
    assert (code, output) == (130, "")
    assert errors == "interrupted: the next rag build goes on from what was embedded.\n"
    assert run("build")[0] == 0


def test_watching_does_not_print_one_json_object(run: Run) -> None:
    code, output, errors = run("build", "--watch", "--json")
    assert (code, output) == (2, "")
    assert "--watch" in errors


def test_search(run: Run) -> None:
    code, output, _ = run("search", "eleven whales", "-k", "1")
    assert code == 0
    assert "Whales return, Ada Lind, 2011-06-02 (whales.txt:" in output
    assert "counted eleven of them" in output
    assert "talks.txt" not in output
    assert run("search", "whales", "--author", "nobody")[:2] == (0, "No passages.\n")


def test_json_is_one_object_and_nothing_else_even_when_the_index_is_built_first(run: Run) -> None:
    code, output, errors = run("search", "eleven whales caf\udce9", "--json", "-k", "2")
    assert (code, errors) == (0, "")
    found = json.loads(output)
    assert set(found) == {"question", "hits"}
    assert found["hits"][0]["article"]["source"] == "whales.txt"
    shutil.rmtree("index")
    code, output, errors = run("ask", "Who met in Baghdad?", "--json")
    assert (code, errors) == (0, "")
    assert set(json.loads(output)) == ANSWER


def test_ask(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RAG_MIN_CONFIDENCE", "0")
    code, output, _ = run("ask", "Fishermen counted eleven of them?", "--source", "whales.txt")
    assert code == 0
    assert "“Fishermen counted eleven of them before the fog came down.” [" in output
    assert "[1] [2] Whales return, Ada Lind, 2011-06-02 (whales.txt)" in output


def test_an_abstention_is_no_error(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RAG_MIN_CONFIDENCE", "1")
    code, output, _ = run("ask", "How many lions sang?")
    assert code == 0
    assert output.startswith("The articles do not say.\n\nNearest passages:\n- ")
    assert output.count("\n- ") <= 3


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("ask", ""), "The question is empty"),
        (("ask", "x" * 20_000), "20,000 characters"),
        (("search", " "), "The question is empty"),
        (("search", "x", "--since", "May"), "Date 'May' is not an ISO date"),
        (("build", "nowhere"), "The folder of articles nowhere does not exist"),
        (("build", "empty"), "Folder empty holds no articles"),
        (("build", "--index", "seeds/talks.txt"), "is a file: name a folder"),
        (("info", "--index", "nowhere"), "No index in nowhere: run rag build --index nowhere."),
        (("ask", "x", "--index", "damaged"), "Run rag build --index damaged."),
        (("eval", "nowhere"), "nowhere holds no question set"),
        (("feedback", "set"), "holds no feedback: give thumbs in the chat"),
    ],
)
def test_errors_are_one_line(run: Run, arguments: tuple[str, ...], words: str) -> None:
    Path("empty").mkdir()
    Path("damaged").mkdir()
    Path("damaged/CURRENT").write_bytes(b"\xff")
    result = run(*arguments)
    assert is_one_error(result), result
    assert words in result[2]


def test_a_mistyped_index_is_not_built(run: Run) -> None:
    result = run("ask", "How many whales?", "--index", "idnex")
    assert is_one_error(result)
    assert "rag build --index idnex" in result[2]
    assert not Path("idnex").exists()


@pytest.mark.parametrize(
    "arguments",
    [("nonsense",), ("ask",), ("search", "x", "-k", "0"), ("search", "x", "-k", "many")],
)
def test_wrong_usage_is_exit_code_2(run: Run, arguments: tuple[str, ...]) -> None:
    code, output, errors = run(*arguments)
    assert (code, output) == (2, "")
    assert errors.startswith("Usage: ")


def test_info_needs_no_model_and_says_what_changed_since_the_build(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    Path("seeds/report.xls").write_bytes(b"\xd0\xcf")
    run("build")
    monkeypatch.setattr("rag.library.load_embedder", None)
    monkeypatch.setattr("rag.library.load_reader", None)
    told = run("info")[1]
    assert "articles        2" in told
    assert "not read        report.xls: XLS is not read" in told
    assert "changed since" not in told
    facts = json.loads(run("info", "--json")[1])
    assert (facts["articles"], facts["embedder"], facts["seeds"]) == (2, "fake", "seeds")
    assert facts["size_bytes"] > 1000
    os.utime("seeds/talks.txt")
    assert json.loads(run("info", "--json")[1])["changed_files"] == 0
    Path("seeds/talks.txt").write_text("Nothing of it is left.")
    Path("seeds/whales.txt").unlink()
    Path("seeds/new.txt").write_text("A new article.")
    assert run("info")[1].endswith("3 files in seeds changed since the build: run rag build.\n")
    shutil.rmtree("seeds")
    assert "changed" not in run("info")[1]


def test_chat(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RAG_MIN_CONFIDENCE", "0")
    lines = "Fishermen counted eleven of them?\n" + "x" * 3000 + "\nWhen?\n\nnot read\n"
    monkeypatch.setattr(sys, "stdin", io.StringIO(lines))
    code, output, errors = run("chat")
    assert code == 0
    assert output.startswith("2 articles.")
    assert "counted eleven of them before the fog came down.” [" in output
    assert output.count("> ") == 4
    assert errors.startswith("error: The question has 3,000 characters")


def test_login_lets_somebody_in(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    typed = iter(["a harbour in the fog", "short"])
    monkeypatch.setattr("typer.prompt", lambda *args, **named: next(typed))
    code, output, _ = run("login", "Ada")
    assert (code, output) == (0, "ada may log in: rag serve --login data/logins\n")
    assert Path("data/logins").read_text().startswith("ada:$argon2id$")
    code, _, errors = run("login", "Tom", "--file", "other")
    assert code == 1
    assert errors.startswith("error: A password has at least 8 characters")
    assert not Path("other").exists()


def test_thumbs_become_a_set_that_can_be_measured_on(run: Run) -> None:
    Path("data").mkdir()
    with (
        closing(ConversationStore(Path("data/conversations.sqlite"))) as store,
        closing(FeedbackStore(Path("data/conversations.sqlite"))) as given,
    ):
        for answer, thumb in ((lake_answer("When?"), "up"), (lake_answer("Why?"), "down")):
            asked = store.ask("", None, answer.question)
            store.answer(asked.turn_id, answer)
            given.give("", asked.turn_id, Verdict(thumb))
    assert run("feedback", "set")[:2] == (
        0,
        "set: 1 question with a right quote, 0 that the articles do not answer; 1 to be judged by"
        " hand. Measure with: rag eval set\n",
    )
    (collection,) = read_set(Path("set"))
    assert [each.text for each in collection.questions] == ["When?"]


ARTICLE = make_article("It\nrained.", title="The\nweather\x1b[2J", author="A. Li", date="2007")
HIT = Hit(Passage("p", ARTICLE.id, "It\nrained.\x1b]0;x\x07", 0, 10), ARTICLE, 0.5)


def test_what_is_shown_does_not_steer_the_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    assert describe_hit(HIT) == "0.500  The weather[2J, A. Li, 2007 (a.txt:0)\nIt\nrained.]0;x"
    print_error(RagError("It\nfailed.\x1b[1m"))
    assert capsys.readouterr() == ("", "error: It failed.[1m\n")


def test_help_is_quick() -> None:
    """In seconds of processor, which other work on the machine does not lengthen."""

    def seconds() -> float:
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        subprocess.run([sys.executable, "-m", "rag.cli", "--help"], check=True, capture_output=True)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime

    assert min(seconds() for _ in range(5)) < 0.3


def test_a_terminal_without_our_characters() -> None:
    """Quotation marks that a terminal lacks must not end in a traceback."""
    code = "import rag.cli; rag.cli.app = lambda: rag.cli.typer.echo('“é鲸”'); rag.cli.main()"
    done = subprocess.run(
        [sys.executable, "-c", code],
        env={"PYTHONIOENCODING": "latin-1", "PYTHONPATH": str(Path(__file__).parents[1])},
        capture_output=True,
        check=True,
    )
    assert done.stdout == b"?\xe9??\n"
