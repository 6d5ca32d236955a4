"""A whole evaluation over a fake library: every score by hand, and what is written of it."""

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
from tests.evaluate.fakes import FakeLibrary, abstained, answered, article, citation, hit
from tests.evaluate.test_question_sets import write

TALKS = article("talks", "The talks lasted four hours. They were held in Baghdad.")
SHIPS = article("ships", "Nine warships took part.")
ARTICLES = [{"id": made.id, "text": made.text} for made in (TALKS, SHIPS)]


def run(
    folder: Path,
    answers: Mapping[str, Answer],
    hits: Mapping[str, Any] | None = None,
    **options: Any,
) -> Evaluation:
    library = FakeLibrary(answers, hits or {}, (TALKS, SHIPS))
    evaluation = evaluate(folder, Settings(), open_library=lambda *_: library, **options)
    assert library.closed
    return evaluation


def value(evaluation: Evaluation, section: str, name: str) -> float | None:
    return evaluation.score(section, name).value


def place(article_id: str, start: int, end: int) -> dict[str, Any]:
    return {"article_id": article_id, "start": start, "end": end}


@pytest.fixture(scope="module")
def evaluation(tmp_path_factory: pytest.TempPathFactory) -> Evaluation:
    """Three questions (right, wrong, abstained), two absent ones (answered, abstained)."""
    folder = tmp_path_factory.mktemp("set")
    write(
        folder,
        articles=ARTICLES,
        questions=[
            {"question": "How long?", "answers": ["four hours"], **place("talks", 0, 28)},
            {"question": "How many?", "answers": ["nine"], **place("ships", 0, 24)},
            {"question": "Where?", "answers": ["Baghdad"], **place("talks", 29, 55)},
        ],
        absent=[{"question": "Who won?"}, {"question": "Why?"}],
        followups=[{"question": "And how long?", "answers": ["four hours"], "history": ["Where?"]}],
    )
    hours = citation(1, TALKS, "The talks lasted four hours.")
    held = citation(2, TALKS, "They were held in Baghdad.")
    return run(
        folder,
        {
            "How long?": answered(
                f"{hours.quote} [1] {held.quote} [2]",
                short="hours",
                citations=(hours, held),
                confidence=0.9,
            ),
            "How many?": answered(f"{hours.quote} [1]", citations=(hours,), confidence=0.6),
            "Where?": abstained(0.3),
            "Who won?": answered(f"{hours.quote} [1]", citations=(hours,), confidence=0.4),
            "Why?": abstained(0.1),
            "And how long?": answered("four hours", short="four hours", confidence=0.8),
        },
        {
            "How long?": [hit(TALKS, 0, 28)],
            "How many?": [hit(TALKS, 0, 28), hit(SHIPS)],
            "Where?": [hit(SHIPS)],
        },
    )


@pytest.mark.parametrize(
    ("section", "name", "expected", "count"),
    [
        ("retrieval", "hit@1", 1 / 3, 3),
        ("retrieval", "hit@5", 2 / 3, 3),
        ("retrieval", "nDCG@10", None, 0),
        ("answers", "contains", 1 / 3, 3),
        ("answers", "exact match, short", 0.0, 3),
        ("answers", "token F1, short", 2 * 1 / (1 + 2) / 3, 3),
        ("answers", "words shown", (10 + 5) / 2, 2),
        ("follow-ups", "contains", 1.0, 1),
        ("follow-ups", "token F1, short", 1.0, 1),
        ("deciding", "answered, answerable", 3 / 4, 4),
        ("deciding", "abstained, absent", 1 / 2, 2),
        # 0.9, 0.6, 0.8 are above both absent ones, 0.3 is above one of two.
        ("deciding", "area under ROC", 7 / 8, 6),
        # In order: right, right, then four that are not.
        ("deciding", "area under risk–coverage", (1 / 3 + 2 / 4 + 3 / 5 + 4 / 6) / 6, 6),
        ("deciding", "calibration error", (0.1 + 0.2 + 0.6 + 0.4 + 0.3 + 0.1) / 6, 6),
        ("deciding", "calibration error, answered", (0.1 + 0.2 + 0.6 + 0.4) / 4, 4),
        ("citations", "exactness", 1.0, 3),
        ("citations", "precision", 1 / 3, 2),
    ],
)
def test_scores(
    evaluation: Evaluation, section: str, name: str, expected: float | None, count: int
) -> None:
    score = evaluation.score(section, name)
    assert score.count == count
    if expected is None:
        assert score.value is None
    else:
        assert score.value == pytest.approx(expected)
        if count > 1:
            assert score.low is not None
            assert score.high is not None
            assert score.low <= expected <= score.high
        else:
            assert (score.low, score.high) == (None, None)


