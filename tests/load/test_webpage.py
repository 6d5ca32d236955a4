from __future__ import annotations

import time
from email.message import EmailMessage
from email.policy import SMTP
from pathlib import Path

import pytest

from rag.errors import LoadError
from rag.load import load_file
from rag.load.document import Block
from rag.load.webpage import MOST_TAGS, read_html, read_mhtml
from rag.types import Article

FIRST = (
    "The owners of the two ferries and the town of Norhaven met for four hours on Thursday and"
    " parted without a deal, the mayor said."
)
SECOND = (
    "The town had offered to pay for a new pier — some 3.2 million crowns — if the boats ran every"
    " hour in winter. “We cannot promise that,” said Karin Holm, who speaks for the owners."
)
QUOTED = "Nobody wants to see the island cut off again, and nobody will."
LAST = (
    "A second round of talks is planned for the middle of June, after the council has voted on its"
    " budget."
)
NEWS = f"""<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8">
<title>Ferry talks end without a deal | Harbour Post</title>
<meta property="og:site_name" content="Harbour Post"><meta name="author" content="Web Desk">
<link rel="canonical" href="https://post.example.com/2007/05/ferry-talks">
<script type="application/ld+json">{{"@context": "https://schema.org", "@type": "NewsArticle",
 "headline": "Ferry talks end without a deal", "datePublished": "2007-05-31T22:10:00+02:00",
 "dateModified": "2009-01-02",
 "author": [{{"@type": "Person", "name": "Ann Lee"}}, {{"@type": "Person", "name": "Bob Ray"}}]}}
</script><script>window.page = "<p>This is not text.</p>";</script><style>p {{color: red}}</style>
</head><body>
<div id="cookie-banner" class="cookie-consent"><p>We use cookies to improve your experience on our
 site. By clicking accept you agree to our policy.</p><button>Accept all</button></div>
<nav><ul><li><a href="/">Home</a></li><li><a href="/w">World</a></li><li><a href="/s">Sport</a></li>
</ul></nav>
<main><article><h1>Ferry talks end without a deal</h1>
<p class="byline">By <a rel="author" href="/ann">Ann Lee</a> and Bob Ray</p>
<time datetime="2007-05-31">31 May 2007</time>
<p>{FIRST}</p><h2>What was on the table</h2>
<p>{SECOND.replace("—", "&mdash;").replace(" — ", "&nbsp;&mdash; ")}</p>
<ul><li>A pier on the north side of the harbour</li><li>Boats every hour in winter</li></ul>
<blockquote><p>{QUOTED}</p></blockquote>
<table><tr><th>Year</th><th>Passengers</th></tr><tr><td>2006</td><td>74,500</td></tr></table>
<p>{LAST}</p><div class="share"><a href="#">Share on Facebook</a> <a href="#">Tweet</a></div>
</article>
<aside class="related"><h3>Related stories</h3><ul><li><a href="/x">Island school to close</a></li>
<li><a href="/y">Storm cuts power</a></li></ul></aside>
<section id="comments" class="comments"><h3>1 comment</h3><div class="comment"><time
 datetime="2011-11-11">11 November 2011</time><p>I think this is a scandal and the mayor should
 resign at once!</p></div></section></main>
<footer><p>&copy; 2007 Harbour Post. All rights reserved. <a href="/i">Imprint</a></p></footer>
</body></html>"""


def page(body: str, head: str = "") -> bytes:
    return f"<html><head>{head}</head><body>{body}</body></html>".encode()


def load(folder: Path, name: str, data: bytes) -> Article:
    (folder / name).write_bytes(data)
    (article,) = load_file(folder / name, folder)
    assert isinstance(article, Article)
    return article


def refusal(data: bytes) -> str:
    with pytest.raises(LoadError) as error:
        read_html(data)
    return str(error.value)


