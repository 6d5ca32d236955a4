from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import pytest

from rag.errors import LoadError
from rag.load import load_file
from rag.load.document import Document
from rag.load.records import read_csv
from rag.types import Article, Failure

PROSE = "They met in Baghdad on Monday for the first time in nearly three decades, he said."
FIELDS = {
    "Title": "Talks; in Baghdad",
    "Author": "Ann Lee",
    "Date": "31 May 2007",
    "URL": "https://example.com/a",
}


def table(rows: list[list[str]], delimiter: str = ",") -> bytes:
    file = io.StringIO()
    csv.writer(file, delimiter=delimiter).writerows(rows)
    return file.getvalue().encode()


def documents(data: bytes) -> list[Document]:
    return [entry.read() for entry in read_csv(data)]


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("column", ["text", "Body", "Full Text"])
def test_a_row_is_an_article(tmp_path: Path, delimiter: str, column: str) -> None:
    text = f'{PROSE}\n\n"Nothing", he said, was agreed.'
    rows = [[*FIELDS, column], [*FIELDS.values(), text], ["", "", "", "", PROSE]]
    (tmp_path / "papers.csv").write_bytes(table(rows, delimiter))
    first, second = load_file(tmp_path / "papers.csv", tmp_path)
    assert isinstance(first, Article)
    assert isinstance(second, Article)
    assert (first.title, first.author) == ("Talks; in Baghdad", "Ann Lee")
    assert (first.date, first.url) == ("2007-05-31", "https://example.com/a")
    assert [first.text[start:end] for start, end in first.body] == [text]
    assert (first.source, second.source) == ("papers.csv#1", "papers.csv#2")
    assert (second.title, second.author, second.text) == ("papers", None, PROSE)
    assert first.id != second.id


def test_a_row_without_text_is_reported_and_the_others_are_read(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_bytes(
        table([["title", "text"], ["Talks", " "], ["B", PROSE], ["C"]])
    )
    empty, article, short = load_file(tmp_path / "a.csv", tmp_path)
    assert empty == Failure("a.csv#1", "it holds no text")
    assert isinstance(article, Article)
    assert short == Failure("a.csv#3", "it holds no text")


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"id,name\n1,2\n", "none of its columns (id, name) is named text or body: name one so"),
        (b"\n", "none of its columns (none) is named text or body: name one so"),
        (bytes(range(1, 30)) * 9, "this is a binary file, not text: save it as text, .txt or .md"),
    ],
)
def test_tables_that_cannot_be_read(data: bytes, reason: str) -> None:
    with pytest.raises(LoadError) as error:
        list(read_csv(data))
    assert str(error.value) == reason


def test_a_line_of_json_is_an_article(tmp_path: Path) -> None:
    lines = [
        json.dumps(
            {"headline": "Talks", "authors": ["Ann Lee", {"name": "Bob Ray"}], "body": PROSE}
        ),
        "",
        json.dumps({"title": None, "date": 2007, "url": "ftp://x", "text": PROSE + "\ud800"}),
    ]
    (tmp_path / "a.jsonl").write_text("\n".join(lines))
    first, second = load_file(tmp_path / "a.jsonl", tmp_path)
    assert isinstance(first, Article)
    assert isinstance(second, Article)
    assert (first.source, first.title, first.author) == ("a.jsonl#1", "Talks", "Ann Lee, Bob Ray")
    assert (second.source, second.date, second.url) == ("a.jsonl#3", "2007", None)
    assert second.text.encode().decode().endswith("\ufffd")


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("{broken", "this line is no JSON: write each article on one line"),
        ("[" * 100_000, "this line is no JSON: write each article on one line"),
        ('"text"', "this line is no JSON object: write each article as {...} on one line"),
        ('{"id": 1, "text": ""}', "none of its keys (id, text) is text or body and holds text"),
        ('{"text": {"a": 1}}', "none of its keys (text) is text or body and holds text"),
    ],
    ids=["broken", "deep", "no object", "empty", "no words"],
)
def test_lines_that_cannot_be_read(tmp_path: Path, line: str, reason: str) -> None:
    (tmp_path / "a.jsonl").write_text(f"{line}\n{json.dumps({'text': PROSE})}\n")
    failure, article = load_file(tmp_path / "a.jsonl", tmp_path)
    assert isinstance(failure, Failure)
    assert failure.source == "a.jsonl#1"
    assert failure.reason.startswith(reason)
    assert isinstance(article, Article)


def test_too_many_articles_in_a_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("rag.load.MOST_ENTRIES", 2)
    (tmp_path / "a.csv").write_bytes(table([["text"], *([PROSE] for _ in range(3))]))
    *read, failure = load_file(tmp_path / "a.csv", tmp_path)
    assert len(read) == 2
    assert failure == Failure("a.csv", "it holds more than 2 articles: split it")
