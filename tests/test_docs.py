"""What the documents link to is there, and every picture is shown somewhere."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PAGES = [ROOT / "README.md", ROOT / "training" / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
_LINK = re.compile(r'\]\(([^)#\s]+)(?:#[^)]*)?\)|(?:src|srcset)="([^"]+)"')


def linked_from(page: Path) -> set[Path]:
    """The files that ``page`` shows or links to."""
    found = (link or picture for link, picture in _LINK.findall(page.read_text()))
    return {(page.parent / path).resolve() for path in found if "://" not in path}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_what_a_page_links_to_is_there(page: Path) -> None:
    assert not [path for path in linked_from(page) if not path.exists()]


def test_every_picture_is_shown() -> None:
    shown = set().union(*map(linked_from, PAGES))
    assert not set((ROOT / "docs").glob("*.png")) - shown
