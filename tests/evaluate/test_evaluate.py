"""A whole evaluation over a fake library and over the real one, and what is written of it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from rag.errors import EvaluationError
from rag.evaluate import Evaluation, evaluate, render, to_json
from rag.settings import Settings
from rag.types import Answer, Article, Progress
from tests.evaluate.fakes import HOURS, TALKS, FakeLibrary, abstained, answered, hit
from tests.evaluate.test_questions import write


def run(folder: Path, answers: Mapping[str, Answer], **options: Any) -> Evaluation:
    library = FakeLibrary(answers, {"How long?": [hit(TALKS, 0, 28)]})
    evaluation = evaluate(folder, Settings(), open_library=lambda *_: library, **options)
    assert library.closed
    return evaluation


@pytest.fixture(scope="module")
def evaluation(tmp_path_factory: pytest.TempPathFactory) -> Evaluation:
    folder = write(
        tmp_path_factory.mktemp("set"),
        articles=[{"id": "talks", "text": TALKS.text}],
        questions=[
            {"question": "How long?", "answers": ["four hours"]}
            | {"article_id": "talks", "start": 0, "end": 28},
            {"question": "Where?", "kind": "place", "any": [["Baghdad"]], "history": ["Who?"]},
        ],
        absent=[{"question": "Why?"}],
    )
    return run(
        folder,
        {
            "How long?": answered("four hours [1]", short="hours", citations=(HOURS,)),
            "Where?": abstained(0.3),
        },
    )


def test_every_question_is_asked_and_scored(evaluation: Evaluation) -> None:
    assert evaluation.score("retrieval", "hit@1").value == 1.0
    assert evaluation.score("answers", "contains").value == 1.0
    assert evaluation.score("deciding", "abstained, absent").value == 1.0
    with pytest.raises(KeyError):
        evaluation.score("retrieval", "nDCG@10")
    assert evaluation.score("seconds", "read").value == 0.75
    assert evaluation.score("seconds", "read, 95 of 100").value == 0.75
    assert evaluation.score("seconds", "to the first words").value > 0


def test_json_holds_every_question(evaluation: Evaluation) -> None:
    read = json.loads(to_json(evaluation))
    assert read["models"] == ["fake"]
    assert {"section", "name", "value", "low", "high", "count"} == set(read["scores"][0])
    how_long, where, why = read["records"]
    assert how_long["question"] == "How long?"
    assert how_long["text"] == "four hours [1]"
    assert how_long["shown"] == "four hours"
    assert how_long["citations"][0]["quote"] == "The talks lasted four hours."
    assert how_long["hits"][0]["holds_answer"] is True
    assert (how_long["right"], how_long["measures"]["exact match, short"]) == (True, 0.0)
    assert (where["category"], where["verdict"]) == ("place", "refused")
    assert where["history"] == [["", "The articles do not say."]]
    assert (why["kind"], why["expected"]) == ("absent", "abstain")


def test_the_tables_show_what_could_be_taken(evaluation: Evaluation) -> None:
    shown = render(evaluation)
    assert "hit@1" in shown
    assert "nDCG@10" not in shown
    rows = [line.split() for line in shown.splitlines()]
    assert ["place", "0", "0", "0", "0", "1"] in rows
    assert max(map(len, shown.splitlines())) <= 100


def test_an_empty_set_and_an_empty_sample_are_errors(tmp_path: Path) -> None:
    write(tmp_path, questions=["", ""])
    with pytest.raises(EvaluationError, match="holds no question"):
        evaluate(tmp_path, Settings())
    write(tmp_path, absent=[{"question": "Who won?"}])
    with pytest.raises(EvaluationError, match="sample"):
        evaluate(tmp_path, Settings(), sample=0)


def test_progress_and_one_library_for_each_snippet_question(tmp_path: Path) -> None:
    line = {"query": "When?", "answer": "May", "positive": ["In May."], "negative": ["In June."]}
    write(tmp_path, questions=[line])
    opened: list[tuple[Path, tuple[Article, ...]]] = []
    steps: list[Progress] = []

    def open_library(collection: Any, index: Path, *_: Any) -> FakeLibrary:
        opened.append((index, collection.articles))
        return FakeLibrary({"When?": answered(collection.articles[0].text)})

    evaluation = evaluate(
        *(tmp_path, Settings()),
        index=tmp_path / "kept",
        progress=steps.append,
        open_library=open_library,
    )
    assert [[found.text for found in articles] for _, articles in opened] == [
        ["In May.", "In June."],
        ["In June."],
    ]
    assert len({index for index, _ in opened}) == 2
    assert all(index.parent == tmp_path / "kept" for index, _ in opened)
    assert steps == [Progress("asking", 1, 2), Progress("asking", 2, 2)]
    assert evaluation.score("answers", "contains").value == 1.0
    assert evaluation.score("deciding", "abstained, absent").value == 0.0


@pytest.mark.models
def test_the_real_library_is_built_over_articles_and_folders(tmp_path: Path) -> None:
    text = "The talks in Baghdad lasted four hours. Nine warships took part in the exercise."
    question = {
        **{"question": "How long did the talks last?", "answers": ["four hours"]},
        "quote": "four hours",
    }
    write(tmp_path / "file", questions=[question], articles=[{"id": "talks", "text": text}])
    write(tmp_path / "folder", questions=[question])
    (tmp_path / "folder" / "articles").mkdir()
    (tmp_path / "folder" / "articles" / "talks.txt").write_text(text, encoding="utf-8")
    for name in ("file", "folder"):
        kept = tmp_path / "kept" / name
        found = evaluate(tmp_path / name, Settings(min_confidence=0.0), index=kept)
        assert found.score("retrieval", "hit@1").value == 1.0
        assert found.score("answers", "contains").value == 1.0
        assert found.score("citations", "exactness").value == 1.0
