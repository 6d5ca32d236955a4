from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest

from rag.text.words import content_terms, terms


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("The Talks of Baghdad, and no talking!", ["talk", "baghdad", "talk"]),
        ("café CAFÉ Cafe", ["cafe", "cafe", "cafe"]),
        ("31 May 2007", ["31", "may", "2007"]),
        ("U.S.-Iranian", ["us", "iranian"]),
        ("the United States, the US and the U.S.", ["us", "us", "us"]),
        ("They met; meeting, they wrote.", ["meet", "meet", "write"]),
        ("the of and", []),
        ("", []),
        ("Кит", ["кит"]),
    ],
)
def test_terms(text: str, expected: list[str]) -> None:
    assert list(terms(text)) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("会谈在巴格达。", ["会谈", "谈在", "在巴", "巴格", "格达"]),
        ("2007年5月 UN水", ["2007", "年", "5", "月", "un", "水"]),
        ("ＡＢＣ", ["abc"]),
        ("東京でB", ["東京", "京で", "b"]),
        ("สวัสดี", ["สว", "วั", "ัส", "สด", "ดี"]),
        ("𠀀𠀁", ["𠀀𠀁"]),
        ("회담", ["회담"]),
        ("हिन्दी", ["हिनदी"]),
        ("Über Ägypten", ["uber", "agypten"]),
    ],
)
def test_terms_of_other_scripts(text: str, expected: list[str]) -> None:
    assert list(terms(text)) == expected


@pytest.mark.parametrize(
    "forms",
    [
        "المحادثات محادثات محادثة والمحادثات بالمحادثات",
        "مدينة المدينة والمدينة مدينه مَدِينَة",
        "الوزير وزير ووزير للوزير",
        "إتفاق اتفاق الاتفاق",
        "переговоры переговоров переговорам",
        "Ελλάδα Ελλάδας ελλαδα",
    ],
)
def test_forms_of_a_word_are_one_term(forms: str) -> None:
    assert len(set(terms(forms))) == 1


@pytest.mark.parametrize(
    ("question", "text"),
    [
        ("渡轮谈判在哪里举行？", "渡轮谈判在诺港举行了四个小时。"),
        ("متى بدأت محادثات العبارة؟", "وبدأت المحادثات بشأن العبارات يوم الخميس."),
        ("Wann begannen die Fährgespräche?", "Die FÄHRGESPRÄCHE begannen am Donnerstag."),
        ("¿Cuándo empezó la conversación?", "Las conversaciones empezaron el jueves."),
    ],
)
def test_question_and_text_share_terms(question: str, text: str) -> None:
    assert len(set(terms(question)) & set(terms(text))) >= (1 if "¿" in question else 2)


def test_what_a_question_is_about() -> None:
    assert list(content_terms("Who did they say was in Baghdad?")) == ["say", "baghdad"]
    assert list(content_terms("Who was he?")) == list(terms("Who was he?"))


def test_threads_share_the_analyzer() -> None:
    texts = [f"whales number {n} " * 200 for n in range(40)]
    with ThreadPoolExecutor(4) as threads:
        assert list(threads.map(terms, texts)) == [terms(text) for text in texts]