class TestNewsPage:
    @pytest.mark.parametrize("suffix", [".html", ".htm", ".xhtml", ".HTML"])
    def test_it_is_an_article(self, tmp_path: Path, suffix: str) -> None:
        article = load(tmp_path, f"saved{suffix}", NEWS.encode())
        assert article.title == "Ferry talks end without a deal"
        assert (article.author, article.date) == ("Ann Lee, Bob Ray", "2007-05-31")
        assert article.url == "https://post.example.com/2007/05/ferry-talks"
        for span, stated in (
            (article.header.title, article.title),
            (article.header.author, article.author),
            (article.header.date, article.date),
        ):
            assert span is not None
            assert article.text[span.start : span.end] == stated

    def test_the_body_is_the_main_text_alone(self, tmp_path: Path) -> None:
        article = load(tmp_path, "saved.html", NEWS.encode())
        below = (
            SECOND,
            "- A pier on the north side of the harbour\n- Boats every hour in winter",
            QUOTED,
        )
        assert [article.text[start:end] for start, end in article.body] == [
            FIRST,
            "\n\n".join(below),
            f"2006 | Passengers: 74,500\n\n{LAST}",
        ]


GERMAN = (
    "Über die Fähre sprach Bürgermeister Jürgen Groß am Donnerstag vier Stunden lang; „größer“."
)


class TestEncodings:
    @pytest.mark.parametrize(
        "label", ["windows-1252", "iso-8859-1", '"Windows-1252"', "cp1252", "nonsense"]
    )
    def test_western_by_its_label(self, label: str) -> None:
        head = f"<meta http-equiv=Content-Type content='text/html; charset={label}'>"
        if label.startswith('"'):
            head = f"<meta charset={label}>"
        data = page(f"<p>{GERMAN}</p>", head).decode().encode("cp1252")
        assert read_html(data).blocks == (Block("paragraph", GERMAN),)

    @pytest.mark.parametrize(
        ("label", "encoding", "text"),
        [
            ("windows-1251", "cp1251", "Переговоры о пароме длились в четверг четыре часа."),
            ("gb2312", "gb18030", "渡轮谈判星期四持续了四个小时，镇长镕说。"),
            ("Shift_JIS", "cp932", "フェリーの会談は木曜日に四時間続いた、と町長は述べた①。"),
            (
                "iso-2022-jp",
                "iso-2022-jp",
                "フェリーの会談は木曜日に四時間続いた、と町長は述べた。",
            ),
            ("windows-1256", "cp1256", "استمرت محادثات العبارة يوم الخميس أربع ساعات."),
        ],
    )
    def test_others_by_their_label(self, label: str, encoding: str, text: str) -> None:
        data = page(f"<p>{text}</p>", f'<meta charset="{label}">').decode().encode(encoding)
        assert read_html(data).blocks == (Block("paragraph", text),)

    def test_a_byte_that_does_not_fit_is_replaced(self) -> None:
        data = page(f"<p>{GERMAN}</p>", "<meta charset=utf-8>").replace("Ü".encode(), b"\xc3", 1)
        assert read_html(data).blocks == (Block("paragraph", GERMAN.replace("Ü", "\ufffd")),)


STRIKE = (
    "The miners of Longhall stopped work on Sunday night and put up tents in front of the gates.",
    "Their speaker said the mine owes them wages for three months, and that they would stay.",
    "The owner, a company from the capital, did not answer questions and closed its office.",
)
PARAGRAPHS = "".join(f"<p>{text}</p>" for text in STRIKE)
CAPTION = "Nora Veil, who leads the union, in front of the gate."
FACT = "The mine of Longhall employs 640 people and was opened in 1931."
CORRECTION = "Correction: An earlier version said that the mine owes wages for two months."


def news(body: str, head: str = "") -> bytes:
    menu = "<nav><ul><li><a href=/>Home</a></li><li><a href=/s>Sport</a></li></ul></nav>"
    footer = "<footer><p>© 2024 Harbour Post. All rights reserved.</p></footer>"
    return page(f"<header>{menu}</header>{body}{footer}", f"<title>Strike</title>{head}")


