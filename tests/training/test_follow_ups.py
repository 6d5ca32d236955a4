from __future__ import annotations

from itertools import pairwise
from typing import Any

from rag.question.follow_up import Segment, words
from training.follow_ups import FollowUp, follow_up, read_rows, split

TALKS = (
    Segment("user", "Who met in Oslo?"),
    Segment("assistant", "Anna Berg met the envoys of Norland."),
)


def taken(example: FollowUp) -> list[str]:
    return [
        segment.text[start:end]
        for segment, marks in zip(example.history, example.taken, strict=True)
        for (start, end), mark in zip(words(segment.text), marks, strict=True)
        if mark
    ]


def rows() -> list[dict[str, Any]]:
    found = []
    for name in ("Berg", "Haddad", "Lund", "Falk", "Roake", "Abara", "Soler", "Dorn") * 5:
        said = [("user", f"Who is {name}?"), ("assistant", f"{name} sails.")]
        found.append(
            {
                "topic": [f"{name} {len(found) % 5}", "Life"],
                "history": [{"role": role, "content": text} for role, text in said],
                "question": "Where does she live?",
                "standalone": f"Where does {name} live?",
            }
        )
    return found


def test_what_the_standalone_wording_adds_is_taken_up() -> None:
    example = follow_up(TALKS, "Why did she?", "Why did Anna Berg meet the envoy?", "a")
    assert taken(example) == ["Anna", "Berg", "envoys"]
    assert example.needs_history


def test_what_the_question_says_itself_is_not() -> None:
    example = follow_up(TALKS, "Why did Berg leave Oslo?", "Why did Berg leave Oslo?", "a")
    assert taken(example) == []
    assert not example.needs_history


def test_conversations_are_never_split_and_examples_made_of_them_stay_on_their_side() -> None:
    found = list(read_rows(rows()))
    assert {split(each.group) for each in found} == {"fit", "held_out"}
    made = {each.made for each in found}
    assert made == {"", "older subject", "other subject", "named in full", "goes on"}
    for each in found:
        assert len(each.taken) == len(each.history)
        assert (taken(each) == []) == (not each.needs_history)
        assert not each.needs_history or each.made in ("", "older subject", "goes on")
    for before, after in pairwise(found):
        if after.made == "older subject":
            assert taken(after) == taken(before)
            assert len(after.history) > len(before.history)


def test_the_same_seed_makes_the_same_examples() -> None:
    assert list(read_rows(rows(), 3)) == list(read_rows(rows(), 3))
