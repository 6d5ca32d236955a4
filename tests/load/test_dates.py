from __future__ import annotations

import pytest

from rag.text.dates import find_date


@pytest.mark.parametrize(
    ("text", "iso", "words"),
    [
        ("Monday, May 28, 2007 at noon", "2007-05-28", "May 28, 2007"),
        ("Published 2007-05-31T10:15:00Z", "2007-05-31", "2007-05-31T10:15:00Z"),
        ("1st of June 2007", "2007-06-01", "1st of June 2007"),
        ("Sept. 5, 2001", "2001-09-05", "Sept. 5, 2001"),
        ("31. Mai 2007", "2007-05-31", "31. Mai 2007"),
        ("le 1er août 2007", "2007-08-01", "1er août 2007"),
        ("31 de mayo de 2007", "2007-05-31", "31 de mayo de 2007"),
        ("31.05.2007", "2007-05-31", "31.05.2007"),
        ("31/05/2007", "2007-05-31", "31/05/2007"),
        ("05/31/2007", "2007-05-31", "05/31/2007"),
        ("新华社北京2007年5月31日电", "2007-05-31", "2007年5月31日"),
        ("２００７年５月３１日（木）", "2007-05-31", "２００７年５月３１日"),
        ("2007년 5월 31일", "2007-05-31", "2007년 5월 31일"),
        ("الخميس ٣١ مايو ٢٠٠٧", "2007-05-31", "٣١ مايو ٢٠٠٧"),
        ("31 كانون الثاني 2007", "2007-01-31", "31 كانون الثاني 2007"),
        ("31 мая 2007", "2007-05-31", "31 мая 2007"),
        ("mayo de 2007", "2007-05", "mayo de 2007"),
        ("2007年5月", "2007-05", "2007年5月"),
        ("May 2007", "2007-05", "May 2007"),
        ("2007-05", "2007-05", "2007-05"),
    ],
)
def test_dates_become_iso(text: str, iso: str, words: str) -> None:
    found = find_date(text)
    assert found is not None
    assert (found[0], text[found[1] : found[2]]) == (iso, words)


def test_of_an_ambiguous_date_only_the_year_is_taken() -> None:
    found = find_date("03/04/2007")
    assert found is not None
    assert found[0] == "2007"


@pytest.mark.parametrize("text", ["31 May", "no date", "12345", "call 555-2007-1", "in 1207"])
def test_no_date(text: str) -> None:
    assert find_date(text) is None


def test_a_day_that_the_calendar_lacks_is_no_date() -> None:
    found = find_date("31 June 2007")
    assert found is None or found[0] != "2007-06-31"
