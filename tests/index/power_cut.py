"""What a disk may hold after a power cut: what was synced for certain, and of the rest anything."""

from __future__ import annotations

import hashlib
import itertools
import os
from collections.abc import Iterator, Mapping
from pathlib import Path

from tests.index.system_calls import SYNCS, Call

Names = Mapping[str, int]


class Disk:
    """Follows the syncs under a folder; everything that is there at first is safe.

    A file's content is safe as it was when the file was synced, a name as it was when its folder
    was synced. Files and folders are told by their inodes, which are held open: none is used twice.
    """

    def __init__(self, top: Path) -> None:
        self._top = top
        self._held: dict[int, int] = {}
        self._contents: dict[int, bytes] = {}
        self._names: dict[int, Names] = {}
        self._seen: set[str] = set()
        for path in (top, *top.rglob("*")):
            self._sync(path)

    def note(self, call: Call) -> None:
        """Follows a call that is about to be made: what a sync finds is what it makes safe."""
        if call.name in SYNCS:
            self._sync(call.path)

    def after_power_cut(self, place: Path) -> Iterator[tuple[str, Path]]:
        """Folders in ``place`` as the disk may be now, each with what got ahead of its sync.

        None comes twice.
        """
        now = dict(self._now(self._top))
        folders = {
            "no name": set[int](),
            "the names in the index folder": {
                inode for inode, names in now.items() if "build.lock" in names
            },
            "the names elsewhere": {
                inode for inode, names in now.items() if "build.lock" not in names
            },
            "all names": set(now),
        }
        for (names_ahead, ahead), half in itertools.product(folders.items(), (False, True)):
            names = self._names | {inode: now[inode] for inode in ahead}
            tree = dict(self._tree(Path(), os.stat(self._top).st_ino, names, half))
            digest = hashlib.sha256(repr(sorted(tree.items())).encode()).hexdigest()
            if digest in self._seen:
                continue
            self._seen.add(digest)
            folder = place / str(len(self._seen))
            for path, content in tree.items():
                if content is None:
                    (folder / path).mkdir(parents=True)
                else:
                    (folder / path).write_bytes(content)
            yield f"{names_ahead}, {'half' if half else 'none'} of the unsynced content", folder

    def _sync(self, path: Path) -> None:
        inode = self._hold(path)
        if path.is_dir():
            self._names[inode] = dict(self._listed(path))
        else:
            self._contents[inode] = path.read_bytes()

    def _hold(self, path: Path) -> int:
        inode = os.stat(path).st_ino
        if inode not in self._held:
            self._held[inode] = os.open(path, os.O_RDONLY)
        return inode

    def _listed(self, folder: Path) -> Iterator[tuple[str, int]]:
        for path in folder.iterdir():
            yield path.name, self._hold(path)

    def _now(self, folder: Path) -> Iterator[tuple[int, Names]]:
        yield self._hold(folder), dict(self._listed(folder))
        for path in folder.iterdir():
            if path.is_dir():
                yield from self._now(path)

    def _tree(
        self, path: Path, inode: int, names: Mapping[int, Names], half: bool
    ) -> Iterator[tuple[str, bytes | None]]:
        """Files with their content, folders with None, from the top down."""
        if not os.path.isdir(f"/proc/self/fd/{self._held[inode]}"):
            yield str(path), self._content(inode, half)
            return
        yield str(path), None
        for name, child in names.get(inode, {}).items():
            yield from self._tree(path / name, child, names, half)

    def _content(self, inode: int, half: bool) -> bytes:
        safe = self._contents.get(inode, b"")
        now = self._read(inode)
        return now[: (len(safe) + len(now)) // 2] if half and now != safe else safe

    def _read(self, inode: int) -> bytes:
        size = os.fstat(self._held[inode]).st_size
        return os.pread(self._held[inode], size, 0)
