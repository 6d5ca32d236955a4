"""A question in its conversation -> the query that is searched, worded as a person would ask.

Which words of the conversation a question leans on is told for each word by a small head on the
hidden states of the encoder, which reads the question together with what was said (the task is
Voskarides et al.'s, SIGIR 2020, "Query resolution for conversational search with limited
supervision"). The head is made by ``training/fit_follow_ups.py``.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from rag.types import Answer, Span

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

WEIGHTS_FILE = "follow_ups.safetensors"
Role = Literal["user", "assistant", "title"]

MOST_TOKENS = 320
_MOST_SEGMENT_TOKENS = 96
_MOST_QUESTION_TOKENS = 64
_MARKS: dict[Role, str] = {"user": "Q: ", "assistant": "A: ", "title": "T: "}
_LAST_TURNS = 8
"""Turns that are looked at: what is older is seldom meant, and does not fit."""
_NEEDS_FROM, _TAKES_FROM, _SURELY_TAKES_FROM = 0.35, 0.3, 0.5
_MOST_PHRASES = 4
_CARRIED_CHARS = 200
_LONGEST_NAMING = 5
"""Words of what may stand in a sentence for "it"."""
_NOTHING_SAID = "I don't know."
"""A refusal, as the conversations that were learned from word it."""

_WORD = re.compile(r"[^\W_]+(?:[.'’&-][^\W_]+)*")
_MARKER = re.compile(r"\s*\[\d+\]")
_FUNCTION_WORDS = frozenset(
    "a an the and or but nor so of in on at to for from by with about into over after before during"
    " between against as than then that this these those there here it its he him his she her hers"
    " they them their theirs we us our you your i me my who whom whose what which when where why"
    " how is are was were be been being am do does did done doing has have had having will would"
    " can could shall should may might must not no yes any some other else also too very more most"
    " much many such only own same just if because while both each all own up out off down again"
    " once don't know t s re ve ll d m".split()
)
_WITHIN_PHRASE = re.compile(
    r"[ \u00a0-]?(?:(?:of|the|in|on|at|for|to|and|a|an|by|with|from) ){0,2}", re.IGNORECASE
)
_PERSON = frozenset("he she him her his hers".split())
_THING = frozenset("it its they them their theirs".split())
_REFERRING = _PERSON | _THING | frozenset(
    "himself herself itself themselves this that these those such same former latter one ones"
    " there then here other others another besides also additional too else".split()
)  # fmt: skip
_ASKING = re.compile(
    r"^\W*(?:who|whom|whose|what|when|where|why|which|how|is|are|was|were|do|does|did|can|could"
    r"|has|have|had|will|would|should)\b",
    re.IGNORECASE,
)
_ASKS_WHAT_IT_IS = re.compile(r"^\W*what\s+(?:is|are|was|were)\s+(?:an?\s+)?\w+\W*$", re.IGNORECASE)
_YEAR = re.compile(r"(?:1\d|20)\d\d")
_NO_NOUN_NEXT = frozenset(
    "a an the and or but of in on at to for from by with about when after before do did does say"
    " said is was as if that there here in into to out up off then now".split()
)
"""After "her" these tell that it is the object: "ask her about it"."""


@dataclass(frozen=True, slots=True)
class Segment:
    """A stretch of the conversation: a question, an answer, or the title of the article quoted."""

    role: Role
    text: str


@dataclass(frozen=True, slots=True)
class StandaloneQuery:
    """What is searched, what of it was carried over, and whether the question leaned on that."""

    query: str
    carried: tuple[str, ...] = ()
    needs_history: bool = False


@dataclass(frozen=True, slots=True)
class Row:
    """What the encoder reads: the question, then what was said, the newest first."""

    ids: tuple[int, ...]
    question_end: int
    """``ids[1:question_end]`` are the question's."""
    words: tuple[int, ...]
    """For each token the word of the conversation it is of, counted from its first; -1 for none."""


@dataclass(frozen=True, slots=True)
class Head:
    """Two layers over each word, and a logistic regression over the question."""

    weights: dict[str, NDArray[np.float32]]

    def takes(self, words: NDArray[np.float32]) -> NDArray[np.float32]:
        """Probabilities for words of shape (words, 2 * channels + features)."""
        inner = _gelu(words @ self.weights["inner.weight"] + self.weights["inner.bias"])
        return _share(inner @ self.weights["takes.weight"] + self.weights["takes.bias"])

    def needs(self, question: NDArray[np.float32]) -> float:
        """The probability for a question of shape (2 * channels + features,)."""
        return float(
            _share(question @ self.weights["needs.weight"] + self.weights["needs.bias"])[0]
        )


def refers_back(question: str) -> bool:
    """Whether a word of it, such as "it" or "there", stands for something said before."""
    return any(word.group().lower() in _REFERRING for word in _WORD.finditer(question))


