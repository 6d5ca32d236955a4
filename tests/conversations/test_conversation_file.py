"""A file that cannot be used is told in one line, and left as it was."""

from __future__ import annotations

import sqlite3
import stat
import subprocess
import sys
import threading
from contextlib import closing
from pathlib import Path

import pytest

from rag.conversations import conversation_file
from rag.conversations.conversation_file import ConversationFile
from rag.conversations.feedback import FeedbackStore, Verdict
from rag.conversations.store import ConversationStore
from rag.conversations.stored_turns import answer_to_json
from rag.errors import ConversationsError
from tests.stored import lake_answer

SERVER = """
import sys
from pathlib import Path
from rag.conversations.feedback import FeedbackStore
from rag.conversations.store import ConversationStore

path = Path(sys.argv[1])
stores = ConversationStore(path), FeedbackStore(path)  # as rag serve has them
for line in sys.stdin:
    stores[0].ask("", None, line.strip())
    print("kept", flush=True)
"""


def refusal(path: Path) -> str:
    with pytest.raises(ConversationsError) as caught:
        ConversationFile(path)
    line = str(caught.value)
    assert "\n" not in line
    assert str(path) in line
    assert "RAG_CONVERSATIONS" in line
    return line


def test_a_new_file_is_for_its_owner_alone(tmp_path: Path) -> None:
    path = tmp_path / "a" / "b" / "conversations.sqlite"
    with closing(ConversationFile(path)):
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
        for beside in path.parent.iterdir():
            assert stat.S_IMODE(beside.stat().st_mode) == 0o600


def test_a_file_of_a_newer_version_is_refused_and_kept(tmp_path: Path) -> None:
    path = tmp_path / "conversations.sqlite"
    ConversationFile(path).close()
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA user_version = 2000")
    content = path.read_bytes()
    assert "newer version" in refusal(path)
    assert path.read_bytes() == content


def test_a_file_of_the_first_version_is_brought_up_to_date(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "conversations.sqlite"
    with monkeypatch.context() as first_version:
        first_version.setattr(conversation_file, "_SCHEMAS", conversation_file._SCHEMAS[:1])
        with closing(ConversationFile(path)) as file, file.transaction() as connection:
            connection.execute("INSERT INTO conversations VALUES ('c', '', '', '', 0, '', '')")
            connection.execute(
                "INSERT INTO turns VALUES (7, 'c', 'When?', '', '{}', 'done', NULL, ?)",
                (answer_to_json(lake_answer("When?")),),
            )
    with closing(ConversationStore(path)) as store, closing(FeedbackStore(path)) as feedback:
        (turn,) = store.get("", "c").turns
        assert turn.question == "When?"
        assert turn.articles == 0
        feedback.give("", 7, Verdict("up"))
        (given,) = feedback.all()
        assert given.settings == {}


def test_a_file_of_another_program_is_refused_and_kept(tmp_path: Path) -> None:
    path = tmp_path / "other.sqlite"
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("CREATE TABLE bookmarks (url TEXT)")
    content = path.read_bytes()
    assert "another program" in refusal(path)
    assert path.read_bytes() == content


def test_what_is_no_database_is_refused_and_kept(tmp_path: Path) -> None:
    path = tmp_path / "notes.sqlite"
    path.write_text("my notes " * 200)
    assert "not a database" in refusal(path)
    assert path.read_text() == "my notes " * 200


def test_a_place_that_cannot_hold_it_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    refusal(tmp_path / "file" / "conversations.sqlite")
    refusal(tmp_path)


def test_a_damaged_file_or_row_is_told(tmp_path: Path) -> None:
    path = tmp_path / "conversations.sqlite"
    with closing(ConversationStore(path)) as store:
        conversation = store.ask("", None, "one").conversation_id
        with store._file.transaction() as connection:
            connection.execute("UPDATE turns SET answer = 'no answer', state = 'done'")
        with pytest.raises(ConversationsError, match="a row is damaged"):
            store.get("", conversation)


def test_a_transaction_that_raises_keeps_nothing(tmp_path: Path) -> None:
    with closing(ConversationFile(tmp_path / "c.sqlite")) as file:
        with pytest.raises(ConversationsError, match="UNIQUE"), file.transaction() as connection:
            connection.executemany(
                "INSERT INTO conversations VALUES (?, '', '', '', 0, '', '')", [("c",), ("c",)]
            )
        assert file.read("SELECT * FROM conversations") == []


def test_a_file_that_stays_locked_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("rag.conversations.conversation_file.BUSY_SECONDS", 0.05)
    path = tmp_path / "c.sqlite"
    with closing(ConversationFile(path)) as file, closing(sqlite3.connect(path)) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(ConversationsError, match="try again"), file.transaction():
            pass
        assert file.read("SELECT count(*) FROM turns") == [(0,)]  # reading goes on


def test_many_may_open_a_new_file_at_once(tmp_path: Path) -> None:
    errors: list[BaseException] = []

    def open_and_close() -> None:
        try:
            ConversationFile(tmp_path / "c.sqlite").close()
        except BaseException as error:
            errors.append(error)

    threads = [threading.Thread(target=open_and_close) for _ in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []


def test_what_another_process_closes_takes_nothing_from_a_server_that_is_killed(
    tmp_path: Path,
) -> None:
    path = tmp_path / "conversations.sqlite"
    with subprocess.Popen(
        [sys.executable, "-c", SERVER, str(path)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        bufsize=1,
    ) as server:
        assert server.stdin is not None
        assert server.stdout is not None
        server.stdin.write("before\n")
        assert server.stdout.readline() == "kept\n"
        FeedbackStore(path).close()
        server.stdin.write("after\n")
        assert server.stdout.readline() == "kept\n"
        server.kill()
    with closing(ConversationStore(path)) as store:
        assert [found.title for found in store.find("")] == ["after", "before"]


def test_a_link_to_a_file_that_is_not_there_yet_is_followed(tmp_path: Path) -> None:
    target = tmp_path / "elsewhere.sqlite"
    (tmp_path / "c.sqlite").symlink_to(target)
    ConversationFile(tmp_path / "c.sqlite").close()
    assert stat.S_IMODE(target.stat().st_mode) == 0o600
