from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping
from pathlib import Path

import docx
import pytest

from rag.load import load_file
from rag.load.archive import DEEPEST, MOST_EXPANDED_BYTES
from rag.types import Article, Failure

PROSE = "They met in Baghdad on Monday for the first time in nearly three decades, he said."


def zipped(files: Mapping[str, str | bytes]) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return file.getvalue()


def loaded(folder: Path, data: bytes) -> list[Article | Failure]:
    (folder / "a.zip").write_bytes(data)
    return list(load_file(folder / "a.zip", folder))


def sources(all_loaded: list[Article | Failure]) -> list[str]:
    return [each.source for each in all_loaded if isinstance(each, Article)]


def reasons(all_loaded: list[Article | Failure]) -> dict[str, str]:
    return {each.source: each.reason for each in all_loaded if isinstance(each, Failure)}


def test_every_format_is_read_from_an_archive(tmp_path: Path) -> None:
    word = docx.Document()
    word.add_paragraph(PROSE)
    word_file = io.BytesIO()
    word.save(word_file)
    found = loaded(
        tmp_path,
        zipped(
            {
                "b/two.MD": f"# Talks\n\n{PROSE}",
                "a.csv": f'text\n"{PROSE}"\n"Again: {PROSE}"\n',
                "inner.zip": zipped({"deep.txt": PROSE}),
                "c.docx": word_file.getvalue(),
            }
        ),
    )
    assert reasons(found) == {}
    assert sources(found) == [
        "a.zip/a.csv#1",
        "a.zip/a.csv#2",
        "a.zip/b/two.MD",
        "a.zip/c.docx",
        "a.zip/inner.zip/deep.txt",
    ]
    assert len({article.id for article in found if isinstance(article, Article)}) == 5


def test_what_cannot_be_read_is_reported_and_the_rest_is_read(tmp_path: Path) -> None:
    found = loaded(
        tmp_path,
        zipped(
            {
                "good.txt": PROSE,
                "empty.txt": "",
                "photo.jpg": b"\xff\xd8",
                "inner.zip": b"PK no zip",
                "__MACOSX/good.txt": "x",
                ".hidden/good.txt": "x",
                "folder/": "",
                "large.txt": bytes(21_000_000),
            }
        ),
    )
    assert sources(found) == ["a.zip/good.txt"]
    assert set(reasons(found)) == {
        *("a.zip/empty.txt", "a.zip/photo.jpg", "a.zip/inner.zip", "a.zip/large.txt")
    }
    assert reasons(found)["a.zip/large.txt"] == "it has 21 MB, more than 20: split it"


def test_paths_that_lead_out_of_the_archive_do_not(tmp_path: Path) -> None:
    found = loaded(tmp_path, zipped({"../../up.txt": PROSE, "/root.txt": PROSE}))
    assert sources(found) == ["a.zip/root.txt", "a.zip/up.txt"]


def test_a_damaged_file_in_an_archive_is_reported(tmp_path: Path) -> None:
    data = bytearray(zipped({"a.txt": PROSE, "b.txt": PROSE}))
    data[data.index(b"a.txt") + 10] ^= 0xFF
    found = loaded(tmp_path, bytes(data))
    assert sources(found) == ["a.zip/b.txt"]
    assert reasons(found) == {"a.zip/a.txt": "it is damaged within its archive: pack it again"}


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"no zip", "it is no zip, or a damaged one: pack it again"),
        (zipped({"a.txt": PROSE})[:-30], "it is no zip, or a damaged one: pack it again"),
        (zipped({}), "it holds no articles"),
        (b"", "it is empty"),
    ],
    ids=["no zip", "cut short", "nothing in it", "empty"],
)
def test_archives_that_cannot_be_read(tmp_path: Path, data: bytes, reason: str) -> None:
    assert loaded(tmp_path, data) == [Failure("a.zip", reason)]


@pytest.fixture(scope="module")
def bomb() -> bytes:
    """A zip of 90 kB that unpacks to 90 MB."""
    return zipped({"a.txt": bytes(90_000_000)})


def test_a_bomb_gets_one_line_and_is_not_unpacked(tmp_path: Path) -> None:
    part = bytes(MOST_EXPANDED_BYTES // 5)
    data = zipped({f"{number}.txt": part for number in range(6)})
    assert loaded(tmp_path, data) == [Failure("a.zip", "it unpacks to more than 500 MB: split it")]


@pytest.mark.parametrize("suffix", ["zip", "docx"])
def test_bombs_within_an_archive_end_its_reading_with_one_line(
    tmp_path: Path, bomb: bytes, suffix: str
) -> None:
    found = loaded(tmp_path, zipped({f"{number:02}.{suffix}": bomb for number in range(50)}))
    assert len(found) < 8
    assert found[-1] == Failure("a.zip", "it unpacks to more than 500 MB: split it")


def test_archives_within_archives_are_read_to_a_certain_depth(tmp_path: Path) -> None:
    data = zipped({"a.txt": PROSE})
    for _ in range(DEEPEST):
        data = zipped({"a.zip": data, "b.txt": PROSE})
    found = loaded(tmp_path, data)
    assert len(sources(found)) == DEEPEST
    assert reasons(found) == {
        "/".join(["a.zip"] * (DEEPEST + 1)): f"it lies within {DEEPEST} archives: unpack them"
    }
