"""The names below are what other programs rely on: a change here breaks them."""

from __future__ import annotations

import dataclasses
import json
from dataclasses import replace

from rag.answer.answer import Section, answered
from rag.records import answer_record, search_record
from rag.types import Answer, Article, Ask, Citation, Hit, Passage, Quote
from tests.fakes import make_article

ARTICLE = {"id", "title", "author", "date", "source", "url", "text"}
PASSAGE = {"id", "article_id", "text", "start", "end"}
CITATION = {
    *("number", "article_id", "title", "author", "date", "source", "quote", "start", "end"),
}
ANSWER = {
    *("question", "query", "status", "short", "text", "citations", "hits", "confidence", "model"),
    "timings",
}


def fields(cls: type) -> set[str]:
    return {field.name for field in dataclasses.fields(cls)}


def test_names_in_python() -> None:
    assert fields(Article) >= ARTICLE
    assert fields(Passage) >= PASSAGE
    assert fields(Hit) >= {"passage", "article", "score"}
    assert fields(Citation) >= CITATION
    assert fields(Answer) >= ANSWER


def test_names_in_json() -> None:
    article = make_article("It rained. It snowed.", author="A", date="2007")
    hit = Hit(Passage("p", article.id, article.text, 0, 21), article, 0.5)
    quote = Quote(article, "It snowed.", 11, 21, 1.0)
    answer = answered(Ask("q?", "q?", "q?"), [Section((quote,), hits=(hit,))], "m")
    answer = replace(answer, timings={"total": 0.1})
    record = json.loads(json.dumps(answer_record(answer)))
    assert set(record) == ANSWER
    assert [set(citation) for citation in record["citations"]] == [CITATION]
    assert record["citations"][0]["quote"] == "It snowed."
    assert record["timings"] == {"total": 0.1}
    found = json.loads(json.dumps(search_record("q?", [hit])))
    assert set(found) == {"question", "hits"}
    assert found["hits"] == record["hits"]
    assert set(found["hits"][0]) == {"passage", "article", "score"}
    assert set(found["hits"][0]["passage"]) == PASSAGE
    assert set(found["hits"][0]["article"]) == ARTICLE
    assert found["hits"][0]["article"]["text"] == article.text
