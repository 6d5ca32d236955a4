"""What a web page says of itself: JSON-LD first, then meta tags, then marked parts of its text.

Only what the page states as its own is taken. trafilatura and htmldate guess beyond that (dates of
pictures, of events in the text, of the last change), which would end up in footnotes.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from html import unescape
from typing import TYPE_CHECKING, Any
from urllib.parse import urljoin

from rag.load.decode import clean
from rag.load.document import is_web_address, words_of
from rag.load.masthead import UPDATED, authors_in, believable
from rag.text.dates import find_date

if TYPE_CHECKING:
    from lxml.html import HtmlElement

_TITLE_NAMES = "og:title twitter:title citation_title dc.title dcterms.title headline".split()
_AUTHOR_NAMES = (
    "author article:author og:article:author citation_author dc.creator dcterms.creator byl"
    " parsely-author sailthru.author"
).split()
_DATE_NAMES = (
    "article:published_time og:published_time og:article:published_time datepublished"
    " citation_publication_date citation_date dc.date.issued dcterms.issued dcterms.created dc.date"
    " dcterms.date parsely-pub-date sailthru.date publish-date publishdate publish_date"
    " publication_date pubdate date"
).split()
_URL_NAMES = ("og:url", "twitter:url")
_SITE_NAMES = ("og:site_name", "application-name")
_ARTICLE_TYPES = re.compile(r"(?:article|posting|report|review)$", re.IGNORECASE)
_PAGE_TYPES = re.compile(r"webpage$", re.IGNORECASE)
SURROUNDING = re.compile(
    r"(?:^|[\s_-])(?:nav|menu|breadcrumbs?|shar(?:e|ing)|social|related|recirc|newsletters?|signup"
    r"|subscri(?:be|ption)|teasers?|comments?|cookies?|consent|ads?|advert\w*|sponsor\w*"
    r"|taboola|outbrain|tags?|toolbar|popular|trending|recommend\w*|more-on|most"
    r"|paywall|footer|print)(?:$|[\s_-])",
    re.IGNORECASE,
)
"""In the class or id of what surrounds a page's article."""
_OTHER_ARTICLE = ".//*[self::h2 or self::h3 or self::h4][.//a or ancestor::a]"
_BYLINES = (
    "//*[@itemprop='author' or @rel='author']",
    "//*[contains(concat(' ', @class, ' '), ' byline ')]",
    "//*[contains(concat(' ', @class, ' '), ' author ')]",
)
_TIMES = (
    "//*[@itemprop='datePublished']",
    "//time[@pubdate]",
    "//article//time | //header//time",
    "//time",
)
_BEFORE_SITE = re.compile(r"\s+(?:\||•|·|::|»|-|–|—)\s+")
_SURELY_BEFORE_SITE = ("|", "•", "·", "::", "»")


def webpage_metadata(page: HtmlElement, saved_from: str = "") -> tuple[dict[str, str], str]:
    """Title, author, ISO date of publication and canonical address, as far as the page has them;
    and the article's text, if scripts are told it ("" else).

    ``saved_from`` is the address that the browser noted on saving, or "".
    """
    stated = _stated_in_json(page)
    meta = _meta_tags(page)
    found = {
        "title": _title(page, stated, meta),
        "author": _author(page, stated, meta),
        "date": _date(page, stated, meta),
        "url": _address(page, stated, meta, saved_from),
    }
    text = clean(unescape(words_of(stated.get("articleBody"))))
    return {field: value for field, value in found.items() if value}, text


def _title(page: HtmlElement, stated: Mapping[str, Any], meta: Mapping[str, list[str]]) -> str:
    headings = [_text(heading) for heading in page.iter("h1")]
    candidates = (
        _line(words_of(stated.get("headline") or stated.get("name"))),
        *_values(meta, _TITLE_NAMES),
        headings[0] if len(headings) == 1 else "",
        next((_text(title) for title in page.iter("title")), ""),
    )
    title = next(filter(None, map(believable, candidates)), "")
    separators = list(_BEFORE_SITE.finditer(title))
    if not separators:
        return title
    last = separators[-1]  # "Ferry talks end | Harbour Post"
    site = title[last.end() :].lower()
    shown = (_text(body).lower() for body in page.iter("body"))
    is_site = (
        last[0].strip() in _SURELY_BEFORE_SITE
        or site in map(str.lower, _values(meta, _SITE_NAMES))
        or any(re.search(rf"© .{{0,30}}{re.escape(site)}", words) for words in shown)
    )
    return title[: last.start()] if is_site else title


def _author(page: HtmlElement, stated: Mapping[str, Any], meta: Mapping[str, list[str]]) -> str:
    said = [words_of(stated.get("author"))], *(meta.get(name, ()) for name in _AUTHOR_NAMES)
    for values in said:
        believed = (re.sub(r"^by\s+", "", believable(_line(v)), flags=re.I) for v in values)
        names = [name for name in believed if name and not is_web_address(name) and "@" not in name]
        if author := believable(", ".join(dict.fromkeys(names))):
            return author
    for path in _BYLINES:
        for element in _near_title(page, path):
            text = _text(element)
            if named := authors_in(text) or authors_in(f"By {text}"):
                return believable(named)
    return ""


