"""Conversations outlive restarts, crashes and each other, and are told in one line where not."""

from __future__ import annotations

import sqlite3
import stat
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from rag.conversations import store as module
from rag.conversations.feedback import FeedbackStore, Verdict
from rag.conversations.store import (
    MAX_TITLE_CHARS,
    ConversationFile,
    ConversationMissingError,
    ConversationStore,
    serving,
)
from rag.conversations.stored_turns import answer_to_json, without_article_texts
from rag.errors import ConversationsError
from rag.shown.escaping import folded, one_line
from rag.types import Filters
from tests.stored import lake_answer

HERE = Path(__file__).parents[2]
SERVER = """
import sys
from pathlib import Path
from rag.conversations.feedback import FeedbackStore
from rag.conversations.store import ConversationStore, serving

path = Path(sys.argv[1])
stores = ConversationStore(path), FeedbackStore(path)  # as rag serve has them
with serving(stores[0], path):
    print("serving", flush=True)
    for line in sys.stdin:
        stores[0].ask("", None, line.strip())
        print("kept", flush=True)
"""


class Clock:
    """A second passes at every look."""

    def __init__(self) -> None:
        self._now = datetime(2026, 12, 3, tzinfo=UTC)

    def __call__(self) -> datetime:
        self._now += timedelta(seconds=1)
        return self._now


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "data" / "conversations.sqlite"


@pytest.fixture
def store(path: Path) -> Iterator[ConversationStore]:
    with closing(ConversationStore(path, now=Clock())) as opened:
        yield opened


def ask_and_answer(
    store: ConversationStore, owner: str, conversation_id: str | None, question: str
) -> tuple[str, int]:
    pending = store.ask(owner, conversation_id, question)
    assert store.answer(pending.turn_id, lake_answer(question))
    return pending.conversation_id, pending.turn_id


def questions(store: ConversationStore, owner: str, conversation_id: str) -> list[str]:
    return [turn.question for turn in store.get(owner, conversation_id).turns]


def test_a_conversation_is_whole_after_a_restart(path: Path) -> None:
    filters = Filters(since="2007", author="Lund")
    with closing(ConversationStore(path, now=Clock())) as store:
        asked = store.ask("ada", None, "When did\n the lake freeze?", filters)
        pending = store.get("ada", asked.conversation_id)
        assert pending.turns[0].state == "pending"
        assert store.answer(asked.turn_id, lake_answer(), note="slow", articles=12)
        ask_and_answer(store, "ada", asked.conversation_id, "And then?")
        before = store.get("ada", asked.conversation_id)
    with closing(ConversationStore(path)) as store:
        after = store.get("ada", asked.conversation_id)
    assert after == before
    first = after.turns[0]
    assert (first.state, first.filters, first.note) == ("done", filters, "slow")
    assert (first.articles, after.turns[1].articles) == (12, 0)
    assert first.question == "When did\n the lake freeze?"
    assert first.answer == without_article_texts(lake_answer())
    assert after.title == "When did the lake freeze?"
    assert after.created == "2026-12-03T00:00:01.000000+00:00" < after.updated


def test_the_last_turn_is_made_anew_and_an_edit_drops_what_follows(
    store: ConversationStore,
) -> None:
    conversation, first = ask_and_answer(store, "", None, "one")
    ask_and_answer(store, "", conversation, "two")
    _, third = ask_and_answer(store, "", conversation, "three")
    again = store.ask("", conversation, "three", replacing=third)
    assert questions(store, "", conversation) == ["one", "two", "three"]
    assert again.turn_id > third
    assert store.get("", conversation).turns[-1].state == "pending"
    store.ask("", conversation, "zero", replacing=first)
    assert questions(store, "", conversation) == ["zero"]
    assert store.get("", conversation).title == "zero"


def test_what_comes_too_late_is_dropped(store: ConversationStore) -> None:
    asked = store.ask("", None, "one")
    again = store.ask("", asked.conversation_id, "one", replacing=asked.turn_id)
    assert not store.answer(asked.turn_id, lake_answer())
    assert store.stop(again.turn_id, "Stopped.")
    assert not store.answer(again.turn_id, lake_answer())
    assert not store.stop(again.turn_id)
    (turn,) = store.get("", asked.conversation_id).turns
    assert (turn.state, turn.note, turn.answer) == ("stopped", "Stopped.", None)
    gone = store.ask("", None, "two")
    store.delete("", gone.conversation_id)
    assert not store.answer(gone.turn_id, lake_answer())
    assert store.ask("", None, "three").turn_id > gone.turn_id


def test_a_turn_that_is_gone_cannot_be_replaced(store: ConversationStore) -> None:
    one, other = store.ask("", None, "one"), store.ask("", None, "other")
    with pytest.raises(ConversationMissingError, match="reload"):
        store.ask("", one.conversation_id, "new", replacing=other.turn_id)
    assert questions(store, "", one.conversation_id) == ["one"]
    assert questions(store, "", other.conversation_id) == ["other"]


