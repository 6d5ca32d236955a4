"""Question sets: every form that is read, and the line named in what is malformed."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest

from rag.errors import EvaluationError
from rag.evaluate.questions import Question, read_set
from rag.types import Span


def write(folder: Path, **files: list[Any]) -> Path:
    folder.mkdir(exist_ok=True)
    for name, lines in files.items():
        text = "\n".join(line if isinstance(line, str) else json.dumps(line) for line in lines)
        (folder / f"{name}.jsonl").write_text(text, encoding="utf-8")
    return folder


def questions_of(folder: Path, **options: Any) -> tuple[Question, ...]:
    (collection,) = read_set(folder, **options)
    return collection.questions


ARTICLES = [
    {"id": 7, "title": "Talks", "text": "They met in May.", "date": "2007-05-28", "author": ""},
    {"id": "ships", "text": "Nine ships."},
    {"id": "rain", "text": "It rained."},
]
QUESTION = {"question": "When?", "answers": ["May"]}


def test_reads_a_set_with_articles(tmp_path: Path) -> None:
    write(
        tmp_path,
        articles=ARTICLES,
        questions=[
            QUESTION | {"article_id": 7, "start": 0, "end": 16},
            "",
            {"id": "q", "question": "Who?", "answers": None, "quote": "They met", "relevant": [7]},
            json.dumps({"question": "Now\u2028?", "answers": ["May"]}, ensure_ascii=False),
        ],
        absent=[{"question": "Why?", "answers": ["Nobody knows"]}],
        followups=[{"question": "And then?", "history": ["When?"], "answers": ["May"]}],
    )
    when, who, now, why, then = questions_of(tmp_path)
    article = read_set(tmp_path)[0].articles[0]
    assert (article.text, article.date, article.author) == ("They met in May.", "2007-05-28", None)
    assert article.body == (Span(0, 16),)
    assert (when.id, when.article_id, when.span, when.expected) == ("1", "7", (0, 16), "answer")
    assert (who.id, who.quote, who.relevant, who.expected) == ("q", "They met", ("7",), "answer")
    assert now.text == "Now\u2028?"
    assert (why.kind, why.expected) == ("absent", "abstain")
    assert (then.kind, then.history) == ("follow-up", (("user", "When?"),))


HISTORY: list[Any] = [{"role": "user", "content": "Hi"}, ["assistant", "Hello"]]


@pytest.mark.parametrize(
    ("known", "kind", "expected"),
    [
        ({"answers": ["May"]}, "question", "answer"),
        ({"relevant": ["3", 4]}, "question", None),
        ({"answers": ["May"], "history": HISTORY}, "follow-up", "answer"),
        ({"answers": ["May"], "conflicting": ["June"]}, "conflict", "answer"),
        ({"answerability": "ANSWERABLE"}, "question", "answer"),
        ({"answerability": "PARTIAL"}, "question", "answer"),
        ({"answerability": "UNANSWERABLE"}, "question", "abstain"),
        ({"answerability": "UNDERSPECIFIED"}, "question", None),
        (
            {"article_id": "a", "start": 0, "end": 3, "plausible": ["May"]},
            *("near miss", "abstain"),
        ),
        ({"any": [["May"]], "status": "answered"}, "question", "answer"),
        ({"any": [], "none": ["May"], "status": "abstained"}, "question", "abstain"),
    ],
)
def test_the_fields_say_what_is_expected(
    tmp_path: Path, known: dict[str, Any], kind: str, expected: str | None
) -> None:
    write(tmp_path, questions=[{"question": "Q?"} | known])
    (question,) = questions_of(tmp_path)
    assert (question.kind, question.expected) == (kind, expected)
    if "history" in known:
        assert question.history == (("user", "Hi"), ("assistant", "Hello"))


def test_a_note_may_say_what_corrects_a_false_question(tmp_path: Path) -> None:
    note = "He did not. CORRECTION OK: never left | stayed on «He stayed on.» [7]"
    write(tmp_path, questions=[{"question": "Q?", "status": "abstained", "note": note}])
    assert questions_of(tmp_path)[0].corrections == ("never left", "stayed on")


def test_a_sample_is_repeatable_and_in_order(tmp_path: Path) -> None:
    questions = [{"question": f"{number}?", "answers": ["x"]} for number in range(50)]
    write(tmp_path, questions=questions, absent=[{"question": "absent?"}])
    chosen = [question.id for question in questions_of(tmp_path, sample=5, seed=1)]
    assert chosen == [question.id for question in questions_of(tmp_path, sample=5, seed=1)]
    assert chosen != [question.id for question in questions_of(tmp_path, sample=5, seed=2)]
    assert len(chosen) == 6
    assert chosen[:5] == sorted(chosen[:5], key=int)


def test_near_misses_are_asked_beside_the_questions_on_the_same_articles(tmp_path: Path) -> None:
    lent = write(
        tmp_path / "lent",
        articles=ARTICLES,
        questions=[QUESTION | {"article_id": name, "start": 0, "end": 3} for name in (7, "rain")],
        absent=[{"question": "Why?"}],
    )
    line = {"question": "When not?", "article_id": 7, "start": 0, "end": 9, "plausible": ["May"]}
    near = write(tmp_path / "near", questions=[line])
    (collection,) = read_set(near, beside=lent)
    assert [question.article_id for question in collection.questions] == ["7", "7"]
    assert [question.kind for question in collection.questions] == ["near miss", "question"]
    assert len(collection.articles) == 3


def test_distractors_are_drawn_beside_the_articles_that_are_named(tmp_path: Path) -> None:
    write(tmp_path, articles=ARTICLES, questions=[QUESTION | {"relevant": ["ships"]}])
    assert [a.id for a in read_set(tmp_path, distractors=0)[0].articles] == ["ships"]
    one = read_set(tmp_path, distractors=1)[0].articles
    assert len(one) == 2
    assert one == read_set(tmp_path, distractors=1)[0].articles


def test_a_folder_of_sets_is_asked_set_by_set(tmp_path: Path) -> None:
    for language in ("es", "de"):
        write(tmp_path / language, questions=[QUESTION])
    (tmp_path / "de" / "articles").mkdir()
    assert [part.folder for part in read_set(tmp_path)] == [tmp_path / "de" / "articles", None]


RGB: dict[str, Any] = {
    "query": "When?",
    "answer": [["May", "5th month"]],
    "fakeanswer": "June",
    "positive": ["It was spring.", "It was in May."],
    "positive_wrong": ["It was summer.", "It was in June."],
    "negative": [f"no {number}" for number in range(6)],
}


def test_snippets_make_three_collections(tmp_path: Path) -> None:
    write(tmp_path, questions=[RGB])
    answerable, absent, conflict = read_set(tmp_path)
    texts = [[found.text for found in part.articles] for part in (answerable, absent, conflict)]
    assert texts == [
        ["It was spring.", "no 0", "no 1", "no 2", "no 3"],
        ["no 0", "no 1", "no 2", "no 3", "no 4"],
        # Of either side the first snippet that holds the answer, as normalized words.
        ["It was in May.", "It was in June.", "no 0", "no 1", "no 2"],
    ]
    assert [part.questions[0].kind for part in (answerable, absent, conflict)] == [
        *("question", "absent", "conflict"),
    ]
    assert answerable.questions[0].answers == ("May", "5th month")
    assert conflict.questions[0].conflicting == ("June",)
    assert len({answerable.name, absent.name, conflict.name}) == 3
    for name in ("positive_wrong", "fakeanswer"):
        write(tmp_path, questions=[{key: RGB[key] for key in RGB if key != name}])
        assert [part.questions[0].kind for part in read_set(tmp_path)] == ["question", "absent"]


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("{", "is not a JSON object: Invalid JSON"),
        ("[" * 100_000, "is not a JSON object: Invalid JSON"),
        (r'{"question": "When \ud800?", "answers": ["May"]}', "is not a JSON object: .*hex escape"),
        ({"answers": ["x"]}, "question Field required"),
        ({"question": "  ", "answers": ["x"]}, "question must be text that is not blank"),
        ({"question": "When?"}, "cannot be judged"),
        ({"question": "When?", "answers": "May"}, "answers Input should be a valid tuple"),
        ({"question": "When?", "answers": [""]}, "answers.0 must be text that is not blank"),
        (QUESTION | {"start": 3}, "start and end"),
        (QUESTION | {"start": 3, "end": 3, "article_id": "a"}, "start < end"),
        (QUESTION | {"start": 0, "end": 3}, "need the article_id"),
        (QUESTION | {"start": 0, "end": 99, "article_id": "a"}, "past the 4 characters"),
        (QUESTION | {"article_id": "b"}, "article b, which is not in"),
        (QUESTION | {"relevant": ["a", "c"]}, "article c, which is not in"),
        (QUESTION | {"history": [3]}, "history.0"),
        (QUESTION | {"answerability": "MAYBE"}, "answerability Input should be"),
        ({"question": "When?", "quote": "May", "conflicting": ["June"]}, "needs the answers"),
        (RGB | {"answer": None}, "answer Field required"),
        (RGB | {"answer": [["x"], ["y"]]}, "answer.0 Input should be a valid string"),
    ],
)
def test_a_malformed_line_is_named(tmp_path: Path, line: Any, message: str) -> None:
    write(tmp_path, articles=[{"id": "a", "text": "Text"}], questions=[QUESTION, line])
    with pytest.raises(EvaluationError, match=message) as caught:
        read_set(tmp_path)
    assert f"{tmp_path / 'questions.jsonl'}, line 2" in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("lines", "message"),
    [
        ([{"id": "a", "text": "T"}, {"id": "a", "text": "T"}], "line 2: each article needs an id"),
        ([{"id": "a", "text": ""}], "line 1: text must be text"),
    ],
)
def test_a_malformed_article_is_named(tmp_path: Path, lines: list[Any], message: str) -> None:
    write(tmp_path, articles=lines, questions=[QUESTION])
    with pytest.raises(EvaluationError, match=message):
        read_set(tmp_path)


def test_what_cannot_be_read_is_named(tmp_path: Path) -> None:
    with pytest.raises(EvaluationError, match=r"holds no question set: .*questions\.jsonl"):
        read_set(tmp_path)
    (tmp_path / "questions.jsonl").write_bytes(b'{"question": "\xff"}')
    with pytest.raises(EvaluationError, match=r"questions\.jsonl cannot be read"):
        read_set(tmp_path)


@pytest.mark.skipif("RAG_EVAL_DATA" not in os.environ, reason="RAG_EVAL_DATA names no folder")
def test_every_set_of_the_evaluation_data_is_read() -> None:
    data = Path(os.environ["RAG_EVAL_DATA"])
    for folder in [path for path in data.iterdir() if path.is_dir()]:
        parts = read_set(folder, beside=data / "wiki" if folder.name == "near" else None)
        assert sum(len(part.questions) for part in parts) >= 14
