"""The whole check on claims made from quotes: see ``tests.write.claims``."""

from __future__ import annotations

import pytest

from rag.write.verify import verify
from tests.write.claims import Kept, Turn, false_claims, true_claims

LOST = {
    "Both are cut in July.",
    "Four of the eleven houses that the fire damaged have been rebuilt.",
    "Centrifugal pumps driven by electric motors began to replace reciprocating pumps.",
    "The council has refused two earlier requests.",
    "King Oskel II gave the university the revenues of three abbeys.",
    "Plessing employs 2,300 of the town's workers.",
    "Rosa Thiel showed that the manuscript was the original.",
    "The Halcyon escaped to Dakar.",
    "In older patients doctors prescribe Velan instead of the drug.",
    "Lena Agard discovered the comet in 1988.",
    "Professor Lena Agard of Uppsala discovered the comet.",
    "Pavel Hora had predicted the comet's path.",
    "The strike ended on 2 May without an agreement on wages.",
    "Some historians believe that the wall was built to keep out cattle rather than soldiers.",
    "Jan Voss's son Pieter carved the altar.",
    "The cars of tram line 7 were sold to Porto.",
    "Luka Braun reached Ceylon in 1589.",
    "Luka Braun lost both ships on the way home.",
    "Mount Sarel erupted in 1902 and killed 300 people.",
    "Clara Wendt married his assistant in 1911.",
    "Clara Wendt published her flora of Istria a year later.",
    "The commission recommended that the dam be raised by two metres.",
    "Engineers warned that its foundations could not bear the weight.",
    "Homes built after 1980 must have a lightning rod.",
}
"""True, and known to be replaced by the quote, which costs the reader little."""


@pytest.mark.parametrize(("quote", "kind", "claim"), false_claims())
def test_no_false_claim_passes(quote: str, kind: Turn, claim: str) -> None:
    assert not verify(claim, [quote], Alike()).ok, kind


@pytest.mark.parametrize(("quote", "kind", "claim"), true_claims())
def test_true_claims_pass_but_for_those_known(quote: str, kind: Kept, claim: str) -> None:
    assert verify(claim, [quote], Alike()).ok == (claim not in LOST), kind


class Alike:
    """``Support`` that finds all texts alike."""

    def score(self, claim: str, quote: str) -> float:
        return 1.0
