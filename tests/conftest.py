"""Fixtures for all tests."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import hypothesis
import pytest

import rag
from rag.index import LocalStore, open_store
from rag.ingest.build import build_from_articles, recipe_of
from rag.settings import Settings
from rag.types import Article, BuildReport
from tests.fakes import FakeEmbedder, FakeReader

if TYPE_CHECKING:
    from playwright.sync_api import Browser

for profile, max_examples in (("some examples", 40), ("many examples", 400)):
    hypothesis.settings.register_profile(
        profile,
        deadline=None,  # also a slow or busy machine
        derandomize=True,  # a test fails for the change under test, not for the day
        max_examples=max_examples,
    )
hypothesis.settings.load_profile("some examples")  # make test-all takes many


@pytest.fixture(autouse=True)
def _only_default_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in Settings.model_fields:
        monkeypatch.delenv(f"RAG_{name.upper()}", raising=False)
    monkeypatch.setenv("RAG_WRITER", "")  # also where make install-write was run


@pytest.fixture
def embedder() -> FakeEmbedder:
    return FakeEmbedder()


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(seeds=tmp_path / "seeds", index=tmp_path / "index")


@pytest.fixture
def build_index(
    settings: Settings, embedder: FakeEmbedder
) -> Callable[[Sequence[Article]], BuildReport]:
    """Builds the index of ``settings`` from articles."""

    def build(articles: Sequence[Article]) -> BuildReport:
        return build_from_articles(
            articles, settings.index, settings, embedder, origin="test", total=len(articles)
        )

    return build


@pytest.fixture
def open_index(settings: Settings, embedder: FakeEmbedder) -> Callable[[], LocalStore]:
    """Opens the index of ``settings``."""
    return lambda: open_store(settings.index, recipe_of(settings, embedder))


@pytest.fixture
def fake_models(monkeypatch: pytest.MonkeyPatch, embedder: FakeEmbedder) -> FakeEmbedder:
    """Has every library opened with the fakes."""
    monkeypatch.setattr("rag.library.load_embedder", lambda name: embedder)
    monkeypatch.setattr("rag.library.load_reader", lambda *_: FakeReader())
    return embedder


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """One Chromium for a file of tests; its event loop would be in the way of others'."""
    from playwright.sync_api import sync_playwright

    from tests.browsing import CHROMIUM, CHROMIUM_ARGUMENTS

    if not CHROMIUM.exists():
        pytest.fail(f"{CHROMIUM} is missing: make chromium, or apt-get install chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=CHROMIUM_ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture
def seeds_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The current folder, an empty one, with ``seeds/`` that holds two articles."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(rag, "_opened", None)
    seeds = tmp_path / "seeds"
    seeds.mkdir()
    (seeds / "talks.txt").write_text(
        "Iran and the US hold talks\n\nPeter Symonds\n31 May 2007\n\n"
        "Ambassador Crocker met his Iranian counterpart Kazemi in Baghdad on Monday. "
        "They talked for four hours in the offices of the prime minister.\n\n"
        "Four hours of discussion produced very little, and no agreement was announced.\n"
    )
    (seeds / "whales.txt").write_text(
        "Whales return\n\nAda Lind\n2 June 2011\n\n"
        "Grey whales were seen near the harbour for the first time in ninety years. "
        "Fishermen counted eleven of them before the fog came down.\n"
    )
    return seeds
