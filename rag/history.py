"""What a follow-up leaves unsaid: question and history to the query that is searched; pure."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import groupby

from rag.follow_up import Candidate, FollowUp, follow_up_of
from rag.listed import listed_item
from rag.mentions import ORDINALS, WORD, Mention, content_words, said_of
from rag.term_selection import shipped_model
from rag.types import Turn

_REFERRING = frozenset(
    "he she it they him her his hers its their theirs them himself herself itself themselves "
    "this that these those there then such one ones same former latter else".split()
)
_OPENING = re.compile(r"^\W*(?:and|but|so|or|then|also|what about|how about)\b", re.IGNORECASE)
_FEW_CONTENT_WORDS = 2
_MOST_FROM_ANSWERS = 2
"""Of names and words that only the answers said: a long answer says many."""
_CARRIED_CHARS = 300
"""What is asked now must fit into the embedding model's window too."""
_WITHIN_PHRASE = re.compile(
    r"[ \u00a0-]?(?:(?:of|the|in|on|at|for|to|and|a|an|by|with|from) ){0,2}", re.IGNORECASE
)
_NUMBER = re.compile(r"\d")


def turns(history: Sequence[Turn]) -> list[tuple[str, str]]:
    """(role, text) of each turn, whichever of the two forms it came in."""
    return [
        (turn["role"], turn["content"])
        if not isinstance(turn, tuple | list)
        else (turn[0], turn[1])
        for turn in history
    ]


def standalone_query(question: str, history: Sequence[Turn]) -> str:
    """The query for ``question``: after the words of the history that it leans on, if it does.

    "Kazemi Qomi, talks: and in 2006?" Whether it leans on them and on which is told by a model
    fitted on people's standalone wordings (``rag.term_selection``; LOG.md, "follow-ups fitted").
    """
    earlier = turns(history)
    follow_up = follow_up_of(question, said_of(earlier))
    if not follow_up.candidates:
        return question
    model = shipped_model()
    if not (leans_on_history(question) or model.needs_history(follow_up)):
        return question
    item = listed_item(question, earlier)
    from_answers = 0 if item else _MOST_FROM_ANSWERS
    taken = _taken(follow_up, model.likely(follow_up), model.takes_from, from_answers)
    phrases = [*_phrases(follow_up, taken), *filter(None, [item])]
    carried = ", ".join(phrases)[:_CARRIED_CHARS]
    return f"{carried}: {question}" if carried else question


def leans_on_history(question: str) -> bool:
    """Whether a question refers back: by a pronoun, by how it opens, or by saying little itself."""
    words = {word.lower() for word in WORD.findall(question)}
    return (
        len(content_words(question)) < _FEW_CONTENT_WORDS
        or not _REFERRING.isdisjoint(words)
        or _OPENING.match(question) is not None
    )


def _taken(
    follow_up: FollowUp,
    likely: Sequence[tuple[Candidate, float]],
    takes_from: float,
    most_from_answers: int,
) -> list[Candidate]:
    """The likely candidates; all that the user said last, where the question says too little."""
    says_little = _says_little(follow_up.question)
    last = follow_up.user_turns[-1] if follow_up.user_turns else None
    taken = []
    from_answers = []
    for candidate, chance in likely:
        if _is_exchanged(candidate, follow_up.question):
            continue
        in_turns = {mention.turn for mention in candidate.mentions}
        if not in_turns.isdisjoint(follow_up.user_turns):
            if chance >= takes_from or (says_little and last in in_turns):
                taken.append(candidate)
        elif chance >= takes_from:
            from_answers.append((chance, candidate))
    from_answers.sort(key=lambda pair: pair[0], reverse=True)
    return taken + [candidate for _, candidate in from_answers[:most_from_answers]]


def _says_little(question: str) -> bool:
    """Whether a question gives no more than one thing to put into the question before it."""
    return len(content_words(question)) < _FEW_CONTENT_WORDS


def _is_exchanged(candidate: Candidate, question: str) -> bool:
    """Whether the question names another of its kind: "and in 2006?" after one about 2005."""
    text = candidate.fullest.text.lower()
    asked = {word.lower() for word in WORD.findall(question)}
    if text in ORDINALS:
        return not asked.isdisjoint(ORDINALS)
    return bool(_NUMBER.match(text)) and any(_NUMBER.match(word) for word in asked)


def _phrases(follow_up: FollowUp, taken: Sequence[Candidate]) -> list[str]:
    """The wordings of what is taken, in the order of the history, those that touch as one."""
    mentions = sorted(
        {_shown(follow_up, candidate) for candidate in taken},
        key=lambda mention: (mention.turn, mention.span),
    )
    phrases: list[str] = []
    for number, of_turn in groupby(mentions, key=lambda mention: mention.turn):
        text, end = follow_up.said[number].text, -1
        for mention in of_turn:
            if end >= 0 and _WITHIN_PHRASE.fullmatch(text[end : mention.span.start]):
                phrases[-1] += text[end : mention.span.end]
            else:
                phrases.append(mention.text)
            end = mention.span.end
    return phrases


def _shown(follow_up: FollowUp, candidate: Candidate) -> Mention:
    """Its fullest wording, as the user said it last."""
    longest = len(candidate.fullest.terms)
    wordings = [mention for mention in candidate.mentions if len(mention.terms) == longest]
    of_user = [mention for mention in wordings if mention.turn in follow_up.user_turns]
    return (of_user or wordings)[-1]
