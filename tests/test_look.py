"""The colours of the page: text can be read, in light and in dark (WCAG 2.2, contrast AA)."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

STYLES = (Path(__file__).parent.parent / "rag" / "web" / "static" / "look.css").read_text()
PAIRS = [
    *((ink, ground) for ink in ("ink", "quiet", "accent") for ground in ("paper", "page", "tint")),
    ("on-accent", "accent"),
    *(("ink", ground) for ground in ("marked", "current")),
]
AA = 4.5


def colours(selector: str) -> dict[str, str]:
    block = STYLES.partition(f"{selector} {{")[2].partition("}")[0]
    return dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6});", block))


def luminance(colour: str) -> float:
    """Relative luminance as WCAG 2.2 defines it, 0 to 1."""
    channels = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    darker, lighter = sorted(map(luminance, (one, other)))
    return (lighter + 0.05) / (darker + 0.05)


@pytest.mark.parametrize("selector", [":root", "body.dark"])
@pytest.mark.parametrize(("ink", "ground"), PAIRS)
def test_text_stands_out_from_its_ground(selector: str, ink: str, ground: str) -> None:
    palette = colours(selector)
    assert contrast(palette[ink], palette[ground]) >= AA
