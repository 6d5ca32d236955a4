from __future__ import annotations

import mailbox
from email.message import EmailMessage
from pathlib import Path

import pytest

from rag.errors import LoadError
from rag.load import load_file
from rag.load.mail import read_eml, read_mbox
from rag.types import Article, Failure

PROSE = "They met in Baghdad on Monday for the first time in nearly three decades, he said."
TOLD = "I was told that the quay cost two million crowns."


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


def articles(folder: Path, mail: EmailMessage | bytes) -> list[Article]:
    (folder / "a.eml").write_bytes(mail if isinstance(mail, bytes) else mail.as_bytes())
    found = list(load_file(folder / "a.eml", folder))
    assert all(isinstance(article, Article) for article in found)
    return [article for article in found if isinstance(article, Article)]


def body(article: Article) -> str:
    return "\n\n".join(article.text[start:end] for start, end in article.body)


def test_subject_sender_and_date(tmp_path: Path) -> None:
    (article,) = articles(tmp_path, message())
    assert (article.title, article.author) == ("Gespräche in Bagdad", "Åsa Lind")
    assert (article.date, body(article)) == ("2007-05-31", PROSE)


QUOTED = {
    "lines": f"{PROSE}\n\nOn Wed, May 30, 2007 at 9:00 AM Rita Kold <r@x.y> wrote:\n> {TOLD}\n",
    "german": f"{PROSE}\n\nAm 30. Mai 2007 um 10:00 schrieb Rita Kold <r@x.y>:\n> {TOLD}\n",
    "original": f"{PROSE}\n\n-----Original Message-----\nFrom: Rita Kold\n"
    f"Sent: Wednesday, May 30, 2007\nSubject: The quay\n\n{TOLD}",
    "forward": f"{PROSE}\n\nBegin forwarded message:\n\n> From: Rita Kold <r@x.y>\n"
    f"> Date: 30 May 2007\n> Subject: The quay\n>\n> {TOLD}",
    "<gmail": f'<div>{PROSE}</div><div class="gmail_quote"><div class="gmail_attr">On Wed, May 30,'
    " 2007 at 9:00 AM Rita Kold &lt;r@x.y&gt; wrote:<br></div><blockquote class=gmail_quote>"
    f"<div>{TOLD}</div></blockquote></div>",
    "<outlook": f'<p>{PROSE}</p><div style="border-top:solid #E1E1E1 1.0pt"><p><b>From:</b> Rita'
    " Kold<br><b>Sent:</b> Wednesday, May 30, 2007<br><b>Subject:</b> The quay</p></div>"
    f"<p>{TOLD}</p>",
}


@pytest.mark.parametrize("kind", QUOTED)
def test_quoted_words_stand_under_the_name_of_who_wrote_them(kind: str, tmp_path: Path) -> None:
    subtype = "html" if kind.startswith("<") else "plain"
    own, quoted = articles(tmp_path, message(QUOTED[kind], "Re: The quay", subtype))
    assert (own.author, body(own)) == ("Åsa Lind", PROSE)
    assert (quoted.author, quoted.date, body(quoted)) == ("Rita Kold", "2007-05-30", TOLD)
    assert (quoted.title, quoted.source) == ("The quay", "a.eml/quoted-1")


def test_a_thread_is_told_apart_and_what_stands_below_a_quotation_is_kept(tmp_path: Path) -> None:
    text = (
        "On Wed, May 30, 2007 at 9:00 AM Rita Kold <r@x.y> wrote:\n"
        f"> {TOLD}\n>\n> On Tue, May 29, 2007 at 9:00 AM Bo Marsh <b@x.y> wrote:\n>> It is done.\n"
        f"\n{PROSE}\n\n-- \nÅsa\n"
    )
    found = articles(tmp_path, message(text))
    assert [(article.author, body(article)) for article in found] == [
        *(("Åsa Lind", PROSE), ("Rita Kold", TOLD), ("Bo Marsh", "It is done.")),
    ]


def test_what_nobody_is_named_for_is_left_out_and_told(tmp_path: Path) -> None:
    (article,) = articles(tmp_path, message(f"> He was there.\n\n{PROSE}\n\n> I saw him.\n"))
    assert body(article) == PROSE
    assert article.left_out == ("what it quotes of somebody whom it does not name",)


