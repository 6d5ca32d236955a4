"""A quote with its reference, to be pasted elsewhere: plain, Markdown or BibTeX; pure."""

from __future__ import annotations

import hashlib
import re
import unicodedata

from rag.answer.cite import format_date
from rag.shown.escaping import escape_bibtex, escape_markdown, one_line, safe_url
from rag.types import Answer, Citation

_MONTHS = "jan feb mar apr may jun jul aug sep oct nov dec".split()
"""Macros that every BibTeX style knows."""
_KEY_WORD_CHARS = 20


def url_of(answer: Answer, citation: Citation) -> str | None:
    """Where the cited article came from, as the hits of its answer tell."""
    urls = {hit.article.id: hit.article.url for hit in answer.hits}
    return urls.get(citation.article_id)


def reference_plain(citation: Citation, url: str | None = None) -> str:
    """``“Quote” — Author, “Title”, 31 May 2007, talks.txt, https://…`` on one line."""
    known = [
        one_line(citation.author or ""),
        f"“{one_line(citation.title)}”" if one_line(citation.title) else "",
        one_line(format_date(citation.date)) if citation.date else "",
        one_line(citation.source),
        safe_url(url) or "",
    ]
    return f"“{one_line(citation.quote)}” — {', '.join(filter(None, known))}"


def reference_markdown(citation: Citation, url: str | None = None) -> str:
    """The quote as a block quotation, its reference under it."""
    return f"> “{escape_markdown(citation.quote)}”\n>\n> — {source_markdown(citation, url)}\n"


def source_markdown(citation: Citation, url: str | None = None) -> str:
    """Author, title, date, file and link of a citation as one line of Markdown."""
    title, address = escape_markdown(citation.title), safe_url(url)
    known = [
        escape_markdown(citation.author or ""),
        f"*{title}*" if title else "",
        escape_markdown(format_date(citation.date)) if citation.date else "",
        escape_markdown(citation.source),
        f"[original](<{address.replace('&', '&amp;')}>)" if address else "",
    ]
    return ", ".join(filter(None, known))


def bibtex(citation: Citation, url: str | None = None) -> str:
    """A BibTeX entry of the article with the quote as its note.

    The type is @misc, since no article says in which journal it appeared, and @article needs one.
    A date that is not ISO 8601 stands as the year, which BibTeX lets be any text.
    """
    address = safe_url(url)
    fields = {
        "author": _authors(citation.author or ""),
        "title": f"{{{{{escape_bibtex(citation.title)}}}}}",  # two pairs keep its capitals
        **_date_fields(citation.date),
        "howpublished": f"{{{escape_bibtex(citation.source)}}}",
        "url": f"{{{address}}}" if address else "",
        "note": f"{{“{escape_bibtex(citation.quote)}”}}",
    }
    lines = "".join(f"  {name} = {value},\n" for name, value in fields.items() if value.strip("{}"))
    return f"@misc{{{citation_key(citation)},\n{lines}}}\n"


def citation_key(citation: Citation) -> str:
    """A key such as ``symonds2007talks-1f3a9c02``, the same wherever this quote is cited.

    Its end tells quotes of one article apart, so that entries copied one by one can be joined.
    """
    author, title = _ascii_words(citation.author or ""), _ascii_words(citation.title)
    first = next((word for word in title if len(word) > 3), "")
    year = re.match(r"\d{4}(?!\d)", citation.date or "", re.ASCII)
    named = f"{author[-1] if author else ''}{year[0] if year else ''}{first}" or "source"
    place = f"{citation.article_id}\0{citation.start}\0{citation.end}\0{citation.quote}"
    digest = hashlib.blake2s(place.encode("utf-8", "surrogatepass"), digest_size=4).hexdigest()
    return f"{named}-{digest}"


def _ascii_words(text: str) -> list[str]:
    ascii_only = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
    return [word[:_KEY_WORD_CHARS] for word in re.findall(r"[a-z]+", ascii_only)]


def _authors(names: str) -> str:
    """Names that " and " joins, as BibTeX wants; with a comma it is safer not to be parsed."""
    escaped = escape_bibtex(names)
    return f"{{{{{escaped}}}}}" if "," in escaped else f"{{{escaped}}}"


def _date_fields(date: str | None) -> dict[str, str]:
    if not date:
        return {}
    parts = re.fullmatch(r"(\d{4})(?:-(\d\d)(?:-(\d\d))?)?", date, re.ASCII)
    if not parts or not 1 <= int(parts[2] or 1) <= 12:
        return {"year": f"{{{escape_bibtex(date)}}}"}
    fields = {"year": f"{{{parts[1]}}}"}
    if parts[2]:
        fields["month"] = _MONTHS[int(parts[2]) - 1]
    if parts[3]:
        fields["day"] = f"{{{int(parts[3])}}}"
    return fields
