"""Who is logged in: attempts, held back where they fail too often, and sessions.

Sessions live in memory: a restart of the server asks everybody to log in again, and who is taken
out of the file, or gets a new password, is logged out at once.
"""

from __future__ import annotations

import hashlib
import secrets
import threading
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field

from rag.errors import LoginError
from rag.web.login_file import MAX_PASSWORD_CHARS, LoginFile, Scrambled, folded_name

SESSION_SECONDS = 7 * 24 * 3600
_WINDOW_SECONDS = 300.0
_FAILURES_FROM_AN_ADDRESS = 10
_FAILURES_FOR_A_NAME = 20
"""More of them within the window, and the address or the name has to wait."""
_REMEMBERED = 10_000
"""Addresses and names whose failures are remembered at most."""
_NOBODY = Scrambled(bytes(16), bytes(32))
"""Compared where the name is unknown, which so takes as long as a wrong password."""
Clock = Callable[[], float]


@dataclass
class Throttle:
    """Counts failures by who failed, within a window of time. Callers lock."""

    limit: int
    now: Clock
    _failures: dict[str, deque[float]] = field(default_factory=dict)

    def wait_seconds(self, who: str) -> float:
        """How long ``who`` must not try; 0.0 if at once."""
        failures = self._failures.get(who, deque())
        while failures and failures[0] <= self.now() - _WINDOW_SECONDS:
            failures.popleft()
        full = len(failures) >= self.limit
        return failures[-self.limit] + _WINDOW_SECONDS - self.now() if full else 0.0

    def fail(self, who: str) -> None:
        failures = self._failures.pop(who, deque())
        failures.append(self.now())
        self._failures[who] = failures  # at the end: the first is forgotten first
        if len(self._failures) > _REMEMBERED:
            del self._failures[next(iter(self._failures))]

    def forget(self, who: str) -> None:
        self._failures.pop(who, None)


@dataclass(frozen=True, slots=True)
class Session:
    name: str
    password: Scrambled
    """The one it was opened with."""
    ends: float


class Login:
    """Logs people of a file in and out. All methods may be called from any thread."""

    def __init__(self, file: LoginFile, now: Clock = time.monotonic) -> None:
        self._file = file
        self._now = now
        self._lock = threading.Lock()
        self._one_attempt = threading.Lock()  # many at once would take memory and both cores
        self._addresses = Throttle(_FAILURES_FROM_AN_ADDRESS, now)
        self._names = Throttle(_FAILURES_FOR_A_NAME, now)
        self._sessions: dict[str, Session] = {}

    def attempt(self, name: str, password: str, address: str) -> str:
        """Opens a session and returns its token. Raises LoginError with the line to show."""
        name = folded_name(name)
        with self._one_attempt:
            with self._lock:
                wait = max(self._addresses.wait_seconds(address), self._names.wait_seconds(name))
            if wait > 0:
                minutes = max(1, round(wait / 60))
                raise LoginError(
                    f"Too many attempts: try again in {minutes} minute{'s' * (minutes > 1)}."
                )
            known = self._file.people().get(name)
            right = (known or _NOBODY).is_of(password[: MAX_PASSWORD_CHARS + 1])
            with self._lock:
                if known is None or not right:
                    self._addresses.fail(address)
                    self._names.fail(name)
                    raise LoginError("This name and password do not go together.")
                self._addresses.forget(address)
                self._names.forget(name)
                return self._begin(name, known)

    def name_of(self, token: str) -> str | None:
        """Whose session this is; None where it has ended."""
        key = _key(token)
        with self._lock:
            session = self._sessions.get(key)
        if session is None:
            return None
        try:
            known = self._file.people().get(session.name)
        except LoginError:
            known = None
        if session.ends < self._now() or known != session.password:
            self.end(token)
            return None
        return session.name

    def end(self, token: str) -> None:
        with self._lock:
            self._sessions.pop(_key(token), None)

    def _begin(self, name: str, password: Scrambled) -> str:
        now = self._now()
        ended = [key for key, session in self._sessions.items() if session.ends < now]
        for key in ended:
            del self._sessions[key]
        token = secrets.token_urlsafe(32)
        self._sessions[_key(token)] = Session(name, password, now + SESSION_SECONDS)
        return token


def _key(token: str) -> str:
    """What is kept of a token; looking a digest up tells by its time nothing of the token."""
    return hashlib.sha256(token.encode("utf-8", "replace")).hexdigest()