def may_stand_alone(question: str) -> bool:
    """Whether by its form it may ask in full: "Who started the petition?", not "Who paid?".

    No word refers back, and it says two things or asks what a thing is.
    """
    if refers_back(question) or not _ASKING.match(question):
        return False
    return len(content_words(question)) > 1 or bool(_ASKS_WHAT_IT_IS.match(question))


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


def standalone(question: str, turns: Sequence[Answer]) -> StandaloneQuery:
    """The query for ``question`` after ``turns``, oldest first: itself, if it needs none of them.

    "How old is he?" after a question about Ryan Crocker becomes "How old is Ryan Crocker?"; what no
    pronoun stands for follows in brackets: "Why? (about the closure of Harbour Street)".
    """
    segments = tuple(said_in(turns))
    if not segments or content_words(question) == content_words(turns[-1].question) != set():
        return StandaloneQuery(question)
    needs, chances = _shipped().read(question, segments)
    if needs < _NEEDS_FROM:
        return StandaloneQuery(question)
    return worded(question, segments, chances)


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


def worded(
    question: str, segments: Sequence[Segment], chances: Sequence[Sequence[float]]
) -> StandaloneQuery:
    """``question`` with what it takes up; ``chances[i][j]`` is that of word j of segment i."""
    if _YEAR.search(question):  # "and in 2006?" after one about 2005
        chances = [
            [
                0.0 if _YEAR.fullmatch(segment.text[start:end]) else chance
                for (start, end), chance in zip(words(segment.text), likely, strict=True)
            ]
            for segment, likely in zip(segments, chances, strict=True)
        ]
    phrases = _phrases(segments, chances)
    if not phrases and (refers_back(question) or len(content_words(question)) < 2):
        phrases = _asked_last(question, segments)
    if not phrases:
        return StandaloneQuery(question)
    carried = [text for text, _ in phrases]
    query = question
    for place, (text, chance) in enumerate(phrases):
        if chance >= _SURELY_TAKES_FROM and (named := _named(question, text)) is not None:
            query = named
            del phrases[place]
            break
    rest = ", ".join(text for text, _ in phrases)[:_CARRIED_CHARS]
    return StandaloneQuery(f"{query} (about {rest})" if rest else query, tuple(carried), True)


def _phrases(
    segments: Sequence[Segment], chances: Sequence[Sequence[float]]
) -> list[tuple[str, float]]:
    """The likeliest phrases with their chance, each said once, in its longest wording."""
    found: list[tuple[str, float]] = []
    for segment, likely in zip(segments, chances, strict=True):
        text, run, chance = segment.text, None, 0.0
        spans = words(text)
        chosen = [
            (span, each)
            for number, (span, each) in enumerate(zip(spans, likely, strict=True))
            if each >= _TAKES_FROM or _completes_name(text, spans, likely, number)
        ]
        for span, each in chosen:
            if run and _WITHIN_PHRASE.fullmatch(text[run.end : span.start]):
                run, chance = Span(run.start, span.end), max(chance, each)
                continue
            if run:
                found.append((text[run.start : run.end], chance))
            run, chance = span, each
        if run:
            found.append((text[run.start : run.end], chance))
    found.sort(key=lambda phrase: (len(content_words(phrase[0])), phrase[1]), reverse=True)
    kept: list[tuple[str, float]] = []
    for text, chance in found:
        said = content_words(text)
        for place, (longer, best) in enumerate(kept):
            if said <= content_words(longer):
                kept[place] = longer, max(best, chance)
                break
        else:
            kept.append((text, chance))
    kept.sort(key=lambda phrase: phrase[1], reverse=True)
    return kept[:_MOST_PHRASES]


def _completes_name(text: str, spans: Sequence[Span], likely: Sequence[float], number: int) -> bool:
    """Whether the word is capitalised and stands beside a taken one that is, with but a space."""

    def capital(place: int) -> bool:
        return text[spans[place].start].isupper() and bool(
            word_key(text[spans[place].start : spans[place].end])
        )

    return capital(number) and any(
        0 <= other < len(spans)
        and likely[other] >= _TAKES_FROM
        and capital(other)
        and text[spans[min(number, other)].end : spans[max(number, other)].start] == " "
        for other in (number - 1, number + 1)
    )


def _asked_last(question: str, segments: Sequence[Segment]) -> list[tuple[str, float]]:
    """The last question that says by itself what it is about: "Why?" leans on it as a whole."""
    known = content_words(question)
    for segment in reversed(segments):
        says = segment.role == "user" and not refers_back(segment.text)
        if says and content_words(segment.text) - known:
            return [(segment.text.strip(" ?.!"), 0.0)]
    return []


