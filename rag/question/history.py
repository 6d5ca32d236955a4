"""What a follow-up leaves unsaid: question and history to the query that is searched; pure."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import groupby

from rag.errors import QuestionError
from rag.question.follow_up import Candidate, FollowUp, follow_up_of
from rag.question.mentions import PLACES, WORD, Mention, content_words, said_of
from rag.question.term_selection import FollowUpModel, shipped_model
from rag.types import Answer, Turn

_MOST_FROM_ANSWERS = 2
"""Of names and words that only the answers said: a long answer says many."""
_CARRIED_CHARS = 300
"""Of words and of the last question each: what is asked now must fit into the embedding model's
window too."""
_WITHIN_PHRASE = re.compile(
    r"[ \u00a0-]?(?:(?:of|the|in|on|at|for|to|and|a|an|by|with|from) ){0,2}", re.IGNORECASE
)
_YEAR = re.compile(r"(?:1\d|20)\d\d$")
_BARE_TURN = Answer("", "", "abstained", None, "", (), (), 0.0, "")


def turns(history: Sequence[Turn]) -> tuple[Answer, ...]:
    """The conversation as answers, oldest first: those that came as text carry nothing else.

    Raises QuestionError for a turn that is neither an answer nor a role with a text.
    """
    found: list[Answer] = []
    for number, turn in enumerate(history, start=1):
        if isinstance(turn, Answer):
            found.append(turn)
            continue
        role, text = _role_and_text(number, turn)
        if role == "user":
            found.append(replace(_BARE_TURN, question=text, query=text))
        elif found and not found[-1].text:
            found[-1] = replace(found[-1], status="answered", text=text)
        else:
            found.append(replace(_BARE_TURN, status="answered", text=text))
    return tuple(found)


def standalone_query(question: str, turns: Sequence[Answer]) -> str:
    """The query for ``question``: after what it takes up of the history, if it leans on that.

    "Anna Berg: Who met in Oslo? And where?" holds the names and words taken up, the user's last
    question and the new one. Where the new question exchanges a part of the last one ("and in
    2006?", "the second one"), the other words of that stand in its place. Whether a question leans
    on its history and on which words is told by a model fitted on people's standalone wordings
    (``rag.question.term_selection``).
    """
    follow_up = follow_up_of(question, said_of(list(_said(turns))))
    model = shipped_model()
    if not _needs_history(follow_up):
        return question
    previous = _previous_question(follow_up)
    if previous is not None and follow_up.turn_terms[previous] == follow_up.asked_terms:
        return question  # it is asked once more
    kept = [c for c in follow_up.candidates if not _is_exchanged(c, question)]
    of_previous = {c for c in follow_up.candidates if _says_in_full(previous, c)}
    taken = _taken(follow_up, model, kept, _MOST_FROM_ANSWERS)
    if previous is None or not of_previous.issubset(kept):
        asked = [question]
        taken |= of_previous.intersection(kept)
    else:
        asked = [follow_up.said[previous].text[:_CARRIED_CHARS], question]
        taken -= of_previous
    carried = ", ".join(_phrases(follow_up, taken))[:_CARRIED_CHARS]
    return " ".join([f"{carried}:", *asked] if carried else asked)


def _role_and_text(number: int, turn: Turn) -> tuple[str, str]:
    said = (turn.get("role"), turn.get("content")) if isinstance(turn, Mapping) else turn
    match said:
        case [str(role), str(text)]:
            return role, text
    raise QuestionError(
        f"Turn {number} of the history is neither (role, text) nor a mapping with role and "
        "content, both of them text: mend it."
    )


def _said(turns: Sequence[Answer]) -> Iterator[tuple[str, str]]:
    """What was asked, and what was answered in the articles' words."""
    for turn in turns:
        if turn.question:
            yield "user", turn.question
        if turn.status == "answered":
            yield "assistant", " ".join(each.quote for each in turn.citations) or turn.text


def _needs_history(follow_up: FollowUp) -> bool:
    return bool(follow_up.said) and shipped_model().needs_history(follow_up)


def _previous_question(follow_up: FollowUp) -> int | None:
    """The last turn of the user that says what it is about: "Why?" leans on one before it."""
    users = follow_up.user_turns
    saying = (turn for turn in reversed(users) if content_words(follow_up.said[turn].text))
    return next(saying, users[-1] if users else None)


def _taken(
    follow_up: FollowUp, model: FollowUpModel, kept: Sequence[Candidate], most_from_answers: int
) -> set[Candidate]:
    """The candidates likely to be taken up; of those that answers alone said, the likeliest."""
    likely = [
        (chance, candidate)
        for candidate, chance in model.likely(follow_up)
        if chance >= model.takes_from and candidate in kept
    ]
    likely.sort(key=lambda pair: pair[0], reverse=True)
    of_users = {c for _, c in likely if not _turns_of(c).isdisjoint(follow_up.user_turns)}
    of_answers = [candidate for _, candidate in likely if candidate not in of_users]
    return of_users | set(of_answers[:most_from_answers])


def _says_in_full(turn: int | None, candidate: Candidate) -> bool:
    longest = len(candidate.fullest.terms)
    return any(m.turn == turn and len(m.terms) == longest for m in candidate.mentions)


def _turns_of(candidate: Candidate) -> set[int]:
    return {mention.turn for mention in candidate.mentions}


def _is_exchanged(candidate: Candidate, question: str) -> bool:
    """Whether the question names another of its kind: "and in 2006?" after one about 2005."""
    text = candidate.fullest.text.lower()
    asked = {word.lower() for word in WORD.findall(question)}
    if text in PLACES:
        return not asked.isdisjoint(PLACES)
    return bool(_YEAR.match(text)) and any(_YEAR.match(word) for word in asked)


def _phrases(follow_up: FollowUp, taken: Collection[Candidate]) -> list[str]:
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
