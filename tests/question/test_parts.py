"""Questions taken apart into the questions that they ask."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.question.parts import MAX_PARTS, parts
from rag.question.unsaid import wording


@pytest.mark.parametrize(
    ("question", "asked"),
    [
        ("When and where was he born?", ("When was he born?", "Where was he born?")),
        (
            "Where, when and why did he resign?",
            ("Where did he resign?", "When did he resign?", "Why did he resign?"),
        ),
        (
            "What are the causes and effects of erosion?",
            ("What are the causes of erosion?", "What are the effects of erosion?"),
        ),
        (
            "What was the date and place of his birth?",
            ("What was the date of his birth?", "What was the place of his birth?"),
        ),
        (
            "When did the siege begin and end?",
            ("When did the siege begin?", "When did the siege end?"),
        ),
        ("Who won in 2019 and in 2021?", ("Who won in 2019?", "Who won in 2021?")),
        ("Who won in 2019, and who in 2021?", ("Who won in 2019?", "Who won in 2021?")),
        (
            "Which team won in 2019? And in 2021?",
            ("Which team won in 2019?", "Which team won in 2021?"),
        ),
        (
            "Who built the Orion and when did Captain Brandt sink it?",
            ("Who built the Orion?", "When did Captain Brandt sink the Orion?"),
        ),
        ("Who is Tom Lund? Who is Ann Lee?", ("Who is Tom Lund?", "Who is Ann Lee?")),
    ],
)
def test_several_questions_are_taken_apart(question: str, asked: tuple[str, ...]) -> None:
    assert parts(question) == asked


@pytest.mark.parametrize(
    ("question", "later"),
    [
        (
            "Who met in Baghdad and how long did they talk?",
            "How long did they talk (who met in Baghdad)?",
        ),
        (
            "Who met in Baghdad? How long did they talk?",
            "How long did they talk (who met in Baghdad)?",
        ),
        ("Where was Ivo Brandt born and when did he die?", "When did Ivo Brandt die?"),
        ("Where was Ivo Brandt born and who was his wife?", "Who was Ivo Brandt’s wife?"),
        ("What is NATO and when was it founded?", "When was NATO founded?"),
        ("When did the Beatles meet and why did they split?", "Why did the Beatles split?"),
        ("Who found the wreck and when?", "When was it that somebody found the wreck?"),
        ("Which treaty did Brandt sign and when?", "When did Brandt sign the treaty?"),
        ("What did Brandt say and why?", "Why did Brandt say that?"),
        ("Whom did Brandt visit, and where?", "Where did Brandt visit that person?"),
        ("How many ships sank and why?", "Why was it that the ships sank?"),
        ("Who was arrested and when?", "When was it that somebody was arrested?"),
        ("Did the talks fail and if so, why?", "Why did the talks fail?"),
        ("Who met and did they agree?", "Did they agree (who met)?"),
        (
            "I write about Iraq. Who met? How long did they talk?",
            "How long did they talk (who met, Iraq)?",
        ),
        ("Tell me who met and how long they talked.", "Tell me how long they talked (who met)."),
        ("Can you tell me when and where he was born?", "Can you tell me where he was born?"),
        ("Tell me who won and when.", "Tell me when somebody won."),
        ("1. Who met? 2. Where did they talk?", "Where did they talk (who met)?"),
    ],
)
def test_a_later_part_says_what_it_leaves_to_the_first(question: str, later: str) -> None:
    assert parts(question)[-1] == later
    assert len(parts(question)) == 2


@pytest.mark.parametrize(
    "question",
    [
        "Who met in Baghdad?",
        "Which side did Iran and the United States represent?",
        "I am writing about Iraq. Who met?",
        "When Brandt resigned, who became mayor?",
        "What is the town where he lived and where he died?",
        "Which country was a member and is the largest in Europe?",
        "Who ruled between 1066 and when?",
        "The empire lay on three continents, Africa, Asia and which other?",
        "Are there other facts than how owls hunt and what they eat?",
        "Who directed the film “Who came and when did they leave?” in 1961?",
        "Who said what was true and what was false?",
        "Who preached in London and in Paris?",
        "What are the rules and regulations of the club?",
        "Is it called Loch Ness? Really? Who named it?",
        "the strike and its end",
        "Who was Brandt and when and where was he born?",
        "?",
    ],
)
def test_one_question_stays_as_it_is(question: str) -> None:
    assert parts(question) == (question,)


def test_at_most_four_parts() -> None:
    question = " ".join(f"Who is {name}?" for name in ("Tom", "Ann", "Lee", "Kim", "Jo"))
    assert parts(question) == ("Who is Tom?", "Who is Ann?", "Who is Lee?", "Who is Kim?")
    assert MAX_PARTS == 4


def test_the_wording_of_a_part_leaves_out_what_was_carried_over() -> None:
    assert wording("How long did they talk (who met in Baghdad)?") == "How long did they talk?"
    assert wording("Tell me how long they talked (who met).") == "Tell me how long they talked."
    assert (
        wording("Who signed the treaty (of 1912) first?")
        == "Who signed the treaty (of 1912) first?"
    )


QUESTIONS = st.lists(
    st.sampled_from(
        (
            "who when where why how what which did was is he it they met signed the-treaty Baghdad "
            "Brandt in 2019 2021 and , ; ? . causes of effects what-are-the when-and-where tell-me "
            "how-long between that ( ) “ ”"
        ).split()
    ),
    max_size=14,
).map(lambda words: " ".join(words).replace("-", " ").replace(" ?", "?").replace(" ,", ","))


@given(QUESTIONS | st.text())
def test_each_part_is_one_part(question: str) -> None:
    found = parts(question)
    assert 1 <= len(found) <= MAX_PARTS
    assert len(set(found)) == len(found)
    assert found == (question,) or all(parts(part) == (part,) for part in found)


NOUNS = ("ship", "treaty", "strike", "mayor", "Brandt", "Baghdad", "harbour and the bridge")


@given(
    st.sampled_from(("Who saw", "When did they see", "How many owls saw", "Why is", "Which of")),
    st.sampled_from(NOUNS),
    st.sampled_from(("", " in 1912", " and the sea", ", Tom and Ann", " that sank and burned")),
)
def test_a_single_question_is_unchanged(opening: str, noun: str, rest: str) -> None:
    question = f"{opening} the {noun}{rest}?"
    assert parts(question) == (question,)
