from __future__ import annotations

import io
import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from rag import cli
from tests.fakes import FakeEmbedder
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
        interrupted.setattr(fake_models, "embed", interrupt)
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
    code, output, errors = run("search", "eleven whales", "--json", "-k", "2")
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
    code, output, _ = run("ask", "鲸鱼有几头？")
    assert code == 0
    assert output.startswith("The articles do not say.\n\nNearest passages:\n- ")


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
        (("eval", "nowhere"), "nowhere"),
    ],
)
def test_errors_are_one_line(run: Run, arguments: tuple[str, ...], words: str) -> None:
    Path("empty").mkdir()
    Path("damaged").mkdir()
    Path("damaged/CURRENT").write_bytes(b"\xff")
    result = run(*arguments)
    assert is_one_error(result), result
    assert words in result[2]


def test_an_index_of_another_model(run: Run, fake_models: FakeEmbedder) -> None:
    run("build")
    fake_models.revision = "2"
    result = run("ask", "Who?")
    assert is_one_error(result)
    assert "it was made with the model fake (1), this is fake (2). Run rag build." in result[2]


def test_a_mistyped_index_is_not_built(run: Run) -> None:
    result = run("ask", "How many whales?", "--index", "idnex")
    assert is_one_error(result)
    assert "rag build --index idnex" in result[2]
    assert not Path("idnex").exists()


def test_info_names_what_was_not_read(run: Run) -> None:
    Path("seeds/report.xls").write_bytes(b"\xd0\xcf")
    run("build")
    assert "not read        report.xls: XLS is not read" in run("info")[1]


def test_bad_settings(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RAG_CANDIDATES", "0")
    assert is_one_error(run("ask", "Who?"))


@pytest.mark.parametrize(
    "arguments",
    [("nonsense",), ("ask",), ("search", "x", "-k", "0"), ("search", "x", "-k", "many")],
)
def test_wrong_usage_is_exit_code_2(run: Run, arguments: tuple[str, ...]) -> None:
    code, output, errors = run(*arguments)
    assert (code, output) == (2, "")
    assert errors.startswith("Usage: ")


def test_a_question_that_is_not_utf_8(run: Run) -> None:
    code, output, errors = run("search", "whales caf\udce9", "--json")
    assert (code, errors) == (0, "")
    assert json.loads(output)["hits"]


def test_info_needs_no_model(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    run("build")
    monkeypatch.setattr("rag.library.load_embedder", None)
    monkeypatch.setattr("rag.library.load_reader", None)
    code = run("info")[0]
    assert code == 0


def test_info_says_what_changed_since_the_build(run: Run) -> None:
    Path("seeds/report.xls").write_bytes(b"\xd0\xcf")
    run("build")
    assert "changed since" not in run("info")[1]
    os.utime("seeds/talks.txt")
    assert json.loads(run("info", "--json")[1])["changed_files"] == 0
    Path("seeds/talks.txt").write_text("Nothing of it is left.")
    Path("seeds/whales.txt").unlink()
    Path("seeds/new.txt").write_text("A new article.")
    assert run("info")[1].endswith("3 files in seeds changed since the build: run rag build.\n")
    shutil.rmtree("seeds")
    assert "changed" not in run("info")[1]


def test_info(run: Run) -> None:
    run("build")
    code, output, _ = run("info", "--json")
    assert code == 0
    facts = json.loads(output)
    assert (facts["articles"], facts["embedder"], facts["seeds"]) == (2, "fake", "seeds")
    assert facts["size_bytes"] > 1000
    assert "articles        2" in run("info")[1]


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


def test_help_is_quick() -> None:
    def seconds() -> float:
        started = time.perf_counter()
        subprocess.run([sys.executable, "-m", "rag.cli", "--help"], check=True, capture_output=True)
        return time.perf_counter() - started

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
