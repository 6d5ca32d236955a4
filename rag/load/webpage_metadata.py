"""What a web page says of itself: JSON-LD first, then meta tags, then marked parts of its text.

Only what the page states as its own is taken. trafilatura and htmldate guess beyond that (dates of
pictures, of events in the text, of the last change), which would end up in footnotes.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from html import unescape
from itertools import chain
from typing import TYPE_CHECKING, Any
from urllib.parse import urljoin

from rag.load.byline import authors_in
from rag.load.dates import find_date
from rag.load.decode import clean
from rag.load.document import is_web_address, words_of
from rag.load.properties import believable

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
    r"|subscri(?:be|ption)|promo|teasers?|comments?|cookies?|consent|ads?|advert\w*|sponsor\w*"
    r"|taboola|outbrain|tags?|toolbar|widget|popular|trending|recommend\w*|more-on|most|sidebar"
    r"|paywall|footer|print)(?:$|[\s_-])",
    re.IGNORECASE,
)
"""In the class or id of what surrounds a page's article."""
_OTHER_ARTICLE = ".//*[self::h2 or self::h3 or self::h4][.//a or ancestor::a]"
_UPDATED = re.compile(
    r"updat|modif|edited|correct|revis|aktualis|geändert|à jour|actualiz|aggiorn", re.IGNORECASE
)
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
_MOST_NODES = 10_000
"""Of one page's JSON-LD."""


def webpage_metadata(page: HtmlElement, saved_from: str = "") -> dict[str, str]:
    """Title, author, ISO date of publication and canonical address, as far as the page has them.

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
    return {field: value for field, value in found.items() if value}


def stated_text(page: HtmlElement) -> str:
    """The text of the article as the page's JSON-LD has it, "" where it has none."""
    return clean(unescape(words_of(_stated_in_json(page).get("articleBody"))))


def _title(page: HtmlElement, stated: Mapping[str, Any], meta: Mapping[str, list[str]]) -> str:
    site = next(_values(meta, _SITE_NAMES), "")
    headings = [_text(heading) for heading in page.iter("h1")]
    candidates = (
        _line(words_of(stated.get("headline") or stated.get("name"))),
        *_values(meta, _TITLE_NAMES),
        headings[0] if len(headings) == 1 else "",
        next((_text(title) for title in page.iter("title")), ""),
    )
    return next(filter(None, (_without_site(believable(each), site) for each in candidates)), "")


def _without_site(title: str, site: str) -> str:
    """The title without the site's name behind it, as in "Ferry talks end | Harbour Post"."""
    separators = list(_BEFORE_SITE.finditer(title))
    if not separators:
        return title
    last = separators[-1]
    is_site = title[last.end() :].lower() == site.lower()
    return title[: last.start()] if is_site or last[0].strip() in _SURELY_BEFORE_SITE else title


def _author(page: HtmlElement, stated: Mapping[str, Any], meta: Mapping[str, list[str]]) -> str:
    if author := _names([_line(words_of(stated.get("author")))]):
        return author
    for name in _AUTHOR_NAMES:
        if author := _names(meta.get(name, ())):
            return author
    for path in _BYLINES:
        for element in _near_title(page, path):
            text = _text(element)
            if names := authors_in(text) or authors_in(f"By {text}"):
                return believable(names)
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


def _names(values: Iterable[str]) -> str:
    """The values as one line of names; "" where they are addresses or a program's words."""
    names = (re.sub(r"^by\s+", "", believable(value), flags=re.IGNORECASE) for value in values)
    kept = [name for name in names if name and not is_web_address(name) and "@" not in name]
    return believable(", ".join(dict.fromkeys(kept)))


def _date(page: HtmlElement, stated: Mapping[str, Any], meta: Mapping[str, list[str]]) -> str:
    for words in (words_of(stated.get("datePublished")), *_values(meta, _DATE_NAMES)):
        if date := find_date(words):
            return date[0]
    for path in _TIMES:
        found: list[str] = []
        for element in _near_title(page, path):
            said = (element.get("datetime"), element.get("content"), _text(element))
            dates = [date[0] for words in said if words and (date := find_date(words))]
            if dates and not _UPDATED.search(_label(element)):
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
    base = next((base.get("href", "") for base in page.iter("base")), "") or saved_from
    canonical = (
        link.get("href", "").strip()
        for link in page.iter("link")
        if "canonical" in link.get("rel", "").lower().split()
    )
    main_page = stated.get("mainEntityOfPage")
    if isinstance(main_page, dict):
        main_page = main_page.get("@id")
    candidates: tuple[str, ...] = (
        *canonical,
        *_values(meta, _URL_NAMES),
        _line(words_of(stated.get("url"))),
        _line(words_of(main_page)),
        saved_from,
    )
    for candidate in filter(None, candidates):
        try:
            address = urljoin(base, candidate) if is_web_address(base) else candidate
        except ValueError:  # "http://[" and the like
            continue
        if is_web_address(address) and not re.search(r"\s", address):
            return address
    return ""


def _stated_in_json(page: HtmlElement) -> Mapping[str, Any]:
    """The article that the page's JSON-LD describes, else the page itself; empty without either.

    Of several articles it is the one that has the page's title.
    """
    nodes = [
        node
        for script in page.iter("script")
        if "ld+json" in script.get("type", "").lower()
        for node in _nodes(_json_in(script.text or ""))
    ]
    titles = [_text(title) for title in page.iter("h1", "title")]
    articles = [node for node in nodes if _ARTICLE_TYPES.search(words_of(node.get("@type")))]
    pages = [node for node in nodes if _PAGE_TYPES.search(words_of(node.get("@type")))]
    own = (node for node in articles if _line(words_of(node.get("headline"))) in titles)
    stated = next(chain(own, articles, pages), {})
    named = {str(node["@id"]): node for node in nodes if "@id" in node and "name" in node}
    return {**stated, "author": _resolved(stated.get("author", stated.get("creator")), named)}


def _resolved(value: object, named: Mapping[str, Mapping[str, Any]]) -> object:
    """A value of JSON-LD, with what it only refers to by its id."""
    if isinstance(value, list):
        return [_resolved(each, named) for each in value]
    if isinstance(value, dict) and "name" not in value:
        return named.get(str(value.get("@id")), value)
    return value


def _json_in(script: str) -> object:
    """The first JSON value in a script; line breaks within strings are let pass."""
    script = script.replace("<![CDATA[", "")
    start = re.search(r"[{\[]", script)
    if not start:
        return None
    try:
        value: object = json.JSONDecoder(strict=False).raw_decode(script, start.start())[0]
    except (ValueError, RecursionError):
        return None
    return value


def _nodes(value: object) -> Iterator[Mapping[str, Any]]:
    """The objects within a value, outer ones first."""
    pending = [value]
    for _ in range(_MOST_NODES):
        if not pending:
            return
        node = pending.pop(0)
        if isinstance(node, dict):
            yield node
            pending += [inner for key, inner in node.items() if key in ("@graph", "mainEntity")]
        elif isinstance(node, list):
            pending += node


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