class TestWhatStandsInTheMidst:
    @pytest.mark.parametrize(
        ("part", "kind", "text"),
        [
            (f"<figure><img src=a><figcaption>{CAPTION}</figcaption></figure>", "caption", CAPTION),
            (f"<div><img src=a><p class='wp-caption-text'>{CAPTION}</p></div>", "caption", CAPTION),
            (f"<aside><h3>The mine</h3><p>{FACT}</p></aside>", "paragraph", FACT),
            (f"<div class='sidebar widget'><h3>Facts</h3><p>{FACT}</p></div>", "paragraph", FACT),
            (f"<details><summary>The mine</summary><p>{FACT}</p></details>", "paragraph", FACT),
            (f"<footer><p>{CORRECTION}</p></footer>", "paragraph", CORRECTION),
            ("<ul><li>one thing</li><li>another</li></ul>", "list", "- one thing\n- another"),
            ("<table><tr><th>Town<th>Votes<tr><td>Sarn<td>12</table>", "table",
             "Town | Votes\nSarn | Votes: 12"),
            ("<blockquote><p>They promised it.</p><footer>Nora Veil</footer></blockquote>",
             "paragraph", "They promised it. — Nora Veil"),
            ("<figure><blockquote>They promised it.</blockquote><figcaption>Nora Veil</figcaption>"
             "</figure>", "paragraph", "They promised it. — Nora Veil"),
            ("<blockquote><p>They promised it.</p><p>— Nora Veil</p></blockquote>",
             "paragraph", "They promised it. — Nora Veil"),
            ("<div><span>9 May</span><span>The company offers 5 percent.</span></div>",
             "paragraph", "9 May The company offers 5 percent."),
        ],
    )  # fmt: skip
    @pytest.mark.parametrize("is_below", [False, True])
    def test_it_is_read(self, part: str, kind: str, text: str, is_below: bool) -> None:
        last = f"<p>{LAST}</p>"
        inner = f"{PARAGRAPHS}{last}{part}" if is_below else f"{PARAGRAPHS}{part}{last}"
        document = read_html(news(f"<main><article><h1>Strike</h1>{inner}</article></main>"))
        found = [(block.kind, block.text) for block in document.blocks]
        if not (is_below and part.startswith(("<div><span>", "<blockquote", "<figure><b"))):
            assert (kind, text) in found
        assert {block.text for block in document.blocks} >= {*STRIKE, LAST}
        assert not any("rights reserved" in block.text for block in document.blocks)

    @pytest.mark.parametrize(
        "post",
        [
            "<li class=post><time>0{0}:00</time><h3>Post {0}</h3><p>{1}</p></li>",
            "<article><header><h2>Post {0}</h2></header><p>{1}</p></article>",
            "<div class=post><h2>Post {0}</h2><div class=post-body><p>{1}</p></div></div>",
            "<section id=s{0}><h2>Post {0}</h2><div itemprop=articleBody>{1}</div></section>",
        ],
    )
    def test_every_post_of_a_live_blog(self, post: str) -> None:
        posts = "".join(post.format(number, text) for number, text in enumerate((*STRIKE, LAST)))
        document = read_html(news(f"<main><h1>Strike: live</h1><div>{posts}</div></main>"))
        texts = [block.text for block in document.blocks]
        assert [text for text in texts if text in (*STRIKE, LAST)] == [*STRIKE, LAST]
        assert {"Post 0", "Post 1", "Post 2", "Post 3"} <= set(texts)

    @pytest.mark.parametrize(
        "body",
        [
            "<table><tr><td><a href=/>Home</a><br><a href=/n>News</a><td><font size=5><b>Strike</b>"
            f"</font><br><br>{'<br><br>'.join(STRIKE)}</table>",
            f"<table><tr><td><a href=/>Home</a><td><h1>Strike</h1>{PARAGRAPHS}</table>",
            f"<form><div class=x>{'<br><br>'.join(STRIKE)}</div></form>",
            f"<story-text>{PARAGRAPHS}</story-text>",
            "<pre>" + "\n\n".join(STRIKE) + "</pre>",
        ],
        ids="breaks layout form custom pre".split(),
    )
    def test_articles_in_odd_containers(self, body: str) -> None:
        texts = [block.text for block in read_html(news(body)).blocks]
        assert texts[-3:] == [*STRIKE]
        assert not any("Home" in text for text in texts)

    def test_a_text_that_only_scripts_show_is_read_from_its_description(self) -> None:
        stated = '{"@type": "NewsArticle", "articleBody": "' + "\\n\\n".join(STRIKE) + '"}'
        head = f'<script type="application/ld+json">{stated}</script>'
        document = read_html(news("<div id=root></div>", head))
        assert [block.text for block in document.blocks] == [*STRIKE]


