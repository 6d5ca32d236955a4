"""The real server and page over a library without models.

``python -m tests.fake_server PORT FOLDER`` keeps its conversations in FOLDER, and asks who is there
where that holds ``logins``.

Its answers show everything that an answer can: quotes of several articles, articles that differ,
sides, days, groups, lists, sentences that a model wrote, one that was replaced.
"""

from __future__ import annotations

import re
import sys
import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import fields, replace
from itertools import cycle
from pathlib import Path
from typing import Any

from rag.answer.answer import Section, answered
from rag.answer.cite import cite
from rag.types import (
    Answer,
    Article,
    Ask,
    Claim,
    Done,
    Event,
    Filters,
    Hit,
    Kind,
    Passage,
    Quote,
    Retrieved,
    Token,
    Turn,
)
from tests.fake_library import FakeLibrary, article_of

ALL_SPEAKERS = "Who spoke when the ferry terminal opened?"
COST = "What did the ferry terminal cost?"
COST_AND_LENS = "What did the ferry terminal cost, and where did the lens come from?"
LIST = "List the lines"
COMPARE = "Compare the opening and the audit"
TIMELINE = "When did what happen at the terminal?"
SUMMARY = "Sum up the articles on the terminal"
FAILS = "Fail the first time"
LONG = "Tell it all at length"
SLOW = "Tell everything slowly"
"""Goes on, as does what is written out after it, until FOLDER holds a file "go"."""

_TOKEN_SECONDS = 0.1
_FILLER = (
    "The quay was rebuilt in three stages, each of which closed one of the old landings for a "
    "winter. Commuters from the islands were carried by bus around the bay, which took an hour "
    "longer, and the bakeries at the landing moved to the railway station.\n\n"
    "The harbour board published a plan of the works every month. Few read it, said a clerk at the "
    "counter, but those who did came back with questions about parking.\n\n"
)
OPENING = (
    "The new ferry terminal opened on Thursday with a brass band and a thin rain.\n\n"
    "Mayor Ilse Brandt called it the best day of her term. She said that it had cost 48 million "
    "crowns, every one of them voted by the council.\n\n"
    + _FILLER
    + "Captain Jon Aasen, who brought in the first boat, spoke of the islanders' patience.\n\n"
    + _FILLER
    + "The island lines are served by the Terna, the Sula and the Lark.\n"
)
REVIEW = (
    "The ferry terminal cost 61 million crowns, the auditors wrote on Monday, once the road to it "
    "is counted.\n\n"
    + _FILLER
    + "The harbour board disputes the sum and points to its own books.\n"
)
NOTES = (
    "The lighthouse keeper <img src=x onerror=\"document.title='owned'\"> wrote a line every "
    "night. The lighthouse lens <script>document.title='owned'</script> came from Paris by ship. "
    "The lighthouse bell ![x](http://foreign.invalid/x.png) rang [1] twice.\n"
)
ARTICLES = (
    article_of(
        OPENING,
        id="opening",
        title="Ferry terminal opens in the rain",
        author="Ada Lind",
        date="2006-03-02",
        source="2006/opening.txt",
        url="https://harbour-news.example/opening?page=1&print=yes",
    ),
    replace(
        article_of(
            REVIEW,
            id="review",
            title="What the ferry terminal cost",
            author="Tom Berg",
            date="2007-05-31",
            source="2007/review [final].txt",
        ),
        also_in=("2007/wire <b>.txt",),
    ),
    article_of(
        NOTES,
        id="notes",
        title="Lighthouse <img src=x onerror=alert(1)> notes",
        author="<b>Nobody</b>",
        date="1911",
        source="notes\u202etxt.md",
        url="javascript:document.title='owned'",
    ),
)


def _quote(article: Article, text: str, lead: str = "") -> Quote:
    start = article.text.index(text)
    return Quote(article, text, start, start + len(text), score=1.0, lead=lead)


_SPEAKERS = (
    _quote(ARTICLES[0], "Mayor Ilse Brandt called it the best day of her term."),
    _quote(ARTICLES[0], "said that it had cost 48 million crowns", "[Ilse Brandt]"),
    _quote(
        ARTICLES[0],
        "Captain Jon Aasen, who brought in the first boat, spoke of the islanders' patience.",
    ),
    _quote(ARTICLES[1], "The harbour board disputes the sum and points to its own books."),
)
_COSTS = (
    _quote(
        ARTICLES[0],
        "it had cost 48 million crowns, every one of them voted by the council.",
        "Ferry terminal opens in the rain, 2 March 2006:",
    ),
    _quote(
        ARTICLES[1],
        "The ferry terminal cost 61 million crowns",
        "What the ferry terminal cost, 31 May 2007:",
    ),
)
_LENS = _quote(ARTICLES[2], "came from Paris by ship.")
_LINES = tuple(_quote(ARTICLES[0], f"the {name}") for name in ("Terna", "Sula", "Lark"))


