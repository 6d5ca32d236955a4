"""Stops a process before each system call by which it changes files, and decides what comes of it.

By seccomp's user notification (Linux 5.5 or later; no privileges, no compiler): the kernel asks
another process first. So every write counts as a step, those of SQLite, FAISS and Tantivy too.
"""

from __future__ import annotations

import ctypes
import errno
import fcntl
import os
import platform
import select
import signal
import socket
import struct
import traceback
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

_X86_64 = {
    **{"write": 1, "pwrite": 18, "writev": 20, "pwritev": 296, "sendfile": 40, "copy": 326},
    **{"truncate": 76, "ftruncate": 77, "fallocate": 285, "fsync": 74, "fdatasync": 75},
    **{"open": 2, "openat": 257, "rename": 82, "renameat": 264, "renameat2": 316, "link": 86},
    **{"unlink": 87, "unlinkat": 263, "rmdir": 84, "mkdir": 83, "mkdirat": 258, "seccomp": 317},
}
_AARCH64 = {
    **{"write": 64, "pwrite": 68, "writev": 66, "pwritev": 70, "sendfile": 71, "copy": 285},
    **{"truncate": 45, "ftruncate": 46, "fallocate": 47, "fsync": 82, "fdatasync": 83},
    **{"openat": 56, "renameat": 38, "renameat2": 276, "unlinkat": 35, "mkdirat": 34},
    **{"seccomp": 277},
}
_NUMBERS = {"x86_64": _X86_64, "aarch64": _AARCH64}.get(platform.machine(), {})
_NAMES = {number: name for name, number in _NUMBERS.items()}
CHANGES = frozenset(_NUMBERS) - {"seccomp"}
"""Calls that change files; of ``open`` those that may create or empty one."""
OPENS = frozenset({"open", "openat"}) & CHANGES
CREATES = CHANGES & {"open", "openat", "mkdir", "mkdirat"}
SYNCS = CHANGES & {"fsync", "fdatasync"}
TAKES_SPACE = CHANGES - {"unlink", "unlinkat", "rmdir", "truncate", "ftruncate"}
_OF_DESCRIPTORS = {
    *("write", "pwrite", "writev", "pwritev", "sendfile"),
    *("ftruncate", "fallocate", "fsync", "fdatasync"),
}

_libc = ctypes.CDLL(None, use_errno=True)
_NEW_PRIVILEGES_OFF = 38
_FILTER_MODE, _NEW_LISTENER = 1, 8
_LOAD_WORD, _JUMP_IF_EQUAL, _JUMP_IF_ANY_BIT, _RETURN = 0x20, 0x15, 0x45, 0x06
_ALLOW, _NOTIFY = 0x7FFF0000, 0x7FC00000
_RECEIVE, _ANSWER = 0xC0502100, 0xC0182101
_GO_ON = 1
_HERE = -100
_LONGEST_PATH = 4096

GO_ON = 0
KILL = -1


@dataclass(frozen=True, slots=True)
class Call:
    """What a process is about to do, to which file or folder."""

    name: str
    path: Path


Decide: TypeAlias = Callable[[Call], int]
"""GO_ON, KILL, or the error number with which the call fails."""


def is_supported() -> bool:
    """Whether this machine's kernel has what watching needs."""
    try:
        return bool(_NUMBERS) and watched(lambda: "yes", Path("/"), lambda call: GO_ON) == "yes"
    except OSError:
        return False


def apart(work: Callable[[], str]) -> str:
    """What ``work`` returns in a process of its own."""
    receiving, sending = socket.socketpair()
    process = _fork(work, sending, before=lambda: None)
    told = _read(receiving)
    os.waitpid(process, 0)
    return told


def watched(
    work: Callable[[], str], folder: Path, decide: Decide, *, every_open: bool = False
) -> str | None:
    """What ``work`` returns in a process that asks ``decide`` before each call within ``folder``.

    None if that had it killed. With ``every_open`` files opened for reading are asked about too.
    Raises OSError where the kernel refuses.
    """
    receiving, sending = socket.socketpair()
    process = _fork(work, sending, before=lambda: _send_listener(sending, every_open))
    _, descriptors, _, _ = socket.recv_fds(receiving, 1, 1)
    if not descriptors:
        os.waitpid(process, 0)
        raise OSError(errno.ENOSYS, "no user notification")
    (listener,) = descriptors
    try:
        _attend(listener, process, folder.resolve(), decide)
    finally:
        os.close(listener)
    told = _read(receiving)
    _, status = os.waitpid(process, 0)
    if os.WIFSIGNALED(status):
        assert os.WTERMSIG(status) == signal.SIGKILL, f"ended by signal {os.WTERMSIG(status)}"
        return None
    return told


