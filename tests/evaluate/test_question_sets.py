"""Question sets: every form that is read, and the line named in what is malformed."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest
from rag.evaluate.question_sets import read_set

from rag.errors import EvaluationError
from rag.evaluate.questions import Part
from rag.types import Span


def write(folder: Path, **files: list[Any]) -> Path:
    for name, lines in files.items():
        text = "\n".join(line if isinstance(line, str) else json.dumps(line) for line in lines)
        (folder / f"{name}.jsonl").write_text(text, encoding="utf-8")
    return folder


def test_reads_a_set_with_articles(tmp_path: Path) -> None:
    write(
        tmp_path,
        articles=[{"id": 7, "title": "Talks", "text": "They met in May."}],
        questions=[
            {"question": "When?", "answers": ["May"], "article_id": 7, "start": 0, "end": 16},
            "",
            {"id": "q", "question": "Who?", "answers": None, "quote": "They met", "relevant": [7]},
        ],
        absent=[{"question": "Why?"}],
        followups=[{"question": "And then?", "history": ["When?"], "answers": ["May"]}],
    )
    (collection,) = read_set(tmp_path)
    when, who, why, then = collection.questions
    assert collection.articles[0].text == "They met in May."
    assert collection.articles[0].body == (Span(0, 16),)
    assert (when.id, when.article_id, when.span, when.expected) == ("1", "7", (0, 16), "answer")
    assert (who.id, who.quote, who.relevant, who.expected) == ("q", "They met", ("7",), "answer")
    assert (why.kind, why.expected) == ("absent", "abstain")
    assert (then.kind, then.history) == ("follow-up", (("user", "When?"),))


def test_answerability_says_what_is_expected(tmp_path: Path) -> None:
    kinds = ["ANSWERABLE", "PARTIAL", "UNANSWERABLE", "UNDERSPECIFIED"]
    history = [{"role": "user", "content": "Hi"}, ["assistant", "Hello"]]
    write(
        tmp_path,
        questions=[
            {"question": "Q?", "answerability": kind, "relevant": [], "history": history}
            for kind in kinds
        ],
    )
    (collection,) = read_set(tmp_path)
    expected = [question.expected for question in collection.questions]
    assert expected == ["answer", "answer", "abstain", None]
    assert [question.partial for question in collection.questions] == [False, True, False, False]
    assert collection.questions[0].history == (("user", "Hi"), ("assistant", "Hello"))


def test_topics_with_relevant_articles_expect_neither(tmp_path: Path) -> None:
    write(tmp_path, questions=[{"question": "u.s. policy", "relevant": ["3", 4, "3"]}])
    (question,) = read_set(tmp_path)[0].questions
    assert question.expected is None
    assert question.relevant == ("3", "4")


@pytest.mark.parametrize("name", ["questions", "followups"])
def test_a_question_with_a_history_is_a_follow_up_in_any_file(tmp_path: Path, name: str) -> None:
    line = {"question": "And then?", "history": ["When?"], "answers": ["May"]}
    write(tmp_path, **{name: [line]}, absent=[{"question": "Why?", "history": ["When?"]}])
    kinds = {question.text: question.kind for question in read_set(tmp_path)[0].questions}
    assert kinds == {"And then?": "follow-up", "Why?": "absent"}


def test_conflicting_answers_make_a_question_of_their_own_kind(tmp_path: Path) -> None:
    line = {"question": "When?", "answers": ["May"], "conflicting": ["June", "in June"]}
    write(tmp_path, questions=[line])
    (question,) = read_set(tmp_path)[0].questions
    assert (question.kind, question.expected) == ("conflict", "answer")
    assert question.conflicting == ("June", "in June")
    assert not question.partial


def test_parts_say_what_can_be_answered(tmp_path: Path) -> None:
    known: dict[str, Any] = {"question": "When did they meet?", "answers": ["May"]}
    missing = {"question": "Why did they meet?", "absent": True}
    sets = {"both": [known, missing], "known": [known, known], "missing": [missing]}
    write(tmp_path, questions=[{"id": i, "question": "Q?", "parts": p} for i, p in sets.items()])
    both, whole, absent = read_set(tmp_path)[0].questions
    assert both.parts == (
        Part("When did they meet?", ("May",)),
        Part("Why did they meet?", ()),
    )
    assert (both.expected, both.partial) == ("answer", True)
    assert (whole.expected, whole.partial) == ("answer", False)
    assert (absent.expected, absent.partial) == ("abstain", False)


def test_an_absent_question_has_no_conflict(tmp_path: Path) -> None:
    write(tmp_path, absent=[{"question": "Why?", "answers": ["May"], "conflicting": ["June"]}])
    with pytest.raises(EvaluationError, match="line 1: conflicting needs the answers"):
        read_set(tmp_path)


def test_a_folder_of_articles_counts_where_there_is_no_file_of_them(tmp_path: Path) -> None:
    write(tmp_path, questions=[{"question": "When?", "answers": ["May"]}])
    assert read_set(tmp_path)[0].folder is None
    (tmp_path / "articles").mkdir()
    assert read_set(tmp_path)[0].folder == tmp_path / "articles"


def test_a_sample_is_repeatable_and_in_order(tmp_path: Path) -> None:
    questions = [{"question": f"{number}?", "answers": ["x"]} for number in range(50)]
    write(tmp_path, questions=questions, absent=[{"question": "absent?"}])
    chosen = [question.id for question in read_set(tmp_path, sample=5, seed=1)[0].questions]
    again = [question.id for question in read_set(tmp_path, sample=5, seed=1)[0].questions]
    other = [question.id for question in read_set(tmp_path, sample=5, seed=2)[0].questions]
    assert len(chosen) == 6
    assert chosen == again != other
    assert [int(number) for number in chosen[:5]] == sorted(int(number) for number in chosen[:5])


QUESTION = {"question": "When?", "answers": ["May"]}


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("{", "is not JSON"),
        ("[1]", "is not a JSON object"),
        ({"answers": ["x"]}, "question must be text"),
        ({"question": "  ", "answers": ["x"]}, "question must be text"),
        ({"question": "When?"}, "cannot be judged"),
        ({"question": "When?", "answers": []}, "cannot be judged"),
        ({"question": "When?", "answers": "May"}, "answers must be a list"),
        ({"question": "When?", "answers": [""]}, "answers must be a list"),
        (QUESTION | {"quote": 3}, "quote must be text"),
        (QUESTION | {"start": 3}, "start and end"),
        (QUESTION | {"start": 3, "end": 3, "article_id": "a"}, "start < end"),
        (QUESTION | {"start": True, "end": 3, "article_id": "a"}, "whole numbers"),
        (QUESTION | {"start": 0, "end": 3}, "need the article_id"),
        (QUESTION | {"start": 0, "end": 99, "article_id": "a"}, "past the 4 characters"),
        (QUESTION | {"article_id": "b"}, "article b, which is not in"),
        (QUESTION | {"relevant": ["a", "c"]}, "article c, which is not in"),
        (QUESTION | {"relevant": "a"}, "relevant must be a list"),
        (QUESTION | {"relevant": [None]}, "relevant must be text or a whole number"),
        (QUESTION | {"history": "Hi"}, "history must be a list"),
        (QUESTION | {"history": [3]}, "a turn of history"),
        (QUESTION | {"answerability": "MAYBE"}, "answerability must be one of"),
        (QUESTION | {"conflicting": "June"}, "conflicting must be a list"),
        ({"question": "When?", "quote": "May", "conflicting": ["June"]}, "needs the answers"),
        (QUESTION | {"parts": ["Why?"]}, "parts must be a list of JSON objects"),
        (QUESTION | {"parts": [{"question": "Why?"}]}, "either answers or"),
        (QUESTION | {"parts": [{"answers": ["x"], "absent": True}]}, "either answers or"),
        (QUESTION | {"parts": [{"absent": "yes"}]}, "either answers or"),
        (r'{"question": "When \ud800?", "answers": ["May"]}', r"holds \\ud800, half of a pair"),
        (r'{"question": "When?", "\udfff": 1}', "half of a pair"),
        ("[" * 100_000, "nested too deeply"),
        ({"query": "Q?", "answer": "x", "positive": [], "negative": ["n"]}, "must each hold"),
        ({"query": "Q?", "positive": ["p"], "negative": ["n"]}, "answer must be"),
        (
            {
                **{"query": "Q?", "answer": "x", "positive": ["p"], "negative": ["n"]},
                **{"positive_wrong": ["w"], "fakeanswer": []},
            },
            "fakeanswer must be",
        ),
        (
            {"query": "Q?", "answer": [["x"], ["y"]], "positive": ["p"], "negative": ["n"]},
            "answer must be a list",
        ),
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
        ([{"text": "T"}], "line 1: each article needs an id"),
        ([{"id": "a", "text": ""}], "line 1: text must be text"),
    ],
)
def test_a_malformed_article_is_named(tmp_path: Path, lines: list[Any], message: str) -> None:
    write(tmp_path, articles=lines, questions=[QUESTION])
    with pytest.raises(EvaluationError, match=message):
        read_set(tmp_path)


def test_line_separators_inside_text_do_not_end_a_line(tmp_path: Path) -> None:
    text = json.dumps({"question": "When\u2028now?", "answers": ["May\u0085"]}, ensure_ascii=False)
    write(tmp_path, questions=[text])
    assert read_set(tmp_path)[0].questions[0].text == "When\u2028now?"


def test_what_cannot_be_read_is_named(tmp_path: Path) -> None:
    with pytest.raises(EvaluationError, match=r"holds no question set: .*questions\.jsonl"):
        read_set(tmp_path)
    (tmp_path / "questions.jsonl").write_bytes(b'{"question": "\xff"}')
    with pytest.raises(EvaluationError, match=r"questions\.jsonl cannot be read"):
        read_set(tmp_path)


@pytest.mark.skipif("RAG_EVAL_DATA" not in os.environ, reason="RAG_EVAL_DATA names no folder")
def test_every_set_of_the_evaluation_data_is_read() -> None:
    folders = [path for path in Path(os.environ["RAG_EVAL_DATA"]).iterdir() if path.is_dir()]
    assert folders
    for folder in folders:
        lines = sum(
            1
            for name in ("questions", "absent", "followups")
            if (folder / f"{name}.jsonl").is_file()
            for line in (folder / f"{name}.jsonl").read_bytes().split(b"\n")
            if line.strip()
        )
        questions = [question for part in read_set(folder) for question in part.questions]
        with_snippets = '"negative"' in (folder / "questions.jsonl").read_text(encoding="utf-8")
        assert len(questions) == lines * (3 if with_snippets else 1)
