from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from rag.answer.compose import composed
from rag.text.sentences import sentences
from rag.types import Quote
from tests.fakes import make_article

TEXT = (
    "However, Mayor Hanna Lind opened the northern lock of the town on Friday. She thanked the"
    " builders. The lock cost two million crowns.\n\nThe old gasworks and the two piers beside it"
    " were sold on Tuesday evening to a builder from Oslo for forty million crowns after six hours,"
    " ending a quarrel that had split the town for a decade.\n\nThe lock did not cost two million"
    " crowns. On Friday the lock of Brestholm was opened."
)
ARTICLE = make_article(TEXT, "one")
OPENED, THANKED, COST, SOLD, NOT_COST, AGAIN = (
    Quote(ARTICLE, TEXT[start:end], start, end, 0.5) for start, end in sentences(TEXT)
)
LEFT_OUT = ", ending a quarrel that had split the town for a decade."


def marked(quote: Quote, words: str, score: float = 0.5) -> Quote:
    return replace(quote, words=words, score=score)


def texts(question: str, *quotes: Quote) -> list[str]:
    return [f"{quote.lead} {quote.text}".strip() for quote in composed(question, quotes)]


def test_quotes_are_trimmed_around_the_marked_words() -> None:
    assert texts("Who opened it?", marked(OPENED, "Hanna Lind")) == [OPENED.text[9:]]
    assert texts("Who bought it?", marked(SOLD, "a builder from Oslo")) == [
        SOLD.text.removesuffix(LEFT_OUT)
    ]


def test_the_words_of_the_question_and_the_marked_ones_stay() -> None:
    assert texts("What ended the quarrel?", marked(SOLD, "Tuesday evening")) == [SOLD.text]
    assert texts("How long?", marked(SOLD, "a decade")) == [SOLD.text]


def test_a_term_of_several_words_stays() -> None:
    text = SOLD.text.replace("the town for", "the United States for")
    article = make_article(text)
    quote = Quote(article, text, 0, len(text), 0.5, "Tuesday")
    assert texts("What split the U.S.?", quote) == [text]
    assert texts("What was sold?", quote) != [text]


def test_without_marked_words_nothing_is_trimmed() -> None:
    assert texts("Who?", OPENED, SOLD) == [OPENED.text, SOLD.text]
    assert texts("Who?", marked(OPENED, "words of another sentence")) == [OPENED.text]


def test_a_pronoun_gets_its_name() -> None:
    assert texts("Whom did she thank?", marked(THANKED, "builders")) == [
        "[Hanna Lind] thanked the builders."
    ]


def test_neighbours_are_joined() -> None:
    (joined,) = composed("Who?", [marked(OPENED, "Hanna Lind"), THANKED, COST])
    assert joined.text == f"{OPENED.text[9:]} {THANKED.text} {COST.text}"
    assert (joined.start, joined.end, joined.words) == (9, COST.end, "Hanna Lind")


def test_neighbours_apart_in_the_order_or_by_a_blank_line_are_not_joined() -> None:
    assert texts("?", THANKED, OPENED) == ["[Hanna Lind] thanked the builders.", OPENED.text]
    assert texts("?", COST, SOLD) == [COST.text, SOLD.text]
    assert texts("?", OPENED, COST) == [OPENED.text, COST.text]


def test_the_better_neighbour_gives_score_and_words() -> None:
    first, second = marked(OPENED, "Hanna Lind", 0.2), marked(THANKED, "builders", 0.9)
    (joined,) = composed("?", [first, second])
    assert (joined.score, joined.words) == (0.9, "builders")


def test_of_two_that_say_the_same_one_stays() -> None:
    part = replace(COST, text=COST.text[4:], start=COST.start + 4)
    assert texts("?", COST, part) == texts("?", part, COST) == [COST.text]
    turned = make_article("Holm sold the lock to Lind in May. In May Holm sold Lind the lock.", "b")
    first, second = (Quote(turned, turned.text[a:b], a, b, 0.5) for a, b in sentences(turned.text))
    assert texts("?", first, second) == [first.text]


def test_a_denial_is_no_repetition() -> None:
    assert texts("?", COST, NOT_COST) == [COST.text, NOT_COST.text]


def test_articles_that_agree_are_all_shown() -> None:
    other = make_article(TEXT, "two")
    assert len(composed("?", [COST, replace(COST, article=other)])) == 2


def test_nothing_gives_nothing() -> None:
    assert composed("?", []) == []


@given(st.lists(st.sampled_from([OPENED, THANKED, COST, SOLD, NOT_COST, AGAIN])), st.data())
def test_offsets_stay_exact_and_composing_twice_changes_nothing(
    quotes: list[Quote], data: st.DataObject
) -> None:
    chosen = []
    for quote in quotes:
        words = data.draw(st.sampled_from([None, *quote.text.split()]))
        chosen.append(replace(quote, words=words))
    once = composed("Who opened the lock?", chosen)
    assert all(quote.article.text[quote.start : quote.end] == quote.text for quote in once)
    assert all(quote.words is None or quote.words in quote.text for quote in once)
    assert composed("Who opened the lock?", once) == once
