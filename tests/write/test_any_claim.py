"""Whatever a model writes of whatever quote, the check comes to a verdict."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from rag.write.verify import verify
from tests.fake_writer import SharedWords

WORDS = (
    "The the a of to from in by and or but , ; . : ( ) who which that is was were has had will may"
    " not never attack attacked attacking attacks work worked works rose fell sank sunk said says"
    " set put cut first second 1998 12 4.5 May March all some most only before after because"
    " Ruun Berg Ada Lind Bank England King's his their largest highest more least two “ ”"
).split()
texts = st.lists(st.sampled_from(WORDS), min_size=1, max_size=14).map(" ".join)


@given(claim=texts, quotes=st.lists(texts, max_size=2))
def test_every_claim_gets_a_verdict(claim: str, quotes: list[str]) -> None:
    verdict = verify(claim, quotes, SharedWords())
    assert verdict.ok or verdict.reason
