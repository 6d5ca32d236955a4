"""A pronoun that opens a quote to the name it stands for, where the article makes it certain. Pure.

"He said so." becomes ``[Ryan Crocker] “said so.”``: the name stands in square brackets before the
quotation marks, and what stands between these remains the article's, to the character.

Certain means, in the one or two sentences before in the same paragraph: one person is named, no
other is spoken of, named or not, and nothing there may be a name of another. A wrong name is worse
than a pronoun, so everything else stays as it is.
"""

from __future__ import annotations

import re
from dataclasses import replace

from rag.text.names import names
from rag.text.persons import fullest, gender_of, kind_of, same_person, unnamed_person
from rag.text.sentences import paragraph_sentences, paragraphs
from rag.types import Article, Quote, Span

_PRONOUN = re.compile(r"(He|She|His|Her|It|They|Their|he|she|his|her|it|they|their)\s+(?=[a-z])")
_VERB_AFTER_POSSESSIVE = re.compile(r"(?:is|was|are|were|has|had|will|would|and|or)\b")
_SPEAKS = (
    r"(?:also\s)?(?:said|says|told|added|adds|announced|denied|denies|warned|warns|insisted|insists"
    r"|urged|urges|accused|agreed|refused|pledged|promised)\b"
)
"""What only people and what is made of them do: a pronoun before it is neither "it rained" nor a
plan, a report or a river."""
_OWN = {"he": r"\b(?:he|him|his|himself)\b", "she": r"\b(?:she|her|hers|herself)\b"}
_OTHER = {"he": "she", "she": "he"}
_MANY = re.compile(
    r"\b(?!(?:is|was|has|his|its|this|us|as|does|less|across|always|thus)\b)[a-z]+s\b"
)
_BODY = re.compile(
    r"(?i:\b(?:company|government|firm|group|bank|ministry|agency|party|court|committee|council"
    r"|team|club|report|statement|study|army|police|union|commission|newspaper|regime|state)\b)"
)


def resolved(article: Article, quote: Quote) -> Quote:
    """The quote without the pronoun that opens it, its name as ``lead``; else the same quote."""
    pronoun = _PRONOUN.match(quote.text)
    if quote.lead or not pronoun or (quote.words and _holds_words(quote, pronoun.end())):
        return quote
    rest = quote.text[pronoun.end() :]
    word = pronoun.group(1).lower()
    possessive = word in ("his", "her", "their")
    if possessive and _VERB_AFTER_POSSESSIVE.match(rest):
        return quote
    name = _antecedent(article.text, quote, word, rest)
    if name is None:
        return quote
    start = quote.start + pronoun.end()
    return replace(quote, start=start, text=rest, lead=f"[{name}’s]" if possessive else f"[{name}]")


def _holds_words(quote: Quote, start: int) -> bool:
    """Whether the marked words are lost without the pronoun."""
    return quote.words is not None and quote.words not in quote.text[start:]


def _antecedent(text: str, quote: Quote, pronoun: str, rest: str) -> str | None:
    before = sentences_before(text, quote.start)
    if not before or _inside_speech(text[before[0].start : quote.start]):
        return None
    if pronoun in ("he", "his", "she", "her"):
        return _person(text, before, quote, "he" if pronoun in ("he", "his") else "she")
    if not re.match(_SPEAKS, rest):
        return None
    return _speaking_body(text, before[-1]) if pronoun == "it" else _pair(text, before[-1])


def sentences_before(text: str, start: int) -> list[Span]:
    """The last two sentences of the same paragraph that end before ``start``."""
    for paragraph in paragraphs(text, 0, len(text)):
        if paragraph.start <= start < paragraph.end:
            found = list(paragraph_sentences(text, paragraph, "en"))
            return [sentence for sentence in found if sentence.end <= start][-2:]
    return []


def _inside_speech(before: str) -> bool:
    return before.count('"') % 2 == 1 or before.count("“") != before.count("”")


def _person(text: str, before: list[Span], quote: Quote, gender: str) -> str | None:
    """The one person of the sentence before; of the one before that, if it speaks of nobody."""
    for span in reversed(before):
        sentence = text[span.start : span.end]
        people = [name for name in names(text, *span) if kind_of(name, text) != "other"]
        people = [name for name in people if gender_of(name, text) != _OTHER[gender]]
        if not people:
            if unnamed_person(sentence, None, span.start) or _of_other(sentence, gender):
                return None
            continue
        name = max(people, key=lambda one: len(one.words))
        certain = (
            all(same_person(other.words, name.words) for other in people)
            and kind_of(name, text) == "person"
            and not unnamed_person(sentence, people[0], span.start)
            and not _of_other(sentence, gender)
            # "He met Kazemi": somebody else than Kazemi came before
            and not re.search(_OWN[gender], text[span.start : people[0].span.start], re.IGNORECASE)
            and not any(word in quote.text for word in name.words)
        )
        return fullest(name, text, quote.start) if certain else None
    return None


def _of_other(sentence: str, gender: str) -> bool:
    """Whether the sentence's pronouns are those of the other gender."""
    return re.search(_OWN[_OTHER[gender]], sentence, re.IGNORECASE) is not None


def _speaking_body(text: str, span: Span) -> str | None:
    """The one body that the sentence opens with, where no other could have spoken."""
    sentence = text[span.start : span.end]
    found = names(text, *span)
    if not found or _BODY.search(sentence) or unnamed_person(sentence, None, span.start):
        return None
    name, *others = found
    article = re.match(r"The ", sentence)
    opens = name.span.start == span.start + (article.end() if article else 0)
    alone = opens and not others and kind_of(name, text) != "person"
    if not alone or not re.match(r"\s(?:has|had|said|will|[a-z]+ed)\b", text[name.span.end :]):
        return None
    return ("the " if article else "") + " ".join(name.words)


def _pair(text: str, span: Span) -> str | None:
    """The two persons whom the sentence opens with, where it speaks of no others."""
    found = names(text, *span)
    if len([name for name in found if kind_of(name, text) != "other"]) != 2:
        return None
    first, second = found[:2]
    joined = first.span.start == span.start and text[first.span.end : second.span.start] == " and "
    persons = all(kind_of(name, text) == "person" for name in (first, second))
    rest = text[second.span.end : span.end]
    if not (joined and persons) or _MANY.search(rest) or unnamed_person(rest, None, 0):
        return None
    return " and ".join(fullest(name, text, span.start) for name in (first, second))
