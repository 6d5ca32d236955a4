from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from training.follow_up_turns import Turn, other_subjects, read_turns, without_answers

ROWS: list[dict[str, Any]] = [
    {
        "source": "canard",
        "topic": ["Anna Berg", "Youth"],
        "history": [
            {"role": "user", "content": "Where did Anna Berg grow up?"},
            {"role": "assistant", "content": "In Norland."},
        ],
        "question": "When did she leave?",
        "standalone": "When did Anna Berg leave Norland?",
    },
    {
        "source": "govt",
        "history": [{"role": "user", "content": "How do I renew a permit?"}],
        "question": "And online?",
        "standalone": "Can I renew a permit at Harbour Office online?",
    },
    {"source": "govt", "history": [], "question": "Who pays?", "standalone": "Who pays?"},
]


def turns_in(folder: Path) -> list[Turn]:
    path = folder / "rewrite.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in ROWS))
    return read_turns(path)


def test_what_the_standalone_wording_takes_from_the_history(tmp_path: Path) -> None:
    first, second = turns_in(tmp_path)
    assert first.taken == {"anna", "berg", "norland"}
    taken = {
        candidate.fullest.text
        for candidate, label in zip(first.follow_up.candidates, first.labels, strict=True)
        if label
    }
    assert taken == {"Anna Berg", "Norland"}
    assert second.taken == {"renew", "permit"}


def test_histories_lose_their_answers(tmp_path: Path) -> None:
    (turn,) = without_answers(turns_in(tmp_path))
    assert [said.role for said in turn.follow_up.said] == ["user"]


def test_a_change_of_subject_is_another_conversations_question(tmp_path: Path) -> None:
    turns = turns_in(tmp_path)
    changes = [change for seed in range(9) for change in other_subjects(turns, seed)]
    assert {change.follow_up.question for change in changes} == {ROWS[1]["standalone"]}
    assert all(change.taken == frozenset() for change in changes)
    assert {change.conversation for change in changes} == {turns[0].conversation}
