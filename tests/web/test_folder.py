"""Files that come and go: whole, within bounds, never over another, never lost."""

from __future__ import annotations

import errno
import os
import unicodedata
from pathlib import Path, PurePosixPath

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from rag.errors import ArticleFileError, NameTakenError
from rag.load import find_files
from rag.shown.escaping import visible
from rag.web import folder as library_folder
from rag.web.folder import MOST_NAME_BYTES, Added, ArticleFolder, Clash, safe_source


@pytest.fixture
def seeds(tmp_path: Path) -> Path:
    return tmp_path / "seeds"


@pytest.fixture
def folder(seeds: Path, tmp_path: Path) -> ArticleFolder:
    return ArticleFolder(seeds, tmp_path / "index")


def add(folder: ArticleFolder, name: str, content: bytes, clash: Clash = "ask") -> Added:
    with folder.incoming(name, len(content)) as file:
        file.write(content)
        return folder.place(file, clash)


def left_over(seeds: Path) -> list[Path]:
    return [path for path in (seeds / ".incoming").rglob("*") if path.is_file()]


def test_a_file_is_added_into_folders_that_were_not_there(
    folder: ArticleFolder, seeds: Path
) -> None:
    assert add(folder, "2007/talks.txt", b"words") == Added("2007/talks.txt", "added")
    assert (seeds / "2007/talks.txt").read_bytes() == b"words"
    assert find_files(seeds) == [seeds / "2007/talks.txt"]
    assert left_over(seeds) == []


def test_an_upload_that_is_broken_off_leaves_nothing(folder: ArticleFolder, seeds: Path) -> None:
    with folder.incoming("talks.txt") as file:
        file.write(b"half of it")
    assert find_files(seeds) == []
    assert left_over(seeds) == []


@pytest.mark.parametrize(
    ("name", "size", "words"),
    [
        ("program.exe", 10, "EXE is not read"),
        ("README", 10, "A file without a suffix is not read"),
        ("long.txt", 20_000_001, "more than 20 MB"),
        ("a/../b.txt", 10, "rename it"),
    ],
)
def test_a_refused_file_is_one_line_before_anything_is_written(
    folder: ArticleFolder, seeds: Path, name: str, size: int, words: str
) -> None:
    with pytest.raises(ArticleFileError, match=words), folder.incoming(name, size):
        pass
    assert not seeds.exists()


def test_the_bound_holds_while_the_file_comes_in_whatever_it_said(
    folder: ArticleFolder, seeds: Path
) -> None:
    with folder.incoming("long.txt", 5) as file:
        for _ in range(20):
            file.write(b"x" * 1_000_000)
        with pytest.raises(ArticleFileError, match="more than 20 MB"):
            file.write(b"x")
    assert left_over(seeds) == []


def test_nothing_is_overwritten_unasked(folder: ArticleFolder, seeds: Path) -> None:
    add(folder, "talks.txt", b"old")
    assert add(folder, "talks.txt", b"new") == Added("talks.txt", "taken")
    assert (seeds / "talks.txt").read_bytes() == b"old"
    assert add(folder, "talks.txt", b"old").outcome == "there"


def test_what_is_replaced_can_be_put_back(folder: ArticleFolder, seeds: Path) -> None:
    add(folder, "talks.txt", b"old")
    assert add(folder, "talks.txt", b"new", "replace").outcome == "replaced"
    assert (seeds / "talks.txt").read_bytes() == b"new"
    (trashed,) = folder.trash()
    with pytest.raises(NameTakenError):
        folder.put_back(trashed.id)
    folder.remove("talks.txt")
    assert folder.put_back(trashed.id) == "talks.txt"
    assert (seeds / "talks.txt").read_bytes() == b"old"


def test_a_removed_file_is_no_article_and_comes_back_whole(
    folder: ArticleFolder, seeds: Path
) -> None:
    add(folder, "2007/talks.txt", b"words")
    trash_id = folder.remove("2007/talks.txt")
    assert find_files(seeds) == []
    assert [(each.source, each.size_bytes) for each in folder.trash()] == [("2007/talks.txt", 5)]
    assert folder.put_back(trash_id) == "2007/talks.txt"
    assert (seeds / "2007/talks.txt").read_bytes() == b"words"
    assert folder.trash() == []
    with pytest.raises(ArticleFileError, match="not in the trash"):
        folder.put_back(trash_id)


