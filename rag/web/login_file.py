"""The file of who may log in: one person a line, a name and what became of the password.

A password is kept as scrypt makes it (Percival and Josefsson, RFC 7914), with a salt of its own and
the cost of the day beside it, so that the file tells nobody a password.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import os
import secrets
import threading
import unicodedata
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import NamedTemporaryFile

from rag.errors import LoginError

DEFAULT_FILE = Path("data/logins")
MIN_PASSWORD_CHARS = 8
MAX_PASSWORD_CHARS = 1000
MAX_NAME_CHARS = 64
_COST, _BLOCK_SIZE, _PARALLEL = 2**15, 8, 3
"""What OWASP asks of scrypt (2025): 32 MiB and a good tenth of a second for each attempt."""
_MAX_MEMORY_BYTES = 256 * 2**20
_DIGEST_BYTES = 32


@dataclass(frozen=True, slots=True)
class Scrambled:
    """What a password became."""

    salt: bytes
    digest: bytes
    cost: int = _COST
    block_size: int = _BLOCK_SIZE
    parallel: int = _PARALLEL

    @classmethod
    def of(cls, password: str, cost: int = _COST) -> Scrambled:
        salt = secrets.token_bytes(16)
        return cls(salt, _scrypt(password, salt, cost, _BLOCK_SIZE, _PARALLEL), cost)

    def is_of(self, password: str) -> bool:
        """Compares in a time that tells nothing of how much is right."""
        made = _scrypt(password, self.salt, self.cost, self.block_size, self.parallel)
        return hmac.compare_digest(made, self.digest)

    def __str__(self) -> str:
        numbers = (self.cost, self.block_size, self.parallel)
        parts = ("scrypt", *map(str, numbers), _text(self.salt), _text(self.digest))
        return "$".join(parts)

    @classmethod
    def parse(cls, text: str) -> Scrambled:
        """Raises ValueError for anything but what ``str`` writes."""
        method, cost, block_size, parallel, salt, digest = text.split("$")
        made = cls(_bytes(salt), _bytes(digest), int(cost), int(block_size), int(parallel))
        memory_bytes = 128 * made.cost * made.block_size
        if (
            method != "scrypt"
            or len(made.digest) != _DIGEST_BYTES
            or not made.salt
            or made.cost.bit_count() != 1  # scrypt takes powers of 2
            or not 2 <= memory_bytes <= _MAX_MEMORY_BYTES // 2
            or not 1 <= made.parallel <= 16
        ):
            raise ValueError("not made by scrypt")
        return made


@dataclass
class LoginFile:
    """The people of a file, read anew whenever it changes. May be used from any thread."""

    path: Path
    _people: dict[str, Scrambled] = field(default_factory=dict)
    _stamp: tuple[int, int, int] = (0, 0, 0)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def people(self) -> dict[str, Scrambled]:
        """Everybody who may log in, by name. Raises LoginError where the file cannot be read."""
        with self._lock:
            try:
                found = self.path.stat()
                stamp = (found.st_mtime_ns, found.st_size, found.st_ino)
                if stamp != self._stamp:
                    self._people = _parse(self.path.read_text(encoding="utf-8"))
                    self._stamp = stamp
            except FileNotFoundError:
                raise LoginError(
                    f"{self.path} is missing, so nobody can log in: rag login NAME"
                    f" --file {self.path}"
                ) from None
            except (OSError, ValueError) as error:
                raise LoginError(
                    f"{self.path} cannot be read ({error}), so nobody can log in: mend that, or"
                    " move it away and make another by rag login NAME"
                ) from None
            return self._people

    def allow(self, name: str, password: str) -> str:
        """Lets a person log in by a password, a new one if known before; the name as kept."""
        name = folded_name(name)
        if not name or len(name) > MAX_NAME_CHARS or ":" in name or not name.isprintable():
            raise LoginError(
                f"A name has 1 to {MAX_NAME_CHARS} characters that can be seen, and no colon:"
                " choose another."
            )
        if not MIN_PASSWORD_CHARS <= len(password) <= MAX_PASSWORD_CHARS:
            raise LoginError(
                f"A password has at least {MIN_PASSWORD_CHARS} characters, and at most"
                f" {MAX_PASSWORD_CHARS}: choose another."
            )
        people = dict(self.people()) if self.path.exists() else {}
        people[name] = Scrambled.of(password)
        lines = "".join(f"{each}:{scrambled}\n" for each, scrambled in people.items())
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            _write(self.path, lines)
        except OSError as error:
            raise LoginError(f"{self.path} cannot be written: {error.strerror}.") from None
        return name


def folded_name(name: str) -> str:
    """A name as it is compared: in any case, however its letters are composed."""
    return unicodedata.normalize("NFKC", name.strip()).casefold()


def _parse(text: str) -> dict[str, Scrambled]:
    people = {}
    for number, line in enumerate(text.splitlines(), start=1):
        if not line.strip():
            continue
        name, _, scrambled = line.partition(":")
        try:
            people[folded_name(name)] = Scrambled.parse(scrambled.strip())
        except ValueError:
            raise ValueError(f"line {number} holds no password that rag login made") from None
    return people


def _write(path: Path, text: str) -> None:
    """Puts ``text`` in the file's place at once, for this user's eyes alone."""
    with NamedTemporaryFile("w", encoding="utf-8", dir=path.parent, delete=False) as new:
        try:
            new.write(text)
            new.flush()
            os.fsync(new.fileno())
            os.replace(new.name, path)
        except BaseException:
            os.unlink(new.name)
            raise


def _scrypt(password: str, salt: bytes, cost: int, block_size: int, parallel: int) -> bytes:
    told = unicodedata.normalize("NFKC", password).encode("utf-8", "replace")
    return hashlib.scrypt(
        told,
        salt=salt,
        n=cost,
        r=block_size,
        p=parallel,
        maxmem=_MAX_MEMORY_BYTES,
        dklen=_DIGEST_BYTES,
    )


def _text(data: bytes) -> str:
    return base64.b64encode(data).decode()


def _bytes(text: str) -> bytes:
    return base64.b64decode(text, validate=True)
