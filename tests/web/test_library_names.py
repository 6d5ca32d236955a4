"""Names of uploaded files: whatever comes in, what is kept is a plain path within the folder."""

from __future__ import annotations

import unicodedata
from pathlib import PurePosixPath

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from rag.errors import ArticleFileError
from rag.shown.escaping import visible
from rag.web.folder import MOST_NAME_BYTES, safe_source


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
    for part in path.parts:
        assert not part.startswith((".", " "))
        assert not part.endswith((".", " "))
        assert not set('<>:"|?*\\\x00\n\r\t') & set(part)
        assert visible(part) == part
        assert len(part.encode()) <= MOST_NAME_BYTES
        assert unicodedata.normalize("NFC", part) == part


@given(st.text(max_size=300))
def test_a_name_that_is_safe_stays_as_it_is(name: str) -> None:
    try:
        source = safe_source(name)
    except ArticleFileError:
        return
    assert safe_source(source) == source


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
