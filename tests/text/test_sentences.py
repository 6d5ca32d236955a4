from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.text.sentences import LONG_SENTENCE_CHARS, sentences
from tests.strategies import TEXTS_HARD_TO_SPLIT

SEEDS = Path(__file__).parents[2] / "seeds"


def texts(text: str, language: str | None = None) -> list[str]:
    return [text[start:end] for start, end in sentences(text, language=language)]


@pytest.mark.parametrize(
    "expected",
    [
        ["The U.S. sent troops to Iraq.", "They left in May."],
        ["He lives in the U.S.", "The president visited him."],
        ["The U.N. Security Council met.", "The U.S. Congress did not."],
        ["J. K. Rowling wrote it.", "George W. Bush read it to John F. Kennedy Jr. at night."],
        ["Dr. Ali met Mr. Lee, Ms. Ray, Gen. Petraeus, Sen. McCain, Gov. Ray, Lt. Col. North."],
        ["The Rev. Martin Luther King Jr. spoke.", "Prof. Dr. Hans Müller did too."],
        ["The three [sic] US aircraft carriers sailed.", "They came back."],
        ["Penalties against regime figures... should be considered.", "He agreed."],
        ["He waited… and then left.", "She stayed."],
        ["He paused...", "Then he left."],
        ['Crocker said: "As you know, you need time."', "While both agreed, little came of it."],
        ["Crocker said: “As you know, you need time.”", "While both agreed, little came of it."],
        ['"Why?" he asked.', '"I don\'t know!" she cried.', "They left."],
        ['He called it "over." and left.', "She stayed."],
        ['The talks were "positive," both said.', "No date was set."],
        ["He said “stop.”[3]", "She went on.[citation needed]", "They left.:19–21", "The end."],
        ["(He was tired.)", "She stayed (for once).", "[All of it.]", "The end."],
        ["It grew 3.5 percent to $4.2 billion.", "Sales fell."],
        ["See No. 5 on the list.", "It is Vol. 2 of Art. 3."],
        ["The answer was No.", "He left."],
        ["He came at 5 a.m. on Monday.", "She left at 6 p.m.", "Then it rained."],
        ["On Jan. 5 he left.", "On Sept. 11, 2001, it happened."],
        ["See www.example.com/a.b?c=d.e and https://example.com/x.html for more.", "Thanks."],
        ["Fruits, e.g. apples, i.e. pomes, are good.", "Eat them."],
        ["Apple Inc. said so.", "Acme Corp. Chairman Bob Lee agreed.", "Yahoo! Inc. rose."],
        ["Yahoo! and Google rose.", "Jeopardy! was on."],
        ["Washington, D.C. is the capital.", "He moved to Washington, D.C.", "It was cold."],
        ["He lives near Ft. Worth and Mt. Hood.", "St. Louis is far."],
        ["The firm employs approx. 500 people.", "It grows."],
        ["2. The second point.", "3. The third."],
        ["Really?!", "What a day!!!", "Yes."],
        ["The so-called 'surge' failed.", "'No.'", "They went."],
        ["the u.s. said so in its note.", "he turned out to be a teacher.", "he left."],
        ["Er sagte: „Das ist gut und nicht schlecht.“", "Dann ging er."],
        ["« Bonjour. »", "Le président est parti avec les ministres."],
        ["¿Quién es?", "¡Nadie!", "Se fue."],
        ["यह एक वाक्य है।", "यह दूसरा है।"],
        ["هل هذا صحيح؟", "نعم هذا صحيح."],
    ],
)
def test_sentences(expected: list[str]) -> None:
    assert texts(" ".join(expected)) == expected


@pytest.mark.parametrize(
    ("language", "expected"),
    [
        ("ru", ["Он приехал в Москву.", "В 2007 г. он уехал и не вернулся."]),
        (
            "de",
            [
                "Die Eigner haben am 31. Mai 2007 mit der Stadt verhandelt.",
                "Die 3. Runde ist z. B. für den Juni geplant.",
                "„Wir können das nicht versprechen“, sagte Dr. Schmidt.",
                "Es kamen 45.",
                "Er ging nicht mit.",
            ],
        ),
        (
            "es",
            [
                "El Sr. García habló el 31 de mayo de 2007 con los dueños del transbordador.",
                "¿Qué dijo?",
                "¡Nada!",
                "La Dra. Ruiz se fue con las demás.",
                "«No lo prometemos», dijo.",
            ],
        ),
        (
            "ar",
            [
                "اجتمع أصحاب العبارتين أربع ساعات يوم الخميس.",
                "هل اتفقوا؟",
                "وبلغت التكلفة 3.2 مليون كرونة؛ ثم انصرفوا.",
            ],
        ),
    ],
)
def test_sentences_of_other_languages(language: str, expected: list[str]) -> None:
    assert texts(" ".join(expected), language) == expected


@pytest.mark.parametrize(
    "expected",
    [
        [
            "渡轮的船主会谈了四个小时。",
            "没有协议！",
            "镇长说：“我们不能保证。”",
            "然后他们离开了。",
        ],
        ["費用は3.2億円だった。", "町長は「約束できない。」と述べた。", "合意はなかった！"],
    ],
    ids="chinese japanese".split(),
)
def test_sentences_of_languages_without_spaces(expected: list[str]) -> None:
    assert texts("".join(expected)) == expected


def test_a_blank_line_ends_a_sentence_and_a_line_break_does_not() -> None:
    assert texts("One goes\non here\n\nand another\n \nlast") == [
        "One goes\non here",
        "and another",
        "last",
    ]


def test_list_items_and_table_rows_are_sentences() -> None:
    assert texts("Needed:\n- one egg\n- two\n  spoons\n1. stir") == [
        "Needed:",
        "- one egg",
        "- two\n  spoons",
        "1. stir",
    ]
    assert texts("name | age\nAli | 33") == ["name | age", "Ali | 33"]


def test_quoted_speech_is_split_only_where_it_is_long() -> None:
    short = 'He said: "We met. We talked." Then he left.'
    assert texts(short) == ['He said: "We met. We talked."', "Then he left."]
    words = "so that nobody could say afterwards that it had been done in haste " * 3
    first, second = f'He said: "We met {words.strip()}.', f'We talked {words.strip()}."'
    assert len(first) + len(second) > LONG_SENTENCE_CHARS
    assert texts(f"{first} {second} Then he left.") == [first, second, "Then he left."]


def test_offsets_are_of_the_whole_text() -> None:
    text = "One. Two is here. Three is not. Four."
    assert [text[a:b] for a, b in sentences(text, 5, 31)] == ["Two is here.", "Three is not."]
    assert sentences("") == sentences(" \n\n ") == []


@given(TEXTS_HARD_TO_SPLIT, st.integers(0, 50), st.integers(0, 400))
def test_sentences_cover_all_but_whitespace_in_order(text: str, start: int, length: int) -> None:
    start = min(start, len(text))
    end = min(start + length, len(text))
    position = start
    for span in sentences(text, start, end):
        assert position <= span.start < span.end <= end
        assert not text[position : span.start].strip()
        sentence = text[span.start : span.end]
        assert sentence.strip() == sentence
        assert "\n\n" not in sentence
        position = span.end
    assert not text[position:end].strip()
