from __future__ import annotations

import pytest
from lxml.html import document_fromstring

from rag.load.webpage_metadata import webpage_metadata


def found(head: str = "", body: str = "", saved_from: str = "") -> dict[str, str]:
    page = document_fromstring(f"<html><head>{head}</head><body>{body}<p>Text.</p></body></html>")
    return webpage_metadata(page, saved_from)[0]


def json_ld(value: str) -> str:
    return f'<script type="application/ld+json">{value}</script>'


def meta(**contents: str) -> str:
    return "".join(f'<meta name="{name}" content="{value}">' for name, value in contents.items())


def test_a_page_that_says_nothing() -> None:
    assert found() == {}


@pytest.mark.parametrize(
    "value",
    [
        '{"@type": "NewsArticle", "headline": "Talks", "datePublished": "2007-05-31",'
        ' "author": {"name": "Ann Lee"}, "url": "https://example.com/a"}',
        '[{"@type": "Organization", "name": "Post"}, {"@type": ["Thing", "BlogPosting"],'
        ' "headline": "Talks", "datePublished": "31 May 2007", "author": "Ann Lee",'
        ' "mainEntityOfPage": "https://example.com/a"}]',
        '{"@graph": [{"@type": "WebPage", "name": "Site", "datePublished": "1999-01-01"},'
        ' {"@type": "Article", "headline": "Talks", "datePublished": "2007-05-31T23:30:00Z",'
        ' "author": [{"name": "Ann Lee"}], "mainEntityOfPage": {"@id": "https://example.com/a"}}]}',
        '//<![CDATA[\n{"@type": "WebPage", "mainEntity": {"@type": "Report", "headline": "\nTalks",'
        ' "datePublished": "2007-05-31", "author": "Ann Lee", "url": "https://example.com/a"}}\n//]]>',
    ],
    ids="object list graph entity".split(),
)
def test_json_ld(value: str) -> None:
    stated = found(json_ld(value) + meta(author="Web Desk", date="2001-01-01"))
    assert stated == {
        "title": "Talks",
        "author": "Ann Lee",
        "date": "2007-05-31",
        "url": "https://example.com/a",
    }


@pytest.mark.parametrize(
    "value", ["", "{", "[" * 100_000, '"text"', "[1, null]", '{"@type": 7, "author": true}']
)
def test_json_ld_that_says_nothing(value: str) -> None:
    assert found(json_ld(value)) == {}


@pytest.mark.parametrize(
    ("head", "title"),
    [
        ("<title>Talks | Harbour Post</title>", "Talks"),
        ("<title>Talks - a farce</title>", "Talks - a farce"),
        ("<title>Talks - Post</title><meta property=og:site_name content=Post>", "Talks"),
        ("<meta property=og:title content='Ann &amp;amp; Bob'><title>x</title>", "Ann & Bob"),
        ("<title>Untitled</title>", None),
    ],
)
def test_title(head: str, title: str | None) -> None:
    assert found(head).get("title") == title


def test_a_sole_heading_goes_before_the_title_of_the_window() -> None:
    assert found("<title>Post</title>", "<h1>Talks</h1>")["title"] == "Talks"
    assert found("<title>Talks</title>", "<h1>Post</h1><h1>News</h1>")["title"] == "Talks"


@pytest.mark.parametrize(
    ("head", "body", "author"),
    [
        ('<meta name="Author" content="By Ann Lee">', "", "Ann Lee"),
        (meta(citation_author="Ann Lee") + meta(citation_author="Bob Ray"), "", "Ann Lee, Bob Ray"),
        (
            '<meta property="article:author" content="https://example.com/ann">',
            '<a rel="author">Ann Lee</a>',
            "Ann Lee",
        ),
        (meta(author="admin"), '<p class="byline">Von Anna Schmidt in Berlin</p>', "Anna Schmidt"),
        (meta(author="desk@example.com"), '<p class="byline">Por Luis García</p>', "Luis García"),
        ("", '<div class="comments"><span class="author">Troll King</span></div>', None),
        ("", '<p class="byline">Published on the front page of our website today</p>', None),
    ],
)
def test_author(head: str, body: str, author: str | None) -> None:
    assert found(head, body).get("author") == author


