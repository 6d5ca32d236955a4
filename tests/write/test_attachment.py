"""Claims cut up and put together from a quote's own words."""

from __future__ import annotations

import pytest

from rag.write.attachment import wrongly_attached
from rag.write.verify import verify
from tests.fake_writer import SharedWords

JOBS = (
    "Chief executive Jon Aske said on Friday that Solvik will cut 300 jobs in Drenau, where "
    "it makes batteries, and hire 120 engineers in Lund by 2026."
)
COUP = (
    "After the coup of 1974 General Paulo Reis fled to Lisbon, while his brother Manuel "
    "stayed in Luanda and became minister of finance."
)
COURT = (
    "The court acquitted Nora Weiss of fraud but fined her firm, Weiss & Sons, 2 million "
    "francs, half of what prosecutors had sought."
)
VILLAGES = (
    "Twelve of the 40 villages in the valley have no doctor, and only three have a pharmacy, "
    "the report by the health ministry says."
)
MATCHES = "Manchester beat Leeds 3-1 on Saturday, and Chelsea lost to Everton 2-0."
LIBRARIES = (
    "Born in Cork in 1921, the architect Nell Dunne moved to Boston in 1946 and designed 14 "
    "libraries, the best known of which stands in Lowell."
)
VACCINE = (
    "The vaccine protected 92 percent of adults but only 64 percent of children in a trial "
    "with 3,400 volunteers in Kenya and Ghana, its maker Corvexa said."
)
TREATY = (
    "Prince Alaric, who had opposed the treaty, signed it in Venice on 3 June 1844 after his "
    "sister Queen Maude threatened to leave the court."
)
EXPORTS = (
    "Japan's exports to China dropped 11 percent in August, while those to the United States "
    "climbed 4 percent, the finance ministry reported on Wednesday."
)
BUS = (
    "Neither the driver nor his passengers were hurt when the bus slid off Route 9 near "
    "Ostby, police said."
)
STRIKE = "The union says 2,000 nurses walked out, but the hospital put the number at 850."
STORM = (
    "Storm Ute flooded 60 homes in Velden on Thursday night, and a day later a dam near Graz "
    "burst and drowned two farmers."
)
RIVER = (
    "The Danish firm Hest agreed to pay 40 million kroner to villagers in Ghana, where its "
    "plant had polluted the river Ankobra."
)
PRIZE = (
    "Mina Farah, a nurse from Aleppo, won the prize in 2018; the year before it had gone to "
    "the Chilean poet Raul Ortiz."
)
INFLATION = (
    "Inflation eased to 3.1 percent in May from 3.4 percent in April, but rents kept rising, "
    "the statistics office said."
)
JUDGES = "Only one of the nine judges dissented, arguing that the law violated the constitution."
COACH = (
    "Bauer replaced Klein as coach of Bremen in January, two weeks after the club lost at "
    "home to Mainz."
)

HELD = [
    (JOBS, "Jon Aske said Solvik will hire 120 engineers in Lund by 2026."),
    (COUP, "Manuel became minister of finance."),
    (COUP, "Paulo Reis fled to Lisbon after the coup of 1974."),
    (COURT, "The court acquitted Nora Weiss of fraud."),
    (COURT, "The court fined Weiss & Sons 2 million francs."),
    (VILLAGES, "The report says twelve villages have no doctor."),
    (VILLAGES, "The health ministry's report says only three have a pharmacy."),
    (MATCHES, "Manchester beat Leeds 3-1."),
    (LIBRARIES, "Nell Dunne was born in Cork in 1921."),
    (LIBRARIES, "Dunne designed 14 libraries."),
    (LIBRARIES, "The architect moved to Boston in 1946."),
    (VACCINE, "Corvexa said the vaccine protected 92 percent of adults."),
    (VACCINE, "Corvexa said the trial had 3,400 volunteers in Kenya and Ghana."),
    (EXPORTS, "The finance ministry reported that exports to China dropped 11 percent in August."),
    (BUS, "Police said neither the driver nor his passengers were hurt."),
    (STRIKE, "The union says 2,000 nurses walked out."),
    (STORM, "Storm Ute flooded 60 homes in Velden."),
    (STORM, "A dam near Graz burst and drowned two farmers."),
    (RIVER, "Hest agreed to pay 40 million kroner to villagers in Ghana."),
    (PRIZE, "Mina Farah won the prize in 2018."),
    (INFLATION, "The statistics office said inflation eased to 3.1 percent in May."),
    (JUDGES, "One of the nine judges argued that the law violated the constitution."),
    (COACH, "Bauer replaced Klein in January."),
    (COACH, "Klein was replaced by Bauer."),
]

