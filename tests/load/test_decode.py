from __future__ import annotations

import random
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.errors import LoadError
from rag.load.decode import decode

FRENCH = "Le président a déclaré que l'été serait chaud à Orléans, où il est né. "


@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "cp1252"]
)
def test_encodings(encoding: str) -> None:
    assert decode((FRENCH * 3).encode(encoding)) == FRENCH * 3


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        ("It cost £5 — “very little”, he said.", "cp1252"),
        ("Министр иностранных дел заявил, что переговоры будут продолжены.", "koi8-r"),
        ("これは日本語の文章です。大臣は月曜日に会談を行うと述べた。", "shift_jis"),
        ("外交部长星期一表示，谈判将在下周继续进行。", "gb18030"),
    ],
)
def test_encodings_that_only_the_text_tells(text: str, encoding: str) -> None:
    assert decode(text.encode(encoding)) == text


@given(st.text(st.characters(categories=["L", "N", "P", "Zs"]), min_size=1))
def test_utf8_loses_nothing(text: str) -> None:
    assert decode(text.encode()) == unicodedata.normalize("NFC", text)


def test_line_ends_become_newlines_and_letters_are_composed() -> None:
    assert decode("a\r\nb\rc\u2028d".encode()) == "a\nb\nc\nd"
    assert decode("cafe\u0301".encode()) == "café"


@pytest.mark.parametrize(
    "data",
    [
        b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR" + bytes(range(256)) * 4,
        b"PK\x03\x04" + random.Random(0).randbytes(2000),
        b"%PDF-1.7 all text",
        b"text with " + bytes(50),
    ],
    ids=["png", "zip", "pdf", "zeros"],
)
def test_binary_files_are_refused(data: bytes) -> None:
    with pytest.raises(LoadError, match=r"text|\.pdf"):
        decode(data)


def test_a_broken_utf16_file_is_refused_with_its_place() -> None:
    with pytest.raises(LoadError, match=r"^byte 4 .* save it as UTF-8$"):
        decode(b"\xff\xfea\x00b")
