"""A question in its conversation, and what it might take up from there, in numbers; pure.

What may be taken up are the names and content words said so far, each a candidate (Voskarides et
al., SIGIR 2020, "Query resolution for conversational search with limited supervision", who let a
language model tag the terms; here a few numbers describe each).
"""

from __future__ import annotations

import math
import re
from bisect import bisect_left, bisect_right, insort
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from rag.question.mentions import WORD, Mention, Said, content_words, mentions_of
from rag.text.words import terms
from rag.types import Span

_REFERRING: Mapping[str, frozenset[str]] = {
    "person": frozenset("he she him her his hers himself herself".split()),
    "group": frozenset("they them their theirs themselves".split()),
    "thing": frozenset("it its itself".split()),
    "pointing": frozenset("this that these those such same former latter one ones".split()),
    "place or time": frozenset("there then here".split()),
    "besides": frozenset("other others else another besides also more additional too".split()),
}
_PRONOUNS = _REFERRING["person"] | _REFERRING["group"] | _REFERRING["thing"]
_CONTINUES = re.compile(r"^\W*(?:and|but|so|or|then|also|what about|how about|what if)\b", re.I)
_ASKS_BARE = re.compile(r"^\W*(?:\w+\s+)?(?:who|whom|what|when|where|why|which|how)\W*$", re.I)
_ASKING = re.compile(
    r"^\W*(?:who|whom|whose|what|when|where|why|which|how|is|are|was|were|do|does|did|can|could"
    r"|has|have|had|will|would|should)\b",
    re.I,
)
_ASKS_WHAT_IT_IS = re.compile(r"^\W*what\s+(?:is|are|was|were)\s+(?:an?\s+)?\w+\W*$", re.I)
_DEFINITE = re.compile(r"\bthe\s+\w+", re.I)
_STARTS_WITH_DIGIT = re.compile(r"\W*\d")
_VERBAL = re.compile(r"(?:ed|ing|ly)$")
_LONGEST_NAME_TERMS = 6
"""More capitals in a row are a heading, not somebody's full name."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A name or word of the conversation, with every place where it was said."""

    mentions: tuple[Mention, ...]
    fullest: Mention
    """Its longest wording, the last of them."""
    terms: frozenset[str]
    """Those that the question does not have."""

    @property
    def standing(self) -> tuple[int, int]:
        """The more turns say it, and the earlier they begin to, the higher."""
        return len({mention.turn for mention in self.mentions}), -self.mentions[0].turn


@dataclass(frozen=True)
class FollowUp:
    """A question in its conversation."""

    question: str
    said: tuple[Said, ...]
    candidates: tuple[Candidate, ...]

    @cached_property
    def user_turns(self) -> tuple[int, ...]:
        return tuple(index for index, turn in enumerate(self.said) if turn.role == "user")

    @cached_property
    def turn_terms(self) -> tuple[frozenset[str], ...]:
        return tuple(frozenset(terms(turn.text)) for turn in self.said)

    @cached_property
    def asked_terms(self) -> frozenset[str]:
        return frozenset(terms(self.question))

    @cached_property
    def last_said_in(self) -> Mapping[int, list[Span]]:
        """Where in each turn stands what is last said there, in order."""
        return _last_said(self.candidates)

    @cached_property
    def names_last_said_in(self) -> Mapping[int, list[Span]]:
        return _last_said(c for c in self.candidates if c.fullest.is_name)

    @cached_property
    def standings(self) -> list[tuple[int, int]]:
        """Of all candidates, lowest first."""
        return sorted(candidate.standing for candidate in self.candidates)

    @cached_property
    def standings_by_kind(self) -> Mapping[bool, list[tuple[int, int]]]:
        """Of names and of other words."""
        return {
            kind: sorted(c.standing for c in self.candidates if c.fullest.is_name == kind)
            for kind in (True, False)
        }


def refers_back(question: str) -> bool:
    """Whether a word of it, such as "it" or "there", stands for something said before."""
    words = {word.group().lower() for word in WORD.finditer(question)}
    return not all(words.isdisjoint(referring) for referring in _REFERRING.values())


def may_stand_alone(question: str) -> bool:
    """Whether by its form it may ask in full: "Who started the petition?", not "Who paid?".

    No word refers back, and it says two things or asks what a thing is.
    """
    if refers_back(question) or not _ASKING.match(question):
        return False
    return len(content_words(question)) > 1 or bool(_ASKS_WHAT_IT_IS.match(question))


def follow_up_of(question: str, said: Sequence[Said]) -> FollowUp:
    """The question with what it might take up: all that was said and that it does not say."""
    mentions = [found for number, turn in enumerate(said) for found in mentions_of(turn, number)]
    full_names: dict[str, Mention] = {}
    for name in mentions:
        if name.is_name and len(name.terms) <= _LONGEST_NAME_TERMS:
            for term in name.terms:
                if term not in full_names or len(name.terms) >= len(full_names[term].terms):
                    full_names[term] = name
    grouped: dict[frozenset[str], list[Mention]] = {}
    for mention in mentions:
        name_of_it = full_names.get(mention.terms[-1], mention)
        whole = name_of_it if set(mention.terms) <= set(name_of_it.terms) else mention
        grouped.setdefault(frozenset(whole.terms), []).append(mention)
    asked = frozenset(terms(question))
    candidates = [
        Candidate(
            mentions=tuple(group),
            fullest=max(group, key=lambda mention: (len(mention.terms), mention.turn)),
            terms=unit - asked,
        )
        for unit, group in grouped.items()
        if unit - asked
    ]
    return FollowUp(question, tuple(said), tuple(candidates))