TURNED = [
    (JOBS, "Jon Aske said Solvik will cut 120 jobs in Drenau."),
    (JOBS, "Jon Aske said Solvik will cut 300 jobs in Lund."),
    (JOBS, "Jon Aske said Solvik will hire 120 engineers in Drenau."),
    (JOBS, "Solvik has cut 300 jobs in Drenau."),
    (JOBS, "Aske said Solvik will hire 120 engineers after 2026."),
    (COUP, "Manuel Reis fled to Lisbon."),
    (COUP, "Paulo Reis fled to Luanda."),
    (COUP, "Paulo Reis became minister of finance."),
    (COUP, "Paulo Reis fled to Lisbon before the coup of 1974."),
    (COUP, "Manuel stayed in Lisbon."),
    (COURT, "The court fined Nora Weiss 2 million francs."),
    (COURT, "The court convicted Nora Weiss of fraud."),
    (COURT, "Weiss & Sons was acquitted of fraud."),
    (COURT, "Prosecutors had sought 2 million francs."),
    (VILLAGES, "The report says 40 villages have no doctor."),
    (VILLAGES, "The report says three villages have a doctor."),
    (VILLAGES, "The report says all 40 villages have a pharmacy."),
    (VILLAGES, "The report says three villages have no pharmacy."),
    (MATCHES, "Leeds beat Manchester 3-1."),
    (MATCHES, "Everton lost to Chelsea 2-0."),
    (MATCHES, "Chelsea beat Everton 2-0."),
    (MATCHES, "Manchester beat Leeds 2-0."),
    (MATCHES, "Manchester lost to Everton."),
    (MATCHES, "Leeds lost 3-1."),
    (LIBRARIES, "Nell Dunne was born in Boston."),
    (LIBRARIES, "Nell Dunne moved to Boston in 1921."),
    (LIBRARIES, "Nell Dunne moved to Lowell in 1946."),
    (VACCINE, "Corvexa said the vaccine protected 92 percent of children."),
    (VACCINE, "Corvexa said the vaccine protected 64 percent of adults."),
    (VACCINE, "Corvexa said the vaccine protected 3,400 adults."),
    (VACCINE, "The vaccine protected 92 percent of adults."),
    (TREATY, "Queen Maude signed the treaty in Venice."),
    (TREATY, "Queen Maude opposed the treaty."),
    (TREATY, "Prince Alaric threatened to leave the court."),
    (TREATY, "Prince Alaric opposed the treaty."),
    (TREATY, "Alaric signed it on June 3, 1844 before Queen Maude threatened to leave."),
    (EXPORTS, "Japan's exports to the United States dropped 11 percent."),
    (EXPORTS, "Japan's exports to China climbed 4 percent."),
    (EXPORTS, "The ministry reported that China's exports to Japan dropped 11 percent."),
    (EXPORTS, "The ministry reported exports to China dropped by 4 percent."),
    (BUS, "Police said the driver was hurt."),
    (STRIKE, "The union says 850 nurses walked out."),
    (STRIKE, "The hospital says 2,000 nurses walked out."),
    (STRIKE, "2,000 nurses walked out."),
    (STRIKE, "The hospital put the number at 2,000."),
    (STORM, "Storm Ute flooded 60 homes in Graz."),
    (STORM, "A dam burst near Velden."),
    (STORM, "A dam near Graz burst on Thursday night."),
    (RIVER, "Villagers had polluted the river Ankobra."),
    (RIVER, "Hest paid 40 million kroner to villagers."),
    (RIVER, "The Ghana firm Hest agreed to pay."),
    (PRIZE, "Raul Ortiz won the prize in 2018."),
    (PRIZE, "Raul Ortiz is a nurse from Aleppo."),
    (INFLATION, "The statistics office said inflation eased to 3.4 percent in May."),
    (INFLATION, "The statistics office said rents eased to 3.1 percent."),
    (INFLATION, "The office said inflation kept rising."),
    (INFLATION, "The office said inflation eased to 3.1 percent in April."),
    (JUDGES, "Nine judges dissented."),
    (JUDGES, "One judge dissented."),
    (JUDGES, "The nine judges argued that the law violated the constitution."),
    (COACH, "Klein replaced Bauer as coach of Bremen."),
    (COACH, "Bauer became coach of Mainz."),
    (COACH, "Bremen lost to Mainz in January."),
    (COACH, "Bauer replaced Klein as coach of Mainz."),
    (LIBRARIES, "Nell Dunne designed 14 libraries in Lowell."),
    (PRIZE, "Mina Farah, a Chilean nurse, won the prize."),
]

MISSED = [
    (STORM, "The storm drowned two farmers."),
    (RIVER, "Villagers in Ghana agreed to pay 40 million kroner."),
]
"""What only a parser would tell: known to pass."""


@pytest.mark.parametrize(("quote", "claim"), HELD)
def test_parts_of_a_quote_hold(quote: str, claim: str) -> None:
    assert verify(claim, [quote], SharedWords()).ok


@pytest.mark.parametrize(("quote", "claim"), TURNED)
def test_parts_put_together_to_say_something_else_fail(quote: str, claim: str) -> None:
    assert not verify(claim, [quote], SharedWords()).ok


@pytest.mark.parametrize(("quote", "claim"), MISSED)
@pytest.mark.xfail(strict=True, reason="only a parser would tell")
def test_what_only_a_parser_would_tell(quote: str, claim: str) -> None:
    assert not verify(claim, [quote], SharedWords()).ok


@pytest.mark.parametrize(
    ("claim", "stated", "fact"),
    [
        ("He fled to Luanda.", "He fled to Lisbon, his brother stayed in Luanda.", "Luanda"),
        ("He fled to Lisbon.", "He fled to Lisbon, his brother stayed in Luanda.", None),
        ("It sank in 1998.", "The ship, built in 1998, sank.", "1998"),
        ("It sank in 1998.", "In 1998, the ship sank.", None),
        ("It paid 40 francs.", "It paid 30 francs and lent 40.", "40"),
        ("The attack attacked Ruun.", "They attacked Ruun.", "attack"),
    ],
)
def test_what_is_said_of_something_else_is_named(claim: str, stated: str, fact: str | None) -> None:
    assert wrongly_attached(claim, stated) == fact