def test_what_is_written_out_takes_the_place_of_an_answer_that_is_kept(
    store: ConversationStore,
) -> None:
    conversation, turn = ask_and_answer(store, "", None, "one")
    longer = replace(lake_answer("one"), text="Longer.", quotes_end=3)
    store.write_out(turn, longer, "note")
    (kept,) = store.get("", conversation).turns
    assert (kept.answer, kept.note) == (without_article_texts(longer), "note")
    pending = store.ask("", conversation, "two")
    store.write_out(pending.turn_id, longer)
    assert store.get("", conversation).turns[-1].state == "pending"


def test_nobody_reaches_the_conversations_of_another(store: ConversationStore) -> None:
    conversation, turn = ask_and_answer(store, "ada", None, "When?")
    for stranger in ("", "bob", "ADA", "ada "):
        assert store.find(stranger) == []
        assert store.find(stranger, "when") == []
        for operation in (
            lambda owner: store.get(owner, conversation),
            lambda owner: store.ask(owner, conversation, "What?"),
            lambda owner: store.ask(owner, conversation, "What?", replacing=turn),
            lambda owner: store.rename(owner, conversation, "mine"),
            lambda owner: store.delete(owner, conversation),
        ):
            with pytest.raises(ConversationMissingError):
                operation(stranger)
    assert questions(store, "ada", conversation) == ["When?"]
    assert store.get("ada", conversation).title == "When?"


@pytest.mark.parametrize("name", ["", "\ud800", "\x00", "x" * 10**5, "' OR 1 --"])
def test_names_that_are_none_are_told(name: str, store: ConversationStore) -> None:
    conversation = store.ask("", None, "When?").conversation_id
    with pytest.raises(ConversationsError, match="reload"):
        store.get("", name)
    with pytest.raises(ConversationsError, match="reload"):
        store.delete("", name)
    with pytest.raises(ConversationsError, match="reload"):
        store.ask("", conversation, "When?", replacing=2**63)
    assert questions(store, "", conversation) == ["When?"]


def test_the_list_is_newest_first_and_paged(store: ConversationStore) -> None:
    first = store.ask("", None, "one").conversation_id
    for question in ("two", "three"):
        store.ask("", None, question)
    assert [each.title for each in store.find("")] == ["three", "two", "one"]
    store.ask("", first, "more")
    assert [each.title for each in store.find("")] == ["one", "three", "two"]
    assert [each.title for each in store.find("", limit=1, offset=1)] == ["three"]
    assert store.find("", offset=3) == []
    assert store.find("")[0].turn_count == 2
    store.rename("", store.find("")[2].id, "renamed")
    assert [each.title for each in store.find("")] == ["one", "three", "renamed"]


def test_search_finds_words_of_title_question_and_answer(store: ConversationStore) -> None:
    lake, _ = ask_and_answer(store, "", None, "Wann gefror der Süßsee?")
    other = store.ask("", None, "Wer gewann?").conversation_id

    def found(search: str) -> set[str]:
        return {each.id for each in store.find("", search)}

    assert found("süßsee") == found("SUSSSEE") == {lake}
    assert found("january froze") == {lake}  # the answer, in any order
    assert found("ja") == {lake}
    assert found("january zz") == found("january gewann") == set()
    assert found("wann") == {lake, other}
    assert found("") == found(" \n") == {lake, other}
    store.rename("", other, "Café [100%]")
    assert found("cafe 100%") == {other}
    assert found("gewann") == {other}
    store.ask("", lake, "Neu?", replacing=store.get("", lake).turns[0].id)
    assert found("january") == set()
    store.delete("", other)
    assert found("gewann") == set()


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(st.text(alphabet=st.characters(), max_size=60), st.text(max_size=20))
@example('"', '"')
@example('a"b* OR NOT (', "%_*?")
@example("\ud800x\x00y", "\x00")
@example("\ud801", "")
@example("İstanbul ﬁn 北京", "NEAR(a b)")
@example("'; DROP TABLE turns; --", "words:x -y ^z")
def test_any_characters_can_be_searched_and_find_what_holds_them(
    store: ConversationStore, text: str, other: str
) -> None:
    store.find("", other)  # must not raise
    conversation = store.ask("", None, text).conversation_id
    assert conversation in {each.id for each in store.find("", text)}
    for word in one_line(text.encode("utf-8", "replace").decode()).split()[:3]:
        assert conversation in {each.id for each in store.find("", word)}
    if set(folded(other).split()) and not all(
        word in folded(text) for word in folded(other).split()
    ):
        assert conversation not in {each.id for each in store.find("", other)}
    store.delete("", conversation)


def test_titles_are_short_lines(store: ConversationStore) -> None:
    conversation = store.ask("", None, "a " * 500).conversation_id
    title = store.get("", conversation).title
    assert len(title) <= MAX_TITLE_CHARS
    assert title.endswith("a…")
    assert store.rename("", conversation, "  My\u202e lake\n\x00") == "My lake"
    assert len(store.rename("", conversation, "x" * 300)) == MAX_TITLE_CHARS
    assert store.rename("", conversation, "half \ud800") == "half ?"
    with pytest.raises(ConversationsError, match="write one"):
        store.rename("", conversation, " \u200b\n")
    store.ask("", conversation, "other", replacing=store.get("", conversation).turns[0].id)
    assert store.get("", conversation).title == "half ?"


