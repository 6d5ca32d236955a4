"""Hits and answers as the JSON objects that other programs rely on; pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from rag.types import Answer, Article, Hit

_SHOWN_OF_PASSAGE = ("id", "article_id", "text", "start", "end")
_SHOWN_OF_ARTICLE = ("id", "title", "author", "date", "source", "url", "text")
_SHOWN_OF_ANSWER = ("question", "query", "status", "short", "text", "confidence", "model")


def answer_record(answer: Answer) -> dict[str, Any]:
    """The object that ``rag ask --json`` prints."""
    return {
        **{name: getattr(answer, name) for name in _SHOWN_OF_ANSWER},
        "citations": [asdict(citation) for citation in answer.citations],
        "hits": [hit_record(hit) for hit in answer.hits],
        "timings": dict(answer.timings),
    }


def search_record(question: str, hits: Sequence[Hit]) -> dict[str, Any]:
    """The object that ``rag search --json`` prints."""
    return {"question": question, "hits": [hit_record(hit) for hit in hits]}


def hit_record(hit: Hit) -> dict[str, Any]:
    """A hit with its passage and article."""
    return {
        "passage": {name: getattr(hit.passage, name) for name in _SHOWN_OF_PASSAGE},
        "article": article_record(hit.article),
        "score": hit.score,
    }


def article_record(article: Article) -> dict[str, Any]:
    """An article as others see it, its text whole."""
    return {name: getattr(article, name) for name in _SHOWN_OF_ARTICLE}