@pytest.mark.parametrize(
    "source",
    [
        *("", "/etc/passwd", "../outside.txt", "2007/../../outside.txt", ".trash", "nobody.txt"),
        *("2007", "link/outside.txt", "a\x00.txt", "index/CURRENT"),
    ],
)
def test_only_files_of_the_folder_can_be_removed(seeds: Path, tmp_path: Path, source: str) -> None:
    folder = ArticleFolder(seeds, seeds / "index")
    for place in (tmp_path / "outside.txt", seeds / "2007" / "a.txt", seeds / "index" / "CURRENT"):
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text("words")
    (seeds / "link").symlink_to(tmp_path)
    with pytest.raises(ArticleFileError):
        folder.remove(source)
    assert (tmp_path / "outside.txt").exists()
    assert (seeds / "index" / "CURRENT").exists()


def test_nothing_is_added_into_the_index_or_through_a_link(seeds: Path, tmp_path: Path) -> None:
    folder = ArticleFolder(seeds, seeds / "index")
    seeds.mkdir()
    (seeds / "link").symlink_to(tmp_path)
    (seeds / "file.txt").write_text("words")
    for name in ("index/generations/a.txt", "link/a.txt", "file.txt/a.txt"):
        with pytest.raises(ArticleFileError):
            add(folder, name, b"words")
    assert not (tmp_path / "a.txt").exists()


def test_a_name_that_is_no_utf8_can_be_removed(folder: ArticleFolder, seeds: Path) -> None:
    seeds.mkdir()
    (seeds / os.fsdecode(b"caf\xe9.txt")).write_text("words")
    folder.remove("caf\ufffd.txt")
    assert find_files(seeds) == []


def test_a_full_disk_is_one_line(
    folder: ArticleFolder, seeds: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object, **__: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(library_folder.os, "link", full)
    monkeypatch.setattr(Path, "rename", full)
    with pytest.raises(ArticleFileError, match="the disk is full. Free some space"):
        add(folder, "talks.txt", b"words")
    assert find_files(seeds) == []


def test_a_file_system_without_links_does(
    folder: ArticleFolder, seeds: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def unable(*_: object, **__: object) -> None:
        raise PermissionError(errno.EPERM, "Operation not permitted")

    monkeypatch.setattr(library_folder.os, "link", unable)
    add(folder, "talks.txt", b"old")
    assert add(folder, "talks.txt", b"new").outcome == "taken"
    assert (seeds / "talks.txt").read_bytes() == b"old"


@given(st.text(max_size=300))
@example("../../etc/passwd")
@example("a/./b.txt")
@example("C:\\Windows\\notes.txt")
@example("\u202efdp.exe")
@example("/" * 20 + "a.txt")
@example("é" * 300 + ".txt")
@example("con.txt")
def test_a_name_is_a_plain_path_or_refused(name: str) -> None:
    try:
        source = safe_source(name)
    except ArticleFileError as error:
        assert ": " in str(error)
        return
    path = PurePosixPath(source)
    assert not path.is_absolute()
    assert str(path) == source
    assert safe_source(source) == source
    for part in path.parts:
        assert not part.startswith((".", " "))
        assert not part.endswith((".", " "))
        assert not set('<>:"|?*\\\x00\n\r\t') & set(part)
        assert visible(part) == part
        assert len(part.encode()) <= MOST_NAME_BYTES
        assert unicodedata.normalize("NFC", part) == part


@pytest.mark.parametrize(
    ("name", "source"),
    [
        ("talks.txt", "talks.txt"),
        ("2007/May/talks in Baghdad.txt", "2007/May/talks in Baghdad.txt"),
        ("..\\..\\talks.txt", "_.._talks.txt"),
        (".hidden.txt", "hidden.txt"),
        ("what? <b>.md", "what_ _b_.md"),
        ("aux.txt", "_aux.txt"),
        ("cafe\u0301.txt", "café.txt"),
        ("a\u202egpj.txt", "agpj.txt"),
        ("line\nbreak.txt", "line_break.txt"),
    ],
)
def test_names_are_made_safe(name: str, source: str) -> None:
    assert safe_source(name) == source


@pytest.mark.parametrize(
    "name", ["", "/", "...", "a/../b.txt", "\u202e", "x/ /b.txt", "d/" * 13 + "a"]
)
def test_what_leaves_no_name_is_refused(name: str) -> None:
    with pytest.raises(ArticleFileError):
        safe_source(name)