def test_many_threads_and_two_stores_at_once(path: Path) -> None:
    errors: list[BaseException] = []

    def converse(owner: str, store: ConversationStore) -> None:
        try:
            conversation = None
            for number in range(10):
                conversation, _ = ask_and_answer(store, owner, conversation, f"question {number}")
                assert len(store.find(owner, "question")) == 1
        except BaseException as error:
            errors.append(error)

    with closing(ConversationStore(path)) as one, closing(ConversationStore(path)) as other:
        threads = [
            threading.Thread(target=converse, args=(f"user {number}", (one, other)[number % 2]))
            for number in range(10)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert errors == []
        for number in range(10):
            (only,) = other.find(f"user {number}")
            assert questions(one, f"user {number}", only.id) == [f"question {n}" for n in range(10)]


def test_a_killed_process_leaves_every_answered_turn(path: Path) -> None:
    script = (
        "import sys; from pathlib import Path\n"
        "from rag.conversations.store import ConversationStore\n"
        "from tests.stored import lake_answer\n"
        "store = ConversationStore(Path(sys.argv[1]))\n"
        "conversation = None\n"
        "for number in range(10**6):\n"
        "    asked = store.ask('', conversation, f'question {number}')\n"
        "    conversation = asked.conversation_id\n"
        "    store.answer(asked.turn_id, lake_answer())\n"
        "    print(number, flush=True)\n"
    )
    with subprocess.Popen(
        [sys.executable, "-c", script, str(path)],
        stdout=subprocess.PIPE,
        text=True,
        cwd=HERE,
    ) as process:
        assert process.stdout is not None
        told = [int(process.stdout.readline()) for _ in range(20)]
        process.kill()
        told += [int(line) for line in process.stdout.read().split()]
    with closing(ConversationStore(path)) as store:
        (only,) = store.find("")
        turns = store.get("", only.id).turns
        assert sum(turn.state == "done" for turn in turns) >= max(told) + 1
        assert [turn.question for turn in turns] == [f"question {n}" for n in range(len(turns))]
        assert len(store.find("", f"question {max(told)}")) == 1


# Servers.


@contextmanager
def server_of(path: Path) -> Iterator[subprocess.Popen[str]]:
    """Another process that serves, and asks what it is told, until it is killed."""
    with subprocess.Popen(
        [sys.executable, "-c", SERVER, str(path)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        bufsize=1,
        cwd=HERE,
    ) as server:
        try:
            assert server.stdout is not None
            assert server.stdout.readline() == "serving\n"
            yield server
        finally:
            server.kill()


def state_of(store: ConversationStore, conversation: str) -> str:
    return store.get("", conversation).turns[-1].state


def test_one_server_keeps_a_file_and_the_next_tells_what_it_left(
    store: ConversationStore, path: Path
) -> None:
    with server_of(path) as first:
        running = store.ask("", None, "When?").conversation_id
        with pytest.raises(ConversationsError, match="another server"), serving(store, path):
            pass
        assert state_of(store, running) == "pending"
        first.kill()
        first.wait()
        with serving(store, path):
            assert state_of(store, running) == "failed"


def test_a_place_where_nothing_can_be_written_is_one_line(
    store: ConversationStore, path: Path
) -> None:
    path.with_name(f"{path.name}.serving").mkdir()
    with pytest.raises(ConversationsError, match="RAG_CONVERSATIONS"), serving(store, path):
        pass


def test_what_another_process_closes_takes_nothing_from_a_server_that_is_killed(
    path: Path,
) -> None:
    with server_of(path) as server:
        assert server.stdin is not None
        assert server.stdout is not None
        for question in ("before", "after"):
            server.stdin.write(f"{question}\n")
            assert server.stdout.readline() == "kept\n"
            FeedbackStore(path).close()
    with closing(ConversationStore(path)) as store:
        assert [found.title for found in store.find("")] == ["after", "before"]


# The file.


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
        first_version.setattr(module, "_SCHEMAS", module._SCHEMAS[:1])
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


def test_files_that_are_something_else_are_refused_and_kept(tmp_path: Path) -> None:
    other, notes = tmp_path / "other.sqlite", tmp_path / "notes.sqlite"
    with closing(sqlite3.connect(other)) as connection:
        connection.execute("CREATE TABLE bookmarks (url TEXT)")
    notes.write_text("my notes " * 200)
    for path, why in ((other, "another program"), (notes, "not a database")):
        content = path.read_bytes()
        assert why in refusal(path)
        assert path.read_bytes() == content
    refusal(notes / "conversations.sqlite")
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
    monkeypatch.setattr("rag.conversations.store.BUSY_SECONDS", 0.05)
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
