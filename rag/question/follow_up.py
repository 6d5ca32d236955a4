"""A question in its conversation -> the query that is searched, worded as a person would ask.

Which words of the conversation a question leans on is told for each word by a small head on the
hidden states of the encoder, which reads the question together with what was said (the task is
Voskarides et al.'s, SIGIR 2020, "Query resolution for conversational search with limited
supervision"). The head is made by ``training/fit_follow_ups.py``.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from rag.encoder import open_e5, open_network
from rag.models import SHIPPED_ENCODER, find_embedder
from rag.types import Answer, Span

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

WEIGHTS_FILE = "follow_ups.safetensors"
Role = Literal["user", "assistant", "title"]

MOST_TOKENS = 320
_MOST_SEGMENT_TOKENS = 96
_MOST_QUESTION_TOKENS = 64
_PROMPT = "query: "
_PROMPT_TOKENS = 3
_MARKS: dict[Role, str] = {"user": "Q: ", "assistant": "A: ", "title": "T: "}
_LAST_TURNS = 8
"""Turns that are looked at: what is older is seldom meant, and does not fit."""
_NEEDS_FROM, _TAKES_FROM = 0.35, 0.3
_MOST_PHRASES = 3
_CARRIED_CHARS = 200
_NOTHING_SAID = "I don't know."
"""A refusal, as the conversations that were learned from word it."""

_WORD = re.compile(r"[^\W_]+(?:[.'’&-][^\W_]+)*")
_MARKER = re.compile(r"\s*\[\d+\]")
_YEAR = re.compile(r"(?:1\d|20)\d\d")
_FUNCTION_WORDS = frozenset(
    "a an the and or but nor so of in on at to for from by with about into over after before during"
    " between against as than then that this these those there here it its he him his she her hers"
    " they them their theirs we us our you your i me my who whom whose what which when where why"
    " how is are was were be been being am do does did done doing has have had having will would"
    " can could shall should may might must not no yes any some other else also too very more most"
    " much many such only own same just if because while both each all own up out off down again"
    " once don't know t s re ve ll d m".split()
)
_REFERRING = frozenset(
    "he she him her his hers it its they them their theirs himself herself itself themselves this"
    " that these those such same former latter one ones there then here other others another"
    " besides also additional too else".split()
)
_WITHIN_PHRASE = re.compile(
    r"[ \u00a0-]?(?:(?:of|the|in|on|at|for|to|and|a|an|by|with|from) ){0,2}", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class Segment:
    """A stretch of the conversation: a question, an answer, or the title of the article quoted."""

    role: Role
    text: str


def standalone(question: str, turns: Sequence[Answer]) -> tuple[str, bool]:
    """The query for ``question`` after ``turns``, oldest first, and whether it leans on them.

    What it leans on goes before it: "How old is he?" after a question about Ryan Crocker becomes
    "Ryan Crocker: how old is he?".
    """
    segments = tuple(said_in(turns))
    if not segments:
        return question, False
    needs, chances = _read(question, segments)
    if needs < _NEEDS_FROM:
        return question, False
    about = taken_up(question, segments, chances)
    # To "Why?" the last question is what is asked on; before a question of its own it would be
    # answered in its stead.
    if len(content_words(question)) < (1 if refers_back(question) else 2):
        about = _with_last_question(about, segments)
    return worded(question, about), True


def worded(question: str, about: Sequence[str]) -> str:
    """``question`` as it would be asked of what it is about."""
    if not about:
        return question
    is_name = any(word_key(question[start:end]) for start, end in words(question)[:1])
    opening = question[:1] if is_name else question[:1].lower()
    end = "" if question[-1:] in "?!." else "?"
    return f"{', '.join(about)[:_CARRIED_CHARS]}: {opening}{question[1:]}{end}"


def refers_back(question: str) -> bool:
    """Whether a word of it, such as "it" or "there", stands for something said before."""
    return any(word.group().lower() in _REFERRING for word in _WORD.finditer(question))


def says_enough(question: str) -> bool:
    """Whether it can be read as it stands, beside an article that tells the rest: no word refers
    back, and two say what is asked. "How long did the trial take?", not "Why did she?"."""
    return not refers_back(question) and len(content_words(question)) > 1


def words(text: str) -> list[Span]:
    """Where each word of ``text`` stands."""
    return [Span(*match.span()) for match in _WORD.finditer(text)]


def content_words(text: str) -> set[str]:
    """The words of ``text`` that carry meaning, as they are compared."""
    return {key for start, end in words(text) if (key := word_key(text[start:end]))}


def word_key(word: str) -> str:
    """How a word is compared, without case or plural; "" if it carries no meaning by itself."""
    folded = word.casefold().replace("’", "'")
    if folded in _FUNCTION_WORDS:
        return ""
    folded = folded.removesuffix("'s").removesuffix("'")
    if folded in _FUNCTION_WORDS:
        return ""
    if len(folded) > 3 and folded.endswith("s") and not folded.endswith("ss"):
        return folded[:-1]
    return folded


def said_in(turns: Sequence[Answer]) -> Iterator[Segment]:
    """What was asked and answered, in the articles' words; the title of the article quoted last."""
    for turn in turns[-_LAST_TURNS:]:
        if turn.question:  # as it was typed: so the conversations that were learned from have it
            yield Segment("user", turn.question)
        if turn is turns[-1] and turn.citations:
            yield Segment("title", turn.citations[0].title)
        if turn.status == "answered":
            quoted = " ".join(each.quote for each in turn.citations)
            if text := quoted or _MARKER.sub("", turn.text):
                yield Segment("assistant", text)
        elif turn.text:
            yield Segment("assistant", _NOTHING_SAID)