def _near_title(page: HtmlElement, path: str) -> list[HtmlElement]:
    """The elements that speak of the page's own article: those nearest to its title."""
    elements = [element for element in page.xpath(path) if _is_own(element)]
    for around in next(page.iter("h1"), page).iterancestors():
        if near := [each for each in elements if around in each.iterancestors()]:
            return near
    return elements


def _is_own(element: HtmlElement) -> bool:
    """Whether an element lies in no menu, comment or teaser of another article."""
    return not any(
        around.tag in ("nav", "aside", "footer")
        or SURROUNDING.search(f"{around.get('class', '')} {around.get('id', '')}")
        or (
            around.tag in ("article", "li")
            and around.find(".//h1") is None
            and around.xpath(_OTHER_ARTICLE)
        )
        for around in element.iterancestors()
    )


def _date(page: HtmlElement, stated: Mapping[str, Any], meta: Mapping[str, list[str]]) -> str:
    for words in (words_of(stated.get("datePublished")), *_values(meta, _DATE_NAMES)):
        if date := find_date(words):
            return date[0]
    for path in _TIMES:
        found: list[str] = []
        for element in _near_title(page, path):
            said = (element.get("datetime"), element.get("content"), _text(element))
            dates = [date[0] for words in said if words and (date := find_date(words))]
            if dates and not UPDATED.search(_label(element)):
                found.append(dates[0])
        if found:
            is_latest_first = found == sorted(found, reverse=True)  # a live blog
            return found[-1 if is_latest_first else 0]
    return ""


def _label(element: HtmlElement) -> str:
    """What stands before a date, and how the page names it."""
    before, parent = element.getprevious(), element.getparent()
    words = parent.text if before is None else before.tail or _text(before)
    names = (each.get(name, "") for each in (element, parent) for name in ("class", "itemprop"))
    return " ".join((*names, (words or "")[-30:]))


def _address(
    page: HtmlElement, stated: Mapping[str, Any], meta: Mapping[str, list[str]], saved_from: str
) -> str:
    base: str = next((base.get("href", "") for base in page.iter("base")), "") or saved_from
    links = (link for link in page.iter("link") if "canonical" in link.get("rel", "").lower())
    main_page = stated.get("mainEntityOfPage")
    for candidate in (
        *(link.get("href", "") for link in links),
        *_values(meta, _URL_NAMES),
        words_of(stated.get("url")),
        main_page.get("@id", "") if isinstance(main_page, dict) else words_of(main_page),
        saved_from,
    ):
        address = str(candidate).strip()
        try:
            address = urljoin(base, address) if address and is_web_address(base) else address
        except ValueError:  # "http://[" and the like
            continue
        if is_web_address(address) and not re.search(r"\s", address):
            return address
    return ""


def _stated_in_json(page: HtmlElement) -> Mapping[str, Any]:
    """The article that the page's JSON-LD describes, else the page itself; empty without either.

    Of several articles it is the one that has the page's title.
    """
    scripts = (s.text or "" for s in page.iter("script") if "ld+json" in s.get("type", "").lower())
    nodes = [node for script in scripts for node in _nodes(_json_in(script))]
    titles = [_text(title) for title in page.iter("h1", "title")]
    articles = [node for node in nodes if _ARTICLE_TYPES.search(words_of(node.get("@type")))]
    own = [node for node in articles if _line(words_of(node.get("headline"))) in titles]
    pages = [node for node in nodes if _PAGE_TYPES.search(words_of(node.get("@type")))]
    stated = next(iter([*own, *articles, *pages]), {})
    named = {str(node["@id"]): node for node in nodes if "@id" in node and "name" in node}
    author = stated.get("author", stated.get("creator"))
    authors = [
        named.get(str(each.get("@id")), each) if isinstance(each, dict) else each
        for each in (author if isinstance(author, list) else [author])
    ]
    return {**stated, "author": authors}


def _json_in(script: str) -> object:
    """The first JSON value in a script; line breaks within strings are let pass."""
    script = script.replace("<![CDATA[", "")
    start = re.search(r"[{\[]", script)
    try:
        return (
            json.JSONDecoder(strict=False).raw_decode(script, start.start())[0] if start else None
        )
    except (ValueError, RecursionError):
        return None


def _nodes(value: object) -> Iterator[Mapping[str, Any]]:
    """The objects within a value that describe what the page holds, outer ones first."""
    pending = [value]
    for each in pending:
        if isinstance(each, dict):
            yield each
            pending += (each[key] for key in ("@graph", "mainEntity") if key in each)
        elif isinstance(each, list):
            pending += each


def _meta_tags(page: HtmlElement) -> dict[str, list[str]]:
    """The contents of meta tags by name, property or itemprop, in lower case."""
    found: dict[str, list[str]] = {}
    for tag in page.iter("meta"):
        content = _line(tag.get("content", ""))
        for attribute in ("property", "name", "itemprop"):
            if content and (name := tag.get(attribute, "").strip().lower()):
                found.setdefault(name, []).append(content)
    return found


def _values(meta: Mapping[str, list[str]], names: Iterable[str]) -> Iterator[str]:
    for name in names:
        yield from meta.get(name, ())


def _text(element: HtmlElement) -> str:
    return _line(" ".join(element.itertext()))


def _line(words: str) -> str:
    return " ".join(clean(unescape(words)).split())
