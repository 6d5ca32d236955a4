"""How a person wants answers made: what their browser keeps, over the server's settings; pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qs, urlsplit, urlunsplit

from rag.answer.evidence import MIN_CONFIDENCE
from rag.settings import Settings
from rag.shown.answer_facts import SURE

MOST_QUOTES = 8
"""More can be set for the whole server only."""
SHOWS_MORE = 0.2
"""Shows more: the confidence that is enough, by hand."""
_MAX_ADDRESS_CHARS = 4000


def chosen_settings(address: str, settings: Settings) -> Settings:
    """``settings``, changed as the page's address says (``writes=0&quotes=3&strictness=sure``).

    What names no choice that the page offers is left alone: nobody can ask for more than that.
    """
    given = {
        name: said[0] for name, said in parse_qs(address.lstrip("?")[:_MAX_ADDRESS_CHARS]).items()
    }
    changed: dict[str, Any] = {}
    if given.get("writes") == "0":
        changed["writer"] = ""
    if given.get("quotes", "") in map(str, quote_choices(settings)):
        changed["max_quotes"] = int(given["quotes"])
    if given.get("strictness") in (offered := strictness_choices(settings)):
        changed["min_confidence"] = offered[given["strictness"]]
    return settings.model_copy(update=changed)


def kept_settings(settings: Settings) -> dict[str, Any]:
    """What an answer is made under, as JSON values, to be kept with it: without passwords."""
    kept = settings.model_dump(mode="json", exclude={"milvus"})
    address = urlsplit(settings.writer)
    if "@" in address.netloc:
        machine = address.netloc.rpartition("@")[2]
        kept["writer"] = urlunsplit(address._replace(netloc=machine))
    return kept


def quote_choices(settings: Settings) -> range:
    """How many quotes may be asked for."""
    return range(1, max(MOST_QUOTES, settings.max_quotes) + 1)


def strictness_choices(settings: Settings) -> Mapping[str, float | None]:
    """The confidence that each strictness asks for; "balanced" is the server's."""
    return {**least_confidences(settings), "balanced": settings.min_confidence}


def least_confidences(settings: Settings) -> Mapping[str, float]:
    """The confidence that is enough, for each strictness."""
    balanced = settings.min_confidence
    usual = MIN_CONFIDENCE if balanced is None else balanced
    return {"sure": max(SURE, usual), "balanced": usual, "more": min(SHOWS_MORE, usual)}
