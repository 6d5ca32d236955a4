from __future__ import annotations

import pytest

from rag.write.check import MAX_GAP_WORDS, is_stated

QUOTE = (
    "But the ferry Aurora, which had 12 sailors and two cooks aboard, sank off Malta on a calm "
    "night in 1998. It was not insured, its owner said."
)


@pytest.mark.parametrize(
    "claim",
    [
        "But the ferry Aurora, which had 12 sailors and two cooks aboard, sank off Malta on a calm "
        "night in 1998.",
        "The ferry Aurora, which had 12 sailors aboard, sank off Malta.",
        "The ferry Aurora had 12 sailors aboard.",
        "However, the ferry Aurora had two cooks aboard.",
        "It was not insured.",
        QUOTE,
    ],
)
def test_a_sentence_of_the_quote_holds_whole_or_shortened(claim: str) -> None:
    assert is_stated(claim, QUOTE)


@pytest.mark.parametrize(
    "claim",
    [
        "The ferry Aurora went down off Malta.",  # another word
        "The ferry Aurora, which had 13 sailors aboard, sank.",
        "Off Malta sank the ferry Aurora.",  # another order
        "The ferry Aurora sank.",  # too much left out
        "The ferry Aurora had 12 cooks aboard.",  # not what the number counts
        "Aurora, which had 12 sailors aboard, sank.",  # another beginning
        "It was insured.",  # what denies left out
        "It was.",
        "It was not insured?",
        "The ferry Aurora had 12 sailors aboard. It was not insured.",
        "",
    ],
)
def test_nothing_else_does(claim: str) -> None:
    assert not is_stated(claim, QUOTE)


@pytest.mark.parametrize(
    ("claim", "holds"),
    [
        ("“He hoaxed his voters”", True),
        ("“He hoaxed his voters,” Ryan said.", True),
        ("He hoaxed his voters.", False),
        ("“He hoaxed his voters.", False),
    ],
)
def test_what_others_said_stays_in_quotation_marks(claim: str, holds: bool) -> None:
    assert is_stated(claim, "“He hoaxed his voters,” Ryan said on Thursday.") is holds


def test_so_many_words_may_be_left_out_together() -> None:
    for more, holds in ((0, True), (1, False)):
        text = f"They met {'x ' * (MAX_GAP_WORDS + more)}in Rome."
        assert is_stated("They met in Rome.", text) is holds