@pytest.mark.parametrize(
    "text",
    [
        "On Monday the mayor of Sarn wrote:\n\nThe letter says nothing of the sort.",
        "The boat goes twice a day.\nFrom: Kall\nTo: Sarn\nIt takes an hour.",
        "He wrote: I was there. On Tuesday she wrote back.",
    ],
)
def test_what_only_looks_like_a_quotation_is_the_senders(text: str, tmp_path: Path) -> None:
    (article,) = articles(tmp_path, message(text))
    assert all(word in article.text for word in text.split())


def test_html_is_read_where_plain_text_only_says_that_it_is_there(tmp_path: Path) -> None:
    mail = message("Your program does not show HTML.")
    mail.add_alternative(f"<h1>Talks</h1><p>{PROSE} &amp; <b>more</b>.</p>", subtype="html")
    (article,) = articles(tmp_path, mail)
    assert body(article) == f"{PROSE} & more."
    mail = message()
    mail.add_alternative("<p>Other words.</p>", subtype="html")
    assert body(articles(tmp_path, mail)[0]) == PROSE


def test_what_is_attached_is_read_or_named(tmp_path: Path) -> None:
    mail = message()
    mail.add_attachment("Pier 9 is closed.", filename="minutes.txt")
    mail.add_attachment("<h1>Rents</h1><p>They rise.</p>", subtype="html", filename="r.html")
    mail.add_attachment(b"PK", maintype="application", subtype="zip", filename="plans.zip")
    inner = message(TOLD, "The quay")
    inner.add_attachment("Deep.", filename="deep.txt")
    mail.add_attachment(inner)
    found = articles(tmp_path, mail)
    assert [(article.source, body(article)) for article in found] == [
        ("a.eml", PROSE),
        ("a.eml/minutes.txt", "Pier 9 is closed."),
        ("a.eml/r.html", "They rise."),
        ("a.eml/The quay.eml", TOLD),
        ("a.eml/The quay.eml/deep.txt", "Deep."),
    ]
    assert found[0].left_out == ("plans.zip, which is attached: save it beside the message",)
    assert found[1].date == "2007-05-31"


def test_a_message_that_holds_nothing_but_what_is_not_read(tmp_path: Path) -> None:
    mail = message("\n")
    mail.add_attachment(b"x", maintype="application", subtype="ms-tnef", filename="winmail.dat")
    (tmp_path / "a.eml").write_bytes(mail.as_bytes())
    (failure,) = load_file(tmp_path / "a.eml", tmp_path)
    told = "it holds no text but winmail.dat, which is attached: save it beside the message"
    assert failure == Failure("a.eml", told)


@pytest.mark.parametrize("data", [b"just words", b"\x00\x01\x02" * 50])
def test_what_is_no_message(data: bytes) -> None:
    with pytest.raises(LoadError, match=r"it is no e-mail: save the message as \.eml"):
        list(read_eml(data))


@pytest.mark.parametrize(
    "header",
    [b"From: <<<>>>@@", b"Date: nonsense", b"From: =?x?q?=zz?=", b"Content-Type: multipart/mixed"],
)
def test_odd_headers_end_in_an_article_or_a_reason(header: bytes) -> None:
    data = b"Subject: Talks\n" + header + b"\n\n" + PROSE.encode()
    try:
        assert next(read_eml(data)).read().metadata["title"] == "Talks"
    except LoadError as error:
        assert "damaged" in str(error)


def test_a_mailbox_holds_an_article_for_each_message(tmp_path: Path) -> None:
    box = mailbox.mbox(tmp_path / "all.mbox")
    box.add(message(f"From here to there.\n\nFrom now on: {PROSE}", subject="First"))
    box.add(message("", subject="Empty"))
    box.add(message(QUOTED["lines"], subject="Third"))
    box.close()
    first, empty, third, quoted = load_file(tmp_path / "all.mbox", tmp_path)
    assert isinstance(first, Article)
    assert isinstance(third, Article)
    assert isinstance(quoted, Article)
    assert (first.source, first.title) == ("all.mbox#1", "First")
    assert first.text.endswith(f"From here to there.\n\nFrom now on: {PROSE}")
    assert empty == Failure("all.mbox#2", "it holds no text")
    assert (third.source, third.title) == ("all.mbox#3", "Third")
    assert (quoted.source, quoted.author) == ("all.mbox#3/quoted-1", "Rita Kold")
    assert len({first.id, third.id, quoted.id}) == 3


def test_what_is_no_mailbox() -> None:
    with pytest.raises(LoadError, match=r"it is no mailbox: export it again as \.mbox"):
        list(read_mbox(b"Subject: x\n\nFrom here on.\n"))