def taken_up(
    question: str, segments: Sequence[Segment], chances: Sequence[Sequence[float]]
) -> list[str]:
    """What is taken up, the likeliest first, each said once, in its longest wording.

    ``chances[i][j]`` is that of word j of segment i. A question that has a year takes up no other.
    """
    found: list[tuple[str, float]] = []
    for segment, likely in zip(segments, chances, strict=True):
        text, spans = segment.text, words(segment.text)
        taken = [chance >= _TAKES_FROM for chance in likely]
        if _YEAR.search(question):
            taken = [each and not _YEAR.fullmatch(text[start:end])
                     for each, (start, end) in zip(taken, spans, strict=True)]  # fmt: skip
        run, best = Span(0, 0), 0.0
        for place, (span, chance) in enumerate(zip(spans, likely, strict=True)):
            if not (taken[place] or _completes_name(text, spans, taken, place)):
                continue
            if run.end and _WITHIN_PHRASE.fullmatch(text[run.end : span.start]):
                run, best = Span(run.start, span.end), max(best, chance)
                continue
            found.append((text[slice(*run)], best))
            run, best = span, chance
        found.append((text[slice(*run)], best))
    found.sort(key=lambda phrase: (len(content_words(phrase[0])), phrase[1]), reverse=True)
    kept: dict[str, float] = {}
    for phrase, chance in found:
        said = content_words(phrase)
        longer = next((each for each in kept if said <= content_words(each)), None)
        if longer:
            kept[longer] = max(kept[longer], chance)
        elif said:
            kept[phrase] = chance
    return sorted(kept, key=lambda phrase: -kept[phrase])[:_MOST_PHRASES]


def _completes_name(text: str, spans: Sequence[Span], taken: Sequence[bool], place: int) -> bool:
    """Whether the word is capitalised and stands beside a taken one that is, with but a space."""

    def is_capital(place: int) -> bool:
        start, end = spans[place]
        return text[start].isupper() and bool(word_key(text[start:end]))

    return is_capital(place) and any(
        taken[other]
        and is_capital(other)
        and text[spans[min(place, other)].end : spans[max(place, other)].start] == " "
        for other in (place - 1, place + 1)
        if 0 <= other < len(spans)
    )


def _with_last_question(about: Sequence[str], segments: Sequence[Segment]) -> list[str]:
    """The last question that says something by itself, on which "Why?" and "And Oslo?" lean as a
    whole, and the likeliest phrase that it does not have."""
    asked = [
        each.text
        for each in segments
        if each.role == "user" and content_words(each.text) and not refers_back(each.text)
    ]
    if not asked:
        return list(about)
    said = content_words(asked[-1])
    return [asked[-1].strip(" ?.!"), *(each for each in about if content_words(each) - said)][:2]


# What the encoder reads, and what the head sees of it.


@dataclass(frozen=True, slots=True)
class Row:
    """What the encoder reads: the question, then what was said, the newest first."""

    ids: tuple[int, ...]
    question_end: int
    """``ids[1:question_end]`` are the question's."""
    words: tuple[int, ...]
    """For each token the word of the conversation it is of, counted from its first; -1 for none."""


def laid_out(
    tokenizer: Any, special: tuple[int, int], question: str, segments: Sequence[Segment]
) -> Row:
    """The row of a question; ``special`` are the ids of <s> and </s>. What does not fit is what was
    said first."""
    begin, end = special
    asked = tokenizer.encode(_PROMPT + question, add_special_tokens=False).ids
    ids = [begin, *asked[:_MOST_QUESTION_TOKENS]]
    question_end = len(ids)
    ids += [end, end]
    of_word = [-1] * len(ids)
    spans = [words(segment.text) for segment in segments]
    before = sum(map(len, spans))
    for segment, own in zip(reversed(segments), reversed(spans), strict=True):
        before -= len(own)
        mark = _MARKS[segment.role]
        encoding = tokenizer.encode(mark + segment.text, add_special_tokens=False)
        room = min(_MOST_SEGMENT_TOKENS, MOST_TOKENS - 1 - len(ids))
        if room <= len(_MARKS):
            break
        ids += [*encoding.ids[:room], end]
        for start, stop in encoding.offsets[:room]:
            word = bisect_left(own, start - len(mark) + 1, key=lambda span: span.end)
            overlaps = word < len(own) and stop - len(mark) > max(own[word].start, 0)
            of_word.append(before + word if overlaps else -1)
        of_word.append(-1)
    return Row(tuple(ids), question_end, tuple(of_word))


