"""Hits and answers as the JSON objects that other programs rely on; pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from rag.types import Answer, Article, Hit


def answer_record(answer: Answer) -> dict[str, Any]:
    """The object that ``rag ask --json`` prints."""
    return {
        "question": answer.question,
        "query": answer.query,
        "status": answer.status,
        "short": answer.short,
        "text": answer.text,
        "citations": [asdict(citation) for citation in answer.citations],
        "hits": [hit_record(hit) for hit in answer.hits],
        "confidence": answer.confidence,
        "model": answer.model,
        "timings": dict(answer.timings),
    }


def search_record(question: str, hits: Sequence[Hit]) -> dict[str, Any]:
    """The object that ``rag search --json`` prints."""
    return {"question": question, "hits": [hit_record(hit) for hit in hits]}


def hit_record(hit: Hit) -> dict[str, Any]:
    """A hit with its passage and article."""
    return {
        "passage": asdict(hit.passage),
        "article": article_record(hit.article),
        "score": hit.score,
    }


def article_record(article: Article) -> dict[str, Any]:
    """An article as others see it, its text whole."""
    return {
        "id": article.id,
        "title": article.title,
        "author": article.author,
        "date": article.date,
        "source": article.source,
        "url": article.url,
        "text": article.text,
    }