@pytest.mark.parametrize(
    ("head", "body", "date"),
    [
        (
            '<meta property="article:published_time" content="2007-05-31T22:10:00Z">',
            "",
            "2007-05-31",
        ),
        (meta(citation_date="2007/05/31"), "", "2007-05-31"),
        ('<meta property="article:modified_time" content="2009-01-02">', "", None),
        ("", '<time datetime="2007-05-31T22:10">yesterday</time>', "2007-05-31"),
        ("", "<time>31. Mai 2007</time>", "2007-05-31"),
        (
            "",
            "<aside><time>1 June 2009</time></aside><time>2 June 2009</time>"
            "<article><time>31 May 2007</time></article>",
            "2007-05-31",
        ),
        ("", '<div id="comments"><time datetime="2009-01-02">x</time></div>', None),
        ("", "<p>The war began on 20 March 2003.</p>", None),
    ],
)
def test_date(head: str, body: str, date: str | None) -> None:
    assert found(head, body).get("date") == date


ADDRESS = "https://example.com/a?b=1"


@pytest.mark.parametrize(
    ("head", "saved_from", "address"),
    [
        (f'<link rel="canonical" href="{ADDRESS}">', "https://example.com/a?utm=2", ADDRESS),
        ('<link rel="canonical" href="/a?b=1">', "https://example.com/z", ADDRESS),
        ('<base href="https://example.com/"><link rel="canonical" href="a?b=1">', "", ADDRESS),
        ('<link rel="canonical" href="a">', "", None),
        (
            '<link rel="canonical" href="http://[">',
            "https://example.com/z",
            "https://example.com/z",
        ),
        ('<link rel="canonical" href="javascript:alert(1)">', "", None),
    ],
)
def test_address(head: str, saved_from: str, address: str | None) -> None:
    assert found(head, saved_from=saved_from).get("url") == address


def test_authors_that_are_only_referred_to() -> None:
    graph = (
        '{"@graph": [{"@type": "Article", "headline": "Talks", "author": [{"@id": "#a"}, {"@id":'
        ' "#b"}]}, {"@type": "Person", "@id": "#a", "name": "Ann Lee"}]}'
    )
    other = '{"@type": "Person", "@id": "#b", "name": "Bob Ray"}'
    assert found(json_ld(graph) + json_ld(other))["author"] == "Ann Lee, Bob Ray"


def test_of_several_articles_the_one_with_the_pages_title() -> None:
    several = (
        '[{"@type": "NewsArticle", "headline": "Other", "author": "Bob Ray"},'
        ' {"@type": "NewsArticle", "headline": "Talks", "author": "Ann Lee"}]'
    )
    assert found(json_ld(several), "<h1>Talks</h1>")["author"] == "Ann Lee"


def test_neither_a_teaser_nor_an_update_dates_the_article() -> None:
    teaser = (
        "<article><h3><a href=/x>Other</a></h3><span class=author>Bob Ray</span>"
        '<time datetime="2021-01-01">x</time></article>'
    )
    own = (
        "<main><h1>Talks</h1><span class=author>Ann Lee</span>"
        '<p>Updated <time datetime="2019-06-01">'
        '</time></p><p>Published <time datetime="2019-05-03"></time></p></main>'
    )
    stated = found("", f"{teaser}{own}<div class=related>{teaser}</div>")
    assert (stated["author"], stated["date"]) == ("Ann Lee", "2019-05-03")


def test_a_live_blog_began_on_the_day_of_its_first_post() -> None:
    posts = "".join(f'<div><time datetime="2024-02-0{day}"></time></div>' for day in (5, 4, 3))
    assert found("", f"<main><h1>Storm</h1>{posts}</main>")["date"] == "2024-02-03"