class PressLibrary(FakeLibrary):
    """Answers the questions above as written here, and others by looking for words."""

    failed = False

    def __init__(self, go: Path) -> None:
        super().__init__(ARTICLES)
        self._go = go

    def stream(self, question: str, history: Sequence[Turn] = (), **chosen: Any) -> Iterator[Event]:
        if question == FAILS and not self.failed:
            self.failed = True
            raise ZeroDivisionError
        filters = Filters(*(chosen.get(each.name) for each in fields(Filters)))
        answer = _answer_to(question) if filters == Filters() else None
        if answer is None:
            yield from super().stream(question, history, **chosen)
            return
        yield Retrieved(answer.query, answer.hits)
        yield from self._told(question, map(Token, re.findall(r"\S+\s*", answer.text)))
        yield Done(answer)

    def write_out(self, answer: Answer) -> Iterator[Event]:
        *tokens, done = super().write_out(answer)
        yield from self._told(answer.question, tokens)
        yield done

    def _told(self, question: str, tokens: Iterable[Event]) -> Iterator[Event]:
        """The tokens; of what is slow again and again, until the file "go" is there."""
        for token in cycle(tokens) if question == SLOW else tokens:
            yield token
            if question == SLOW and self._go.exists():
                return
            time.sleep(_TOKEN_SECONDS if question == SLOW else 0.0)


def _answer_to(question: str) -> Answer | None:
    if question == LONG:
        return _answer(question, _SPEAKERS, "\n\n".join(_shown(_SPEAKERS) * 12))
    if question in (ALL_SPEAKERS, SLOW, FAILS):
        text = " ".join(_shown(_SPEAKERS)) + "\n\nThe articles do not say who paid the band."
        return _answer(question, _SPEAKERS, text, unanswered=("Who paid the band?",))
    if question == COST:
        remark = "The articles give different answers; see whether they speak of the same thing."
        text = "\n".join([remark, *_shown(_COSTS)])
        return _answer(question, _COSTS, text, differ=True, short="48 million crowns")
    if question == COST_AND_LENS:
        quotes = (*_COSTS, _LENS)
        return _answer(question, quotes, "\n".join(_shown(quotes)))
    mayor, _, captain, board = _SPEAKERS
    opening, audit = (
        Section((captain, mayor), heading="Ferry terminal opens in the rain", confidence=0.9),
        Section((_COSTS[1], board), heading="What the ferry terminal cost", confidence=0.9),
    )
    sections: dict[str, tuple[Kind, list[Section]]] = {
        LIST: ("list", [Section(_LINES, in_lines=True, confidence=0.9)]),
        COMPARE: ("compare", [opening, audit]),
        SUMMARY: ("summary", [opening, audit]),
        TIMELINE: (
            "timeline",
            [
                Section((mayor, captain), heading="2 March 2006", in_lines=True, confidence=0.9),
                Section((board,), heading="31 May 2007", in_lines=True, confidence=0.9),
            ],
        ),
    }
    if question not in sections:
        return None
    kind, shown = sections[question]
    return answered(Ask(question, question, question, kind), shown, "fake")


def _shown(quotes: Sequence[Quote]) -> list[str]:
    return [f"{each.lead} “{each.text}” [{n}]".strip() for n, each in enumerate(quotes, start=1)]


def _answer(question: str, quotes: Sequence[Quote], text: str, **changed: Any) -> Answer:
    citations = cite(quotes)
    fields: dict[str, Any] = {
        "question": question,
        "query": f"{question} (harbour)" if question == COST else question,
        "status": "answered",
        "short": None,
        "text": text,
        "citations": citations,
        "hits": tuple(
            Hit(
                Passage(f"p{number}", each.article.id, each.text, each.start, each.end),
                each.article,
                1.0,
            )
            for number, each in enumerate(quotes)
        ),
        "confidence": 0.83,
        "model": "fake writer",
        "timings": {"total": 0.2},
        "claims": tuple(Claim(each.quote, (each.number,), "quoted") for each in citations),
        **changed,
    }
    return Answer(**fields)


def main() -> None:
    from rag import library
    from rag.settings import Settings
    from rag.web.server import serve

    folder = Path(sys.argv[2])
    press = PressLibrary(folder / "go")
    logins = folder / "logins"
    vars(library)["open_library"] = lambda settings: press
    settings = Settings(
        seeds=folder / "seeds",
        index=folder / "index",
        conversations=folder / "conversations.sqlite",
        login=logins if logins.exists() else None,
    )
    serve(settings, port=int(sys.argv[1]))


if __name__ == "__main__":
    main()