def _fork(work: Callable[[], str], sending: socket.socket, before: Callable[[], None]) -> int:
    process = os.fork()
    if process == 0:
        try:
            before()
            told = work()
        except BaseException:
            told = traceback.format_exc()
        sending.sendall(told.encode())
        os._exit(0)
    sending.close()
    return process


def _read(receiving: socket.socket) -> str:
    with receiving:
        return b"".join(iter(lambda: receiving.recv(1 << 16), b"")).decode()


def _send_listener(sending: socket.socket, every_open: bool) -> None:
    """Has the kernel notify of this process's calls from now on."""
    program = _program(every_open)
    code = ctypes.create_string_buffer(b"".join(program))
    filter_ = struct.pack("HxxxxxxP", len(program), ctypes.addressof(code))
    _libc.prctl(_NEW_PRIVILEGES_OFF, 1, 0, 0, 0)
    listener = _libc.syscall(_NUMBERS["seccomp"], _FILTER_MODE, _NEW_LISTENER, filter_)
    if listener < 0:
        sending.sendall(b"-")
        os._exit(1)
    socket.send_fds(sending, [b"+"], [listener])
    os.close(listener)


def _program(every_open: bool) -> list[bytes]:
    """For the kernel's filter machine: notify of the calls of CHANGES, allow all others."""
    creating = os.O_CREAT | os.O_TRUNC
    program = [_instruction(_LOAD_WORD, 0)]
    for name in sorted(CHANGES):
        if name in OPENS and not every_open:
            flags_at = 16 + 8 * (1 if name == "open" else 2)
            program += [
                _instruction(_JUMP_IF_EQUAL, _NUMBERS[name], otherwise=4),
                _instruction(_LOAD_WORD, flags_at),
                _instruction(_JUMP_IF_ANY_BIT, creating, otherwise=1),
                _instruction(_RETURN, _NOTIFY),
                _instruction(_RETURN, _ALLOW),
            ]
        else:
            program += [
                _instruction(_JUMP_IF_EQUAL, _NUMBERS[name], otherwise=1),
                _instruction(_RETURN, _NOTIFY),
            ]
    return [*program, _instruction(_RETURN, _ALLOW)]


def _instruction(code: int, value: int, otherwise: int = 0) -> bytes:
    return struct.pack("HBBI", code, 0, otherwise, value)


def _attend(listener: int, process: int, folder: Path, decide: Decide) -> None:
    """Answers the kernel until the process has ended."""
    poll = select.poll()
    poll.register(listener, select.POLLIN)
    while True:
        ((_, events),) = poll.poll()
        if not events & select.POLLIN:
            return
        notice = bytearray(80)
        try:
            fcntl.ioctl(listener, _RECEIVE, notice)
        except FileNotFoundError:  # the process ended meanwhile
            continue
        number, thread, _, call = struct.unpack_from("QIIi", notice)
        arguments = struct.unpack_from("6q", notice, 32)
        try:
            path = _path_of(thread, _NAMES[call], arguments)
        except (FileNotFoundError, ProcessLookupError):  # its process ended, and the thread with it
            continue
        verdict = GO_ON
        if path is not None and path.is_relative_to(folder):
            verdict = decide(Call(_NAMES[call], path))
        if verdict == KILL:
            os.kill(process, signal.SIGKILL)
            return
        answer = struct.pack("QqiI", number, 0, -verdict, 0 if verdict else _GO_ON)
        with suppress(FileNotFoundError):  # the call that waited was interrupted, and comes again
            fcntl.ioctl(listener, _ANSWER, answer)


def _path_of(thread: int, name: str, arguments: tuple[int, ...]) -> Path | None:
    """The file or folder that a call is about; None if it has no path, as a socket has none."""
    if name in _OF_DESCRIPTORS:
        target = os.readlink(f"/proc/{thread}/fd/{arguments[0]}")
    elif name == "copy":
        target = os.readlink(f"/proc/{thread}/fd/{arguments[2]}")
    else:
        at = ctypes.c_int(arguments[0]).value if name.endswith(("at", "at2")) else None
        pointer = arguments[0] if at is None else arguments[1]
        here = "cwd" if at is None or at == _HERE else f"fd/{at}"
        target = os.path.join(os.readlink(f"/proc/{thread}/{here}"), _text_at(thread, pointer))
    return Path(os.path.normpath(target)) if target.startswith("/") else None


def _text_at(thread: int, pointer: int) -> str:
    with open(f"/proc/{thread}/mem", "rb", buffering=0) as memory:
        memory.seek(pointer)
        return os.fsdecode(memory.read(_LONGEST_PATH).partition(b"\0")[0])