def _named(question: str, phrase: str) -> str | None:
    """``question`` with ``phrase`` for its pronoun; None if none can stand for that."""
    said = words(phrase)
    is_name = (
        all(phrase[start].isupper() for start, end in said if word_key(phrase[start:end]))
        and not phrase.isupper()
    )
    found = words(question)
    for number, (start, end) in enumerate(found):
        word = question[start:end].lower()
        base, is_short = (word[:-2], True) if word[-2:] in ("'s", "’s") else (word, False)
        if not (base in _PERSON and is_name) and not (
            base in _THING and (is_name or (len(said) <= _LONGEST_NAMING and base in ("it", "its")))
        ):
            continue
        name = phrase if is_name or phrase.lower().startswith(("the ", "a ")) else f"the {phrase}"
        following = question[slice(*found[number + 1])].lower() if number + 1 < len(found) else ""
        owns = base in ("his", "its", "their", "hers", "theirs") or (
            base == "her" and following not in _NO_NOUN_NEXT | {""}
        )
        ending = word[-2:] if is_short else ("’" if name.endswith("s") else "’s") if owns else ""
        return f"{question[:start]}{name}{ending}{question[end:]}"
    return None


# What the encoder reads, and what the head sees of it.


def laid_out(
    tokenizer: Any, special: tuple[int, int], question: str, segments: Sequence[Segment]
) -> Row:
    """The row of a question; ``special`` are the ids of <s> and </s>. What does not fit is what was
    said first."""
    begin, end = special
    asked = tokenizer.encode(f"query: {question}", add_special_tokens=False).ids
    ids = [begin, *asked[:_MOST_QUESTION_TOKENS]]
    question_end = len(ids)
    ids += [end, end]
    of_word = [-1] * len(ids)
    spans = [words(segment.text) for segment in segments]
    before = [sum(map(len, spans[:number])) for number in range(len(segments))]
    for number in reversed(range(len(segments))):
        segment, mark = segments[number], _MARKS[segments[number].role]
        encoding = tokenizer.encode(mark + segment.text, add_special_tokens=False)
        room = min(_MOST_SEGMENT_TOKENS, MOST_TOKENS - 1 - len(ids))
        if room <= len(_MARKS):
            break
        ids += [*encoding.ids[:room], end]
        offsets = [(start - len(mark), stop - len(mark)) for start, stop in encoding.offsets[:room]]
        for word in _words_at(offsets, spans[number]):
            of_word.append(before[number] + word if word >= 0 else -1)
        of_word.append(-1)
    return Row(tuple(ids), question_end, tuple(of_word))


def _words_at(offsets: Sequence[tuple[int, int]], spans: Sequence[Span]) -> Iterator[int]:
    """The first word that each token overlaps, or -1."""
    place = 0
    for start, end in offsets:
        while place < len(spans) and spans[place].end <= start:
            place += 1
        yield place if place < len(spans) and end > max(spans[place].start, 0) else -1


@dataclass(frozen=True, slots=True)
class SeenWords:
    """The words of a row that may be taken up, as the head sees them."""

    numbers: NDArray[np.int64]
    """Each word's number, counted from the conversation's first."""
    inputs: NDArray[np.float32]
    """Shape (words, 2 * channels + features)."""
    question: NDArray[np.float32]
    """Shape (2 * channels + features,)."""


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


FEATURES = 13
_PROMPT_TOKENS = 3
"""Tokens of "query: "."""


class FollowUpReader:
    """The encoder and the head; the network is made on first use."""

    def __init__(self, encoder: Path, head: Head) -> None:
        from rag.encoder import EncoderNetwork, open_e5

        self._file = open_e5(encoder)
        self._head = head
        self._network = EncoderNetwork(self._file, lambda hidden, _: [hidden])

    def states(self, rows: Sequence[Row]) -> list[NDArray[np.float32]]:
        """The hidden states of each row, shape (tokens, channels)."""
        outputs = self._network.run([row.ids for row in rows])
        return [hidden[: len(row.ids)] for row, (hidden,) in zip(rows, outputs, strict=True)]

    def row(self, question: str, segments: Sequence[Segment]) -> Row:
        begin, end, *_ = self._file.special_ids
        return laid_out(self._file.tokenizer, (begin, end), question, segments)

    def read(self, question: str, segments: Sequence[Segment]) -> tuple[float, list[list[float]]]:
        """The chance that the question needs what was said, and that it takes up each word."""
        row = self.row(question, segments)
        seen = seen_words(question, segments, row, self.states([row])[0])
        likely = dict(
            zip(seen.numbers.tolist(), self._head.takes(seen.inputs).tolist(), strict=True)
        )
        chances, number = [], 0
        for segment in segments:
            count = len(words(segment.text))
            chances.append([likely.get(each, 0.0) for each in range(number, number + count)])
            number += count
        return self._head.needs(seen.question), chances


@cache
def _shipped() -> FollowUpReader:
    from rag.models import SHIPPED_ENCODER, find_embedder

    return FollowUpReader(Path(find_embedder(SHIPPED_ENCODER).path), shipped_head())


def shipped_head() -> Head:
    """The head that comes with the package."""
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
