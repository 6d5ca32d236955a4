from __future__ import annotations

import os
import re
from collections.abc import Iterable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.errors import LoadError, SeedsError
from rag.load import COLLECTIONS, KINDS, READERS, find_files, largest_bytes, load_file
from rag.load.article import article_id, to_article
from rag.load.decode import decode
from rag.load.text import read_text
from rag.types import Article, Failure

SEEDS = Path(__file__).parents[2] / "seeds"
SEED = "000_915390efa79720e3.txt"


@pytest.fixture(scope="module")
def seed() -> Article:
    return only(SEEDS / SEED, SEEDS)


def write(folder: Path, files: dict[str, str | bytes]) -> None:
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode() if isinstance(content, str) else content)


def load_folder(folder: Path) -> list[Article | Failure]:
    return [loaded for path in find_files(folder) for loaded in load_file(path, folder)]


def only(path: Path, folder: Path) -> Article:
    (article,) = load_file(path, folder)
    assert isinstance(article, Article)
    return article


def failures(loaded: Iterable[Article | Failure]) -> dict[str, str]:
    return {each.source: each.reason for each in loaded if isinstance(each, Failure)}


class TestSeed:
    def test_metadata(self, seed: Article) -> None:
        assert seed.title == "The US holds talks with Iran in Baghdad"
        assert (seed.author, seed.date) == ("Peter Symonds", "2007-05-31")
        assert (seed.source, seed.url) == (SEED, None)
        assert seed.id == article_id(SEED)

    def test_body_is_the_text_without_header_and_contact_details(self, seed: Article) -> None:
        ((start, end),) = seed.body
        assert seed.text[start:].startswith("US-Iranian talks—the first")
        assert seed.text[:end].endswith("regardless of initial intentions.")
        assert seed.text[end:].strip().startswith("To contact the WSWS")

    @pytest.mark.parametrize(
        "words",
        [
            "four hours of discussion between Crocker and Kazemi produced very little.",
            "Tehran would willingly assist in the Bush administration's criminal enterprise",
            "US ambassador Crocker following Monday's meeting reflected the debate",
        ],
    )
    def test_torn_sentences_are_whole(self, seed: Article, words: str) -> None:
        assert words in seed.text

    def test_no_word_is_lost_and_no_markup_left(self, seed: Article) -> None:
        raw = (SEEDS / SEED).read_text(encoding="utf-8")
        shown = raw.replace("# ", "").replace("*", "").replace("](http://wsws.org/contact)", "")
        assert seed.text.split() == shown.replace("[wsws", "wsws").split()


def test_hidden_and_system_files_are_passed_over(tmp_path: Path) -> None:
    write(tmp_path, {".a.txt": "A", ".git/b.txt": "B", ".DS_Store": "x", "Thumbs.db": "x"})
    assert find_files(tmp_path) == []


def test_a_file_that_cannot_be_read_is_reported_and_the_others_are_read(tmp_path: Path) -> None:
    write(
        tmp_path,
        {
            "good.txt": "They met in Baghdad.",
            "empty.txt": "",
            "blank.md": " \n\n",
            "only-markup.md": "***\n",
            "binary.txt": b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR" + bytes(200),
            "photo.jpg": b"\xff\xd8",
            "noext": "text",
        },
    )
    (tmp_path / "gone.txt").symlink_to(tmp_path / "nowhere")
    os.mkfifo(tmp_path / "pipe.txt")
    loaded = load_folder(tmp_path)
    assert [each.source for each in loaded if isinstance(each, Article)] == ["good.txt"]
    reasons = failures(loaded)
    assert set(reasons) == {
        "empty.txt",
        "blank.md",
        "only-markup.md",
        "binary.txt",
        "photo.jpg",
        "noext",
        "gone.txt",
        "pipe.txt",
    }
    assert reasons["photo.jpg"] == f"JPG is not read: Footnote reads {KINDS}"
    assert reasons["empty.txt"] == "it is empty"
    assert all("\n" not in reason for reason in reasons.values())


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("minutes.DOC", "DOC is not read: save it as .docx or PDF"),
        ("budget.xlsx", "XLSX is not read: save it as .csv"),
        ("talk.pptx", "PPTX is not read: save it as PDF"),
        ("years.rar", "RAR is not read: save it as .zip"),
    ],
)
def test_what_another_program_can_save_otherwise_is_told(
    tmp_path: Path, name: str, reason: str
) -> None:
    write(tmp_path, {name: "x"})
    assert list(load_file(tmp_path / name, tmp_path)) == [Failure(name, reason)]


