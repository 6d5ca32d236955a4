"""Numbers for people; pure."""

from __future__ import annotations


def count(number: int, noun: str) -> str:
    """``1 article``, ``1,200 articles``."""
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def rounded(number: float) -> str:
    """``3.4``, ``34``: a decimal only below ten."""
    return f"{number:.1f}" if number < 10 else f"{number:.0f}"
