from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

MAKEFILE = Path(__file__).parents[1] / "Makefile"
ENVIRONMENT = {name: value for name, value in os.environ.items() if not name.startswith("MAKE")}
"""Without what ``make test`` hands on to a make within it."""


@pytest.mark.parametrize(
    "question", ["Who met?", 'What does "x" mean?', "Whose is Ann's boat?", "-5 or `id`, $(id) $5?"]
)
def test_make_ask_hands_on_the_question_as_it_is(question: str, tmp_path: Path) -> None:
    command = tmp_path / "rag"
    command.write_text("#!/bin/sh\nprintf '%s|' \"$@\"\n")
    command.chmod(0o755)
    make = ["make", "--file", str(MAKEFILE), "--old-file=install", "ask", f"BIN={tmp_path}"]
    done = subprocess.run(
        [*make, f"Q={question}"],
        cwd=tmp_path,
        env=ENVIRONMENT,
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout == f"ask|--|{question}|"


def test_make_train_says_at_once_what_its_last_step_lacks(tmp_path: Path) -> None:
    make = ["make", "--file", str(MAKEFILE), "--old-file=install", "train", f"BIN={tmp_path}"]
    python = tmp_path / "python"
    python.write_text("#!/bin/sh\necho trained\n")
    python.chmod(0o755)

    def trained() -> subprocess.CompletedProcess[str]:
        data = {**ENVIRONMENT, "RAG_TRAIN_DATA": str(tmp_path)}
        return subprocess.run(make, cwd=tmp_path, env=data, capture_output=True, text=True)

    refused = trained()
    assert refused.returncode != 0
    assert "rewrite.jsonl" in refused.stderr
    assert "trained" not in refused.stdout
    (tmp_path / "rewrite.jsonl").touch()
    assert trained().stdout.count("trained\n") == 3
