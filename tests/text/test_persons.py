from __future__ import annotations

import pytest

from rag.text.names import names
from rag.text.persons import fullest, gender_of, kind_of, unnamed_person


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("In Brestholm, Mayor Hanna Lind met Ola Berg.", ["Brestholm", "Hanna Lind", "Ola Berg"]),
        ("Speaking on Friday, Lind’s deputy left.", ["Friday", "Lind"]),
        ("Iranian President Reza al-Karimi spoke.", ["Reza al-Karimi"]),
        ("Mr. Holm and J. R. Moe left.", ["Holm", "J. R. Moe"]),
        ("Charles de Vries, of Leeds", ["Charles de Vries", "Leeds"]),
        ("", []),
    ],
)
def test_names_are_runs_of_capitalised_words(text: str, found: list[str]) -> None:
    assert [text[name.span.start : name.span.end] for name in names(text, 0, len(text))] == found


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("Lind left. The mayor, Lind, said so.", "person"),
        ("Lind left. Hanna Lind was born in Leeds.", "person"),
        ("Lind left. Hanna Lind, 44, said so.", "person"),
        ("Hanna Lind left. Lind said so.", "person"),
        ("Norway paid. Ferries in Norway are old.", "other"),
        ("Iran paid. Iranian ferries are old.", "other"),
        ("NATO paid. He left.", "other"),
        ("Brestholm University paid. He left.", "other"),
        ("New York paid. New York said so. York said so.", "open"),
        ("Torvald left. He said so.", "open"),
    ],
)
def test_the_article_tells_what_the_first_name_is(text: str, kind: str) -> None:
    assert kind_of(names(text, 0, len(text))[0], text) == kind


@pytest.mark.parametrize(
    ("text", "gender"),
    [
        ("Mr. Lind left.", "he"),
        ("Queen Mathilde left.", "she"),
        ("Hanna Lind, a former spokeswoman, left.", "she"),
        ("Mayor Lind left.", None),
        ("Mr. Lind met Mrs. Lind.", None),
    ],
)
def test_titles_tell_the_gender(text: str, gender: str | None) -> None:
    assert gender_of(names(text, 0, len(text))[-1], text) == gender


@pytest.mark.parametrize(
    ("text", "more"),
    [
        ("Ola Berg, the captain, left.", False),
        ("The captain, Ola Berg, left.", False),
        ("Ola Berg was the best captain in town.", False),
        ("Ola Berg met the captain.", True),
        ("A cosmologist met Ola Berg.", True),
    ],
)
def test_a_title_of_the_named_one_is_nobody_else(text: str, more: bool) -> None:
    name = next(name for name in names(text, 0, len(text)) if name.last == "Berg")
    assert unnamed_person(text, name, 0) == more


def test_the_fullest_form_is_taken_only_if_one_person_fits() -> None:
    one = "Mayor Hanna Maria Lind left. Mayor Hanna Lind said so. Lind came back."
    assert fullest(names(one, 0, len(one))[-1], one, len(one)) == "Hanna Maria Lind"
    two = "Mayor Hanna Lind left. Mayor Olga Lind left. Lind came back."
    assert fullest(names(two, 0, len(two))[-1], two, len(two)) == "Lind"