class TestLimits:
    @pytest.mark.parametrize(
        "data",
        [
            page(""),
            page(f"<nav><ul>{'<li><a href=/x>A headline of the day</a></li>' * 30}</ul></nav>"),
            page("<script>document.write('<p>text</p>')</script>"),
            b"<script>var x = 1;</script>",
            b"<!DOCTYPE html>",
            b"<?xml version='1.0'?>",
            page("<p>Please enable JavaScript to read this page.</p>"),
            page("<h1>Access Denied</h1><p>You don't have permission to see this page.</p>"),
            page("<h1>Are you a robot?</h1><p>Please show that you are none.</p>"),
            page("<h1>503 Service Temporarily Unavailable</h1><hr><center>nginx</center>"),
            page("<h1>Not Found</h1><p>The address was not found on this server.</p>"),
        ],
        ids="empty menu script bare doctype xml javascript denied robot 503 404".split(),
    )
    def test_a_page_without_text(self, data: bytes) -> None:
        assert refusal(data) == (
            "no article is in this page: open it, and save it again when its text is shown"
        )

    @pytest.mark.parametrize("depth", [300, 2000, 40_000])
    def test_a_nested_page(self, depth: int) -> None:
        started = time.process_time()
        reason = refusal(page("<div>" * depth + f"<p>{FIRST}</p>" + "</div>" * depth))
        assert reason == "its tags lie more than 250 deep: save it as PDF or text"
        assert time.process_time() - started < 5

    def test_an_article_that_only_speaks_of_errors_is_one(self) -> None:
        said = "<p>The new forms need JavaScript; access was denied to nobody, he said.</p>"
        assert len(read_html(news(f"<article>{PARAGRAPHS}{said}</article>")).blocks) >= 4
        assert read_html(page("<p>The page showed 503 Service Unavailable, he said.</p>")).blocks

    def test_a_page_of_many_tags(self) -> None:
        assert refusal(page("<b>x" * MOST_TAGS)) == (
            "it has more than 100,000 tags: split it, or save it as text"
        )

    @pytest.mark.parametrize("size", range(0, len(NEWS), 401))
    def test_a_page_cut_short(self, size: int) -> None:
        try:
            document = read_html(NEWS[:size].encode())
        except LoadError:
            return
        assert document.blocks


def saved_with_pictures(html: str, charset: str) -> bytes:
    message = EmailMessage(policy=SMTP)
    message["From"] = "<Saved by Blink>"
    message["Snapshot-Content-Location"] = "https://post.example.com/talks"
    message["Subject"] = "Ferry talks"
    message["Date"] = "Tue, 3 Mar 2020 10:00:00 -0000"
    message.set_content(html, subtype="html", charset=charset, cte="quoted-printable")
    message.make_related()
    message.add_related(b"\x89PNG", maintype="image", subtype="png", cid="<a@x>")
    return bytes(message)


class TestMhtml:
    @pytest.mark.parametrize("charset", ["utf-8", "windows-1252"])
    def test_the_page_in_it_is_the_article(self, tmp_path: Path, charset: str) -> None:
        html = page(f"<h1>Fähre</h1><p>{GERMAN}</p>").decode()
        article = load(tmp_path, "a.mhtml", saved_with_pictures(html, charset))
        assert (article.title, article.url) == ("Fähre", "https://post.example.com/talks")
        assert [article.text[start:end] for start, end in article.body] == [GERMAN]
        assert article.date is None  # the day it was saved is not the day it was published

    @pytest.mark.parametrize(
        ("data", "reason"),
        [
            (b"no page at all", "no page is in it: save it again as .html"),
            (b"Content-Type: text/plain\r\n\r\ntext", "no page is in it: save it again as .html"),
        ],
    )
    def test_without_a_page(self, data: bytes, reason: str) -> None:
        with pytest.raises(LoadError) as error:
            read_mhtml(data)
        assert str(error.value) == reason