def question_features(follow_up: FollowUp) -> dict[str, float]:
    """How the question refers back, how much it says itself, and what it shares with the turns."""
    question = follow_up.question
    words = {word.group().lower() for word in WORD.finditer(question)}
    content = content_words(question)
    asked = frozenset(terms(" ".join(content)))
    ever = frozenset[str]().union(*follow_up.turn_terms)
    names = [name for name in mentions_of(Said("user", question), 0) if name.is_name]
    known_names = [name for name in names if ever.issuperset(name.terms)]
    last = follow_up.user_turns[-1] if follow_up.user_turns else None
    last_text = follow_up.said[last].text if last is not None else ""
    last_words = {word.group().lower() for word in WORD.finditer(last_text)}
    last_terms = follow_up.turn_terms[last] if last is not None else frozenset()
    return {
        **{kind: float(bool(words & referring)) for kind, referring in _REFERRING.items()},
        "words": math.log1p(len(WORD.findall(question))),
        "content words": min(len(content), 8.0),
        "continues": float(_CONTINUES.match(question) is not None),
        "asks bare": float(_ASKS_BARE.match(question) is not None),
        "asks": float(_ASKING.match(question) is not None),
        "definite": float(len(_DEFINITE.findall(question))),
        "names": min(len(names), 3.0),
        "names said before": min(len(known_names), 3.0),
        "new names": min(len(names) - len(known_names), 3.0),
        "has number": float(_has_number(words)),
        "shared with all turns": _share(asked, ever),
        "shared with last user turn": _share(asked, last_terms),
        "user turns": min(len(follow_up.user_turns), 6.0),
        "last user turn, content words": min(len(content_words(last_text)), 8.0),
        "last user turn, pronoun": float(bool(last_words & _PRONOUNS)),
        "has answers": float(len(follow_up.said) > len(follow_up.user_turns)),
    }


def candidate_features(
    follow_up: FollowUp, candidate: Candidate, priors: Mapping[str, float]
) -> dict[str, float]:
    """Where, how often and by whom it was said, and what kind of word it is.

    ``priors`` are the log-odds of words that conversations often say, of being taken up.
    """
    said, users = follow_up.said, follow_up.user_turns
    turns = sorted({mention.turn for mention in candidate.mentions})
    by_user = [turn for turn in turns if said[turn].role == "user"]
    by_assistant = [turn for turn in turns if said[turn].role != "user"]
    last, first, fullest = candidate.mentions[-1], candidate.mentions[0], candidate.fullest
    in_last_turn = follow_up.last_said_in[last.turn]
    names_in_last_turn = follow_up.names_last_said_in[last.turn]
    company = frozenset[str]().union(*(follow_up.turn_terms[turn] for turn in turns))
    known = [priors[term] for term in candidate.terms if term in priors]
    is_number = _STARTS_WITH_DIGIT.match(fullest.text) is not None
    return {
        "in last user turn": float(bool(users) and users[-1] in turns),
        "in first user turn": float(bool(users) and users[0] in turns),
        "in last answer": float(bool(by_assistant) and by_assistant[-1] > max(users, default=-1)),
        "said by user": float(bool(by_user)),
        "user turns saying it": min(len(by_user), 4.0),
        "answers saying it": min(len(by_assistant), 4.0),
        "user turns since": min(sum(turn > turns[-1] for turn in users), 6.0),
        "user turns since a user said it": (
            min(sum(turn > by_user[-1] for turn in users), 6.0) if by_user else 9.0
        ),
        "turns before": min(float(turns[0]), 8.0),
        "share of turns": len(turns) / len(said),
        "mentions": math.log1p(len(candidate.mentions)),
        "is name": float(fullest.is_name),
        "capitalised": float(fullest.text[0].isupper()),
        "opens sentence": float(fullest.opens_sentence),
        "name words": min(len(fullest.terms), 4.0),
        "is number": float(is_number),
        "number for number": float(is_number and _has_number(follow_up.asked_terms)),
        "verbal": float(not fullest.is_name and bool(_VERBAL.search(fullest.text.lower()))),
        "letters": min(len(fullest.text), 15.0),
        "place in last turn": last.span.start / len(said[last.turn].text),
        "place in first turn": first.span.start / len(said[first.turn].text),
        "length of last turn": math.log1p(len(said[last.turn].text)),
        "ends turn": float(last.span.end >= len(said[last.turn].text) - 2),
        "candidates": math.log1p(len(follow_up.candidates)),
        "candidates before in turn": math.log1p(bisect_left(in_last_turn, last.span)),
        "names before in turn": min(bisect_left(names_in_last_turn, last.span), 4.0),
        "rank": _rank(candidate, follow_up.standings),
        "rank among its kind": _rank(candidate, follow_up.standings_by_kind[fullest.is_name]),
        "completes name": float(not follow_up.asked_terms.isdisjoint(fullest.terms)),
        "said with words of question": _share(follow_up.asked_terms, company),
        "prior": sum(known) / len(known) if known else 0.0,
    }


def _rank(candidate: Candidate, standings: Sequence[tuple[int, int]]) -> float:
    """Log of how many stand above the candidate."""
    return math.log1p(len(standings) - bisect_right(standings, candidate.standing))


def _last_said(candidates: Iterable[Candidate]) -> defaultdict[int, list[Span]]:
    found: defaultdict[int, list[Span]] = defaultdict(list)
    for candidate in candidates:
        insort(found[candidate.mentions[-1].turn], candidate.mentions[-1].span)
    return found


def _has_number(words: frozenset[str] | set[str]) -> bool:
    return any(_STARTS_WITH_DIGIT.match(word) for word in words)


def _share(some: frozenset[str], others: frozenset[str]) -> float:
    return len(some & others) / max(1, len(some))