def test_seconds_by_stage(evaluation: Evaluation) -> None:
    stages = {stage.stage: stage for stage in evaluation.seconds}
    assert list(stages) == ["read", "to the first words", "to the whole answer"]
    assert stages["read"].median == 0.25
    assert stages["read"].p95 == 0.75
    assert stages["to the first words"].median > 0


def test_json_holds_every_question(evaluation: Evaluation) -> None:
    read = json.loads(to_json(evaluation))
    assert [record["question"] for record in read["records"]] == [
        "How long?", "How many?", "Where?", "Who won?", "Why?", "And how long?",
    ]  # fmt: skip
    assert read["records"][0]["quotes"][1]["quote"] == "They were held in Baghdad."
    assert read["records"][1]["right"] is False
    assert read["models"] == ["fake"]
    assert {"section", "name", "value", "low", "high", "count"} == set(read["scores"][0])


def test_the_table_shows_what_could_be_scored(evaluation: Evaluation) -> None:
    table = render(evaluation)
    assert "0.333" in table
    assert "abstained, absent" in table
    assert "nDCG" not in table


def test_without_absent_questions(tmp_path: Path) -> None:
    write(tmp_path, questions=[{"question": "How long?", "answers": ["four hours"]}])
    evaluation = run(tmp_path, {"How long?": answered("four hours", confidence=1.0)})
    for name in ("area under ROC", "abstained, absent"):
        score = evaluation.score("deciding", name)
        assert (score.value, score.count) == (None, 0)
    assert value(evaluation, "deciding", "calibration error") == 0.0
    assert value(evaluation, "citations", "exactness") is None
    assert "area under ROC" not in render(evaluation)


def test_without_answerable_questions(tmp_path: Path) -> None:
    write(tmp_path, absent=[{"question": "Who won?"}])
    evaluation = run(tmp_path, {})
    assert value(evaluation, "deciding", "abstained, absent") == 1.0
    assert value(evaluation, "deciding", "area under ROC") is None
    assert value(evaluation, "answers", "words shown") is None
    assert value(evaluation, "deciding", "calibration error") is None
    assert evaluation.curve == ()
    assert [stage.stage for stage in evaluation.seconds] == ["read", "to the whole answer"]


def test_topics_alone_have_no_curve(tmp_path: Path) -> None:
    write(tmp_path, articles=ARTICLES, questions=[{"question": "ships", "relevant": ["ships"]}])
    evaluation = run(tmp_path, {}, {"ships": [hit(TALKS), hit(TALKS, 3), hit(SHIPS)]})
    assert value(evaluation, "retrieval", "recall@5") == 1.0
    assert (evaluation.curve, evaluation.answered) == ((), None)


def test_an_empty_set_is_an_error(tmp_path: Path) -> None:
    write(tmp_path, questions=["", ""])
    with pytest.raises(EvaluationError, match="holds no question"):
        run(tmp_path, {})


@pytest.mark.parametrize("sample", [0, -1])
def test_a_sample_of_none_is_an_error(tmp_path: Path, sample: int) -> None:
    write(tmp_path, absent=[{"question": "Who won?"}])
    with pytest.raises(EvaluationError, match="sample"):
        evaluate(tmp_path, Settings(), sample=sample)


def test_progress_and_one_library_for_each_snippet_question(tmp_path: Path) -> None:
    line = {"query": "When?", "answer": "May", "positive": ["In May."], "negative": ["In June."]}
    write(tmp_path, questions=[line])
    opened: list[tuple[Path, tuple[Article, ...]]] = []
    steps: list[Progress] = []

    def open_library(collection: Any, index: Path, *_: Any) -> FakeLibrary:
        opened.append((index, collection.articles))
        return FakeLibrary({"When?": answered(collection.articles[0].text)})

    evaluation = evaluate(
        tmp_path,
        Settings(),
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
    assert value(evaluation, "answers", "contains") == 1.0
    assert value(evaluation, "deciding", "abstained, absent") == 0.0


@pytest.mark.models
def test_the_real_library_is_built_over_articles_and_folders(tmp_path: Path) -> None:
    text = "The talks in Baghdad lasted four hours. Nine warships took part in the exercise."
    question = {
        "question": "How long did the talks last?",
        "answers": ["four hours"],
        "quote": "four hours",
    }
    with_file, with_folder = tmp_path / "file", tmp_path / "folder"
    for folder in (with_file, with_folder / "articles"):
        folder.mkdir(parents=True)
    write(with_file, questions=[question], articles=[{"id": "talks", "text": text}])
    write(with_folder, questions=[question])
    (with_folder / "articles" / "talks.txt").write_text(text, encoding="utf-8")
    for folder in (with_file, with_folder):
        evaluation = evaluate(
            folder, Settings(min_confidence=0.0), index=tmp_path / "kept" / folder.name
        )
        assert value(evaluation, "retrieval", "hit@1") == 1.0
        assert value(evaluation, "answers", "contains") == 1.0
        assert value(evaluation, "citations", "exactness") == 1.0
