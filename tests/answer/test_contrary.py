"""Quotes of another person or deed than is asked about."""

from __future__ import annotations

from dataclasses import replace

import pytest

from rag.answer.contrary import is_contrary, without_contrary
from rag.types import Quote, Reading
from tests.fakes import make_article

BEFORE = "Mrs Ingrid Moe has an office in Lofsund. Karim Haddad came, too. "


def quote(sentence: str) -> Quote:
    article = make_article(f"{BEFORE}{sentence}")
    return Quote(article, sentence, len(BEFORE), len(article.text), score=1.0)


@pytest.mark.parametrize(
    ("question", "sentence"),
    [
        ("Where was he born?", "She was born in Lofsund."),
        ("where was she born?", "He was born in Lofsund."),
        ("Where was he born?", "Moe was born in Lofsund."),
        ("What is his job?", "The actress painted."),
        ("Who did not win?", "Anna Berg won the prize."),
        ("Who didn’t win?", "Anna Berg won the prize."),
        ("Which of the growers did not sign?", "Haddad signed it."),
        ("Who did not reject the plan?", "Anna Berg rejected the plan."),
        ("What was not found?", "The hull was found on Monday."),
    ],
)
def test_of_another_person_or_deed(question: str, sentence: str) -> None:
    assert is_contrary(question, quote(sentence))


@pytest.mark.parametrize(
    ("question", "sentence"),
    [
        ("Where was he born?", "He was born in Lofsund."),
        ("Where was he born?", "Haddad was born in Lofsund."),
        ("Where was he born?", "Haddad met her."),
        ("Where was he born?", "“I was born in Lofsund,” she heard."),
        ("When did she meet him?", "He met the king."),
        ("When did his wife die?", "She died in May."),
        ("When did the professor begin his work?", "She began it in May."),
        ("Who is he married to?", "She is a painter."),
        ("Whose brother is he?", "Mrs Moe has a brother."),
        ("When did Haddad say he was ill?", "She was ill in May."),
        ("Where was it built?", "She built it in Lofsund."),
        ("Who did not win?", "Anna Berg did not win."),
        ("Who did not win?", "Anna Berg failed to win."),
        ("Who did not win?", "Anna Berg lost."),
        ("Who did not win?", "Only Anna Berg won."),
        ("Who won?", "Anna Berg won."),
        ("Who did not reject the plan?", "Anna Berg never rejected the plan."),
        ("Why did Anna Berg not win?", "The one who won was faster."),
        ("Who did not only win but sing?", "Anna Berg won."),
        ("Wo wurde er geboren?", "She was born in Lofsund."),
        ("Wer hat nicht gewonnen?", "Anna Berg hat gewonnen."),
        ("", "She was born in Lofsund."),
    ],
)
def test_what_may_answer(question: str, sentence: str) -> None:
    assert not is_contrary(question, quote(sentence))


def reading_of(*sentences: str) -> Reading:
    quotes = [
        replace(quote(text), words=text[-6:-1], confidence=confidence)
        for text, confidence in zip(sentences, (0.9, 0.6), strict=True)
    ]
    return Reading(tuple(quotes), 0.95, short=quotes[0].words)


def test_the_next_quote_answers_where_the_first_cannot() -> None:
    reading = reading_of("She was born in Lofsund.", "He was born in Melby.")
    left = without_contrary("Where was he born?", reading)
    assert left.quotes == reading.quotes[1:]
    assert (left.confidence, left.short) == (0.6, "Melby")
    assert left.quotes[0].article.text[left.quotes[0].start : left.quotes[0].end] == (
        "He was born in Melby."
    )


def test_where_all_are_contrary_nothing_answers() -> None:
    reading = reading_of("Anna Berg won the prize.", "Haddad won.")
    assert without_contrary("Who did not win?", reading) == Reading((), 0.0)
    assert without_contrary("Who won?", reading) == reading
    assert without_contrary("Who did not win?", Reading((), 0.0)) == Reading((), 0.0)