@pytest.mark.parametrize(("name", "megabytes"), [("large.txt", 20), ("large.pdf", 100)])
def test_a_file_too_large_is_not_read(tmp_path: Path, name: str, megabytes: int) -> None:
    with (tmp_path / name).open("wb") as file:
        file.truncate(largest_bytes(name) + 10**6)
    reason = f"it has {megabytes + 1} MB, more than {megabytes}: split it"
    assert list(load_file(tmp_path / name, tmp_path)) == [Failure(name, reason)]


def test_a_missing_folder_is_an_error_at_once(tmp_path: Path) -> None:
    with pytest.raises(SeedsError, match=r"does not exist: create it") as error:
        find_files(tmp_path / "missing")
    assert "\n" not in str(error.value)
    write(tmp_path, {"a.txt": "A"})
    with pytest.raises(SeedsError, match="is not a folder"):
        find_files(tmp_path / "a.txt")


def test_a_broken_file_of_each_format_gets_one_line_and_the_rest_is_read(tmp_path: Path) -> None:
    broken = {f"broken{suffix}": b"\x89\x00\x01\xff" * 99 for suffix in (*READERS, *COLLECTIONS)}
    write(tmp_path, {**broken, "broken.zip": b"PK", "broken.xyz": b"x", "whole.txt": "They met."})
    *_, article = loaded = load_folder(tmp_path)
    assert isinstance(article, Article)
    assert article.source == "whole.txt"
    found = failures(loaded)
    assert len(loaded) == len(found) + 1
    assert {name.partition("#")[0] for name in found} == {*broken, "broken.zip", "broken.xyz"}
    for reason in found.values():
        assert re.fullmatch(r"[^\n]{10,90}: [^\n]{5,200}", reason), reason


def test_the_files_name_gives_a_title_where_the_text_has_none() -> None:
    document = read_text(b"They met in Baghdad.")
    assert to_article(document, "2007/us-iran_talks.txt").title == "us iran talks"


_LINES = st.lists(
    st.sampled_from(
        [
            "# Title",
            "By Ann Lee",
            "31 May 2007",
            "Background",
            "They met in the",
            "U.S. government offices. It failed, he said.",
            "- item",
            "12",
            "a | b",
            "© 2007 Us",
            "",
            "",
            "infor-",
            "mation",
        ]
    )
    | st.text(max_size=60),
    max_size=30,
)


@given(_LINES, st.sampled_from([".txt", ".md"]))
def test_spans_lie_in_the_text_in_order(lines: list[str], suffix: str) -> None:
    try:
        article = to_article(READERS[suffix]("\n".join(lines).encode()), f"a{suffix}")
    except LoadError:
        return
    assert article.text == article.text.strip()
    assert article.title
    assert article.body
    previous = -1
    for start, end in article.body:
        assert previous < start < end <= len(article.text)
        assert article.text[start:end].strip() == article.text[start:end]
        previous = end
    for span in (article.header.title, article.header.author, article.header.date):
        assert (
            span is None or article.text[slice(*span)].strip() == article.text[slice(*span)] != ""
        )
    if article.header.title:
        assert article.text[slice(*article.header.title)] == article.title


@given(_LINES)
def test_plain_text_keeps_its_letters_in_order(lines: list[str]) -> None:
    text = "Talks\n" + "\n".join(lines)
    try:
        article = to_article(read_text(text.encode()), "a.txt")
    except LoadError:
        return

    def letters(words: str) -> list[str]:
        return [letter for letter in words if letter.isalpha()]

    assert letters(article.text) == letters(decode(text.encode()))
