"""A server that starts leaves alone what another is answering."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from rag.conversations.serving import serving
from rag.conversations.store import ConversationStore
from rag.errors import ConversationsError

SERVER = """
import sys, time
from pathlib import Path
from rag.conversations.serving import serving
from rag.conversations.store import ConversationStore

path = Path(sys.argv[1])
with serving(ConversationStore(path), path):
    print("serving", flush=True)
    time.sleep(600)
"""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "conversations.sqlite"


@pytest.fixture
def store(path: Path) -> Iterator[ConversationStore]:
    with closing(ConversationStore(path)) as opened:
        yield opened


@contextmanager
def server_of(path: Path) -> Iterator[subprocess.Popen[str]]:
    """Another process that serves until it is killed."""
    with subprocess.Popen(
        [sys.executable, "-c", SERVER, str(path)], stdout=subprocess.PIPE, text=True
    ) as server:
        try:
            assert server.stdout is not None
            assert server.stdout.readline() == "serving\n"
            yield server
        finally:
            server.kill()


def state_of(store: ConversationStore, conversation: str) -> str:
    return store.get("", conversation).turns[-1].state


def test_what_another_server_answers_stays_pending_until_all_are_gone(
    store: ConversationStore, path: Path
) -> None:
    with server_of(path) as first:
        running = store.ask("", None, "When?").conversation_id
        with server_of(path):
            first.kill()
            first.wait()
            with serving(store, path) as is_alone:
                assert state_of(store, running) == "pending"
                assert not is_alone()
    with serving(store, path) as is_alone:
        assert state_of(store, running) == "failed"
        assert is_alone()
        with server_of(path):
            assert not is_alone()
        assert is_alone()


def test_a_place_where_nothing_can_be_written_is_one_line(
    store: ConversationStore, path: Path
) -> None:
    path.with_name(f"{path.name}.serving").mkdir()
    with pytest.raises(ConversationsError, match="RAG_CONVERSATIONS"), serving(store, path):
        pass