def row_of(question: str, segments: Sequence[Segment]) -> Row:
    """The row as the shipped encoder reads it."""
    file = open_e5(_encoder())
    return laid_out(file.tokenizer, file.special_ids[:2], question, segments)


def states_of(rows: Sequence[Row]) -> list[NDArray[np.float32]]:
    """The shipped encoder's hidden states of each row, shape (tokens, channels)."""
    outputs = open_network(_encoder()).run([row.ids for row in rows])
    return [states[: len(row.ids)] for row, (_, states) in zip(rows, outputs, strict=True)]


def _encoder() -> Path:
    return Path(find_embedder(SHIPPED_ENCODER).path)


@dataclass(frozen=True, slots=True)
class SeenWords:
    """The words of a row that may be taken up, as the head sees them."""

    numbers: NDArray[np.int64]
    """Each word's number, counted from the conversation's first."""
    inputs: NDArray[np.float32]
    """Shape (words, 2 * channels + FEATURES)."""
    question: NDArray[np.float32]
    """Shape (2 * channels + features,)."""


FEATURES = 13


def seen_words(
    question: str, segments: Sequence[Segment], row: Row, hidden: NDArray[np.float32]
) -> SeenWords:
    """What the head sees of hidden states of shape (tokens, channels): each word's mean state and
    the question's, and who said it, how long ago, how often, with a capital or a digit."""
    import numpy as np

    of_word = np.array(row.words)
    mean = hidden[1 + _PROMPT_TOKENS : row.question_end].mean(0)
    asked = content_words(question)
    users = [number for number, segment in enumerate(segments) if segment.role == "user"]
    said = [
        (number, place, segment.text[start:end])
        for number, segment in enumerate(segments)
        for place, (start, end) in enumerate(words(segment.text))
    ]
    keys = [word_key(word) for _, _, word in said]
    often = Counter(keys)
    numbers, inputs = [], []
    for word in sorted(set(row.words) - {-1}):
        if not keys[word] or keys[word] in asked:
            continue
        segment, place, text = said[word]
        role, is_capital = segments[segment].role, text[:1].isupper()
        features = (
            role == "user",
            role == "assistant",
            role == "title",
            min(len(segments) - 1 - segment, 8) / 4,
            min(sum(user >= segment for user in users), 5) / 3,
            is_capital,
            is_capital and place > 0,
            text[:1].isdigit(),
            min(often[keys[word]], 4) / 4,
            len(text) / 10,
            segment == 0,
            bool(users) and segment == users[-1],
            len(question.split()) / 10,
        )
        numbers.append(word)
        inputs.append(np.concatenate([hidden[of_word == word].mean(0), mean, features]))
    width = 2 * hidden.shape[1] + FEATURES
    whole = (len(question.split()) / 10, min(len(asked), 8) / 8, refers_back(question),
             min(len(users), 6) / 6, len(users) < len(segments))  # fmt: skip
    return SeenWords(
        np.array(numbers, np.int64),
        np.array(inputs, np.float32).reshape(-1, width),
        np.concatenate([hidden[0], mean, whole]).astype(np.float32),
    )


@dataclass(frozen=True, slots=True)
class Head:
    """Two layers over each word, and a logistic regression over the question."""

    weights: dict[str, NDArray[np.float32]]

    def takes(self, words: NDArray[np.float32]) -> NDArray[np.float32]:
        """Probabilities for words of shape (words, 2 * channels + FEATURES)."""
        inner = _gelu(words @ self.weights["inner.weight"] + self.weights["inner.bias"])
        return _share(inner @ self.weights["takes.weight"] + self.weights["takes.bias"])

    def needs(self, question: NDArray[np.float32]) -> float:
        """The probability for a question of shape (2 * channels + features,)."""
        return float(
            _share(question @ self.weights["needs.weight"] + self.weights["needs.bias"])[0]
        )


def _read(question: str, segments: Sequence[Segment]) -> tuple[float, list[list[float]]]:
    """The chance that the question needs what was said, and that it takes up each word."""
    row = row_of(question, segments)
    (states,) = states_of([row])
    seen = seen_words(question, segments, row, states)
    takes = dict(zip(seen.numbers.tolist(), _head().takes(seen.inputs).tolist(), strict=True))
    chances, first = [], 0
    for segment in segments:
        count = len(words(segment.text))
        chances.append([takes.get(number, 0.0) for number in range(first, first + count)])
        first += count
    return _head().needs(seen.question), chances


@cache
def _head() -> Head:
    """The one that comes with the package."""
    import numpy as np
    from safetensors.numpy import load

    tensors = load(files("rag").joinpath("weights", WEIGHTS_FILE).read_bytes())
    return Head({name: tensor.astype(np.float32) for name, tensor in tensors.items()})


def _gelu(values: NDArray[np.float32]) -> NDArray[np.float32]:
    """By its tanh."""
    import numpy as np

    inner = np.tanh(0.7978846 * (values + 0.044715 * values**3))
    return np.asarray(0.5 * values * (1 + inner), np.float32)


def _share(log_odds: NDArray[np.float32]) -> NDArray[np.float32]:
    import numpy as np

    return np.asarray(1 / (1 + np.exp(-log_odds)), np.float32)
