from __future__ import annotations

import mailbox
from email.message import EmailMessage
from pathlib import Path

import pytest

from rag.errors import LoadError
from rag.load import load_file
from rag.load.article import to_article
from rag.load.mail import read_eml, read_mbox
from rag.types import Article, Failure

PROSE = "They met in Baghdad on Monday for the first time in nearly three decades, he said."


def message(
    text: str = PROSE, subject: str = "Gespräche in Bagdad", subtype: str = "plain"
) -> EmailMessage:
    mail = EmailMessage()
    mail["Subject"] = subject
    mail["From"] = "Åsa Lind <asa@example.com>"
    mail["To"] = "all@example.com"
    mail["Date"] = "Thu, 31 May 2007 23:15:00 +0200"
    mail.set_content(text, subtype=subtype)
    return mail


def test_subject_sender_and_date() -> None:
    article = to_article(read_eml(message().as_bytes()), "a.eml")
    assert (article.title, article.author, article.date) == (
        *("Gespräche in Bagdad", "Åsa Lind"),
        "2007-05-31",
    )
    assert [article.text[start:end] for start, end in article.body] == [PROSE]


def test_plain_text_goes_before_html_and_attachments_are_left_out() -> None:
    mail = message()
    mail.add_alternative("<p>Other words.</p>", subtype="html")
    mail.add_attachment("Attached words.", filename="a.txt")
    assert [block.text for block in read_eml(mail.as_bytes()).blocks] == [PROSE]


def test_html_alone_is_read_without_its_markup() -> None:
    mail = message("<h1>Talks</h1><p>They &amp; we <b>met</b>.</p>", subtype="html")
    assert [block.text for block in read_eml(mail.as_bytes()).blocks] == ["Talks", "They & we met."]


def test_quoted_words_of_others_and_the_signature_are_left_out() -> None:
    text = f"On Monday Ann Lee wrote:\n\n> He was there.\n> I saw him.\n\n{PROSE}\n\n-- \nÅsa\n"
    assert [block.text for block in read_eml(message(text).as_bytes()).blocks] == [PROSE]


def test_a_wrong_charset_is_mended() -> None:
    data = message().as_bytes().replace(b'charset="utf-8"', b'charset="no-such"')
    assert b"no-such" in data
    assert read_eml(data).blocks[0].text == PROSE


@pytest.mark.parametrize("data", [b"just words", b"\x00\x01\x02" * 50])
def test_what_is_no_message(data: bytes) -> None:
    with pytest.raises(LoadError, match=r"it is no e-mail: save the message as \.eml"):
        read_eml(data)


@pytest.mark.parametrize(
    "header",
    [b"From: <<<>>>@@", b"Date: nonsense", b"From: =?x?q?=zz?=", b"Content-Type: multipart/mixed"],
)
def test_odd_headers_end_in_an_article_or_a_reason(header: bytes) -> None:
    data = b"Subject: Talks\n" + header + b"\n\n" + PROSE.encode()
    try:
        assert read_eml(data).metadata["title"] == "Talks"
    except LoadError as error:
        assert "damaged" in str(error)


def test_a_mailbox_holds_an_article_for_each_message(tmp_path: Path) -> None:
    box = mailbox.mbox(tmp_path / "all.mbox")
    box.add(message(f"From here to there.\n\nFrom now on: {PROSE}", subject="First"))
    box.add(message("", subject="Empty"))
    box.add(message(subject="Third"))
    box.close()
    first, empty, third = load_file(tmp_path / "all.mbox", tmp_path)
    assert isinstance(first, Article)
    assert isinstance(third, Article)
    assert (first.source, first.title) == ("all.mbox#1", "First")
    assert first.text.endswith(f"From here to there.\n\nFrom now on: {PROSE}")
    assert empty == Failure("all.mbox#2", "it holds no text")
    assert (third.source, third.title) == ("all.mbox#3", "Third")
    assert first.id != third.id


def test_what_is_no_mailbox() -> None:
    with pytest.raises(LoadError, match=r"it is no mailbox: export it again as \.mbox"):
        list(read_mbox(b"Subject: x\n\nFrom here on.\n"))
