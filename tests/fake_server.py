"""The real server and page over a library without models.

``python -m tests.fake_server PORT FILE`` keeps its conversations in FILE.

Its answers show everything that an answer can: quotes of several articles, articles that differ,
sentences that a model wrote, one that was replaced, a list, a reply to a greeting.
"""

from __future__ import annotations

import re
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from rag.answer.cite import cite
from rag.types import (
    Answer,
    Article,
    Claim,
    Done,
    Event,
    Filters,
    Hit,
    Passage,
    Quote,
    Retrieved,
    Token,
    Turn,
)
from rag.web.served import ServedLibrary
from tests.fake_library import FakeLibrary, article_of, conversing_over, made_in_a_loop

ALL_SPEAKERS = "Who spoke when the ferry terminal opened?"
COST = "What did the ferry terminal cost?"
COST_AND_LENS = "What did the ferry terminal cost, and where did the lens come from?"
WRITE = "Write a summary of the opening"
LIST = "List the lines"
GREETING = "Hello"
SLOW = "Tell everything slowly"
SLOWER = "Tell everything more slowly"
FAILS = "Fail the first time"
LONG = "Tell it all at length"
SLOWER_SECONDS = 12.0
_SECONDS = {SLOW: 4.0, SLOWER: SLOWER_SECONDS}
"""How long an answer takes; a page takes up to 5 to be loaded on a busy machine."""

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


class PressLibrary(FakeLibrary):
    """Answers the questions above as written here, and others by looking for words."""

    failed = False

    def __init__(self) -> None:
        super().__init__(ARTICLES)

    def stream(
        self,
        question: str,
        history: Sequence[Turn] = (),
        *,
        min_confidence: float | None = None,
        max_quotes: int | None = None,
        writes: bool = True,
        **filters: Any,
    ) -> Iterator[Event]:
        if question == FAILS and not self.failed:
            self.failed = True
            raise ZeroDivisionError
        answer = _answer_to(question) if Filters(**filters) == Filters() else None
        if answer is None:
            yield from super().stream(
                question,
                history,
                min_confidence=min_confidence,
                max_quotes=max_quotes,
                writes=writes,
                **filters,
            )
            return
        yield Retrieved(answer.query, answer.hits)
        pieces = re.findall(r"\S+\s*", answer.text)
        for piece in pieces:
            yield Token(piece)
            time.sleep(_SECONDS.get(question, 0.0) / len(pieces))
        yield Done(answer)


def _answer_to(question: str) -> Answer | None:
    if question == LONG:
        return _answer(question, _SPEAKERS, "\n\n".join(_shown(_SPEAKERS) * 12))
    if question in (ALL_SPEAKERS, SLOW, SLOWER, FAILS):
        text = " ".join(_shown(_SPEAKERS)) + "\n\nThe articles do not say who paid the band."
        return _answer(question, _SPEAKERS, text, unanswered=("Who paid the band?",))
    if question == COST:
        remark = "The articles give different answers; see whether they speak of the same thing."
        text = "\n".join([remark, *_shown(_COSTS)])
        return _answer(question, _COSTS, text, differ=True, short="48 million crowns")
    if question == COST_AND_LENS:
        quotes = (*_COSTS, _LENS)
        return _answer(question, quotes, "\n".join(_shown(quotes)))
    if question == LIST:
        quotes = (
            _quote(ARTICLES[0], "the Terna"),
            _quote(ARTICLES[0], "the Sula"),
            _quote(ARTICLES[0], "the Lark"),
        )
        return _answer(question, quotes, "\n".join(f"- {line}" for line in _shown(quotes)))
    if question == WRITE:
        replaced = _shown(_SPEAKERS[2:3])[0].replace("[1]", "[2]")
        text = f"The mayor praised the terminal. [1] {replaced}"
        claims = (
            Claim("The mayor praised the terminal.", (1,), "written"),
            Claim(
                f"“{_SPEAKERS[2].text}”", (2,), "replaced", "The captain <i>apologised</i> to all."
            ),
        )
        return replace(_answer(question, (_SPEAKERS[0], _SPEAKERS[2]), text), claims=claims)
    if question == GREETING:
        text = "Hello. Ask what the articles say."
        return replace(_answer(question, (), text, hits=()), status="abstained")
    return None


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
    """Serves on a port (the first argument), with its conversations in a file (the second)."""
    import uvicorn

    from rag.web.server import create_app

    library = PressLibrary()
    served = ServedLibrary(lambda: library, lambda progress: library)
    served.start()
    conversing = conversing_over(served, Path(sys.argv[2]))
    conversing.conversations.fail_all_pending()
    app = made_in_a_loop(lambda: create_app(conversing, Path("seeds")))
    uvicorn.run(
        app,
        host="127.0.0.1",
        port=int(sys.argv[1]),
        log_level="warning",
        timeout_graceful_shutdown=1,  # pages that are still open wait for events
    )


if __name__ == "__main__":
    main()
