from __future__ import annotations

from pathlib import Path

import pytest

from rag.errors import SettingsError
from rag.settings import Settings, in_force, load_settings


@pytest.fixture(autouse=True)
def _empty_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def test_arguments_before_environment_before_file_before_defaults(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert load_settings().candidates == 100
    Path("rag.toml").write_text("candidates = 20\nmax_quotes = 2\nindex = 'from file'\n")
    monkeypatch.setenv("RAG_CANDIDATES", "30")
    monkeypatch.setenv("RAG_INDEX", "from environment")
    settings = load_settings(index="from argument", seeds=None)
    assert (settings.max_quotes, settings.candidates) == (2, 30)
    assert (settings.index, settings.seeds) == (Path("from argument"), Path("seeds"))


def test_home_folders(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", "/home/ada")
    assert in_force(Settings(), index="~/i").index == Path("/home/ada/i")
    monkeypatch.setenv("RAG_INDEX", "~nosuch/i")
    with pytest.raises(SettingsError, match=r"home folder of ~nosuch/i\. Mend RAG_INDEX"):
        load_settings()


def test_what_is_changed_is_checked_too(monkeypatch: pytest.MonkeyPatch) -> None:
    given = Settings(candidates=7, max_quotes=3)
    monkeypatch.setenv("RAG_MIN_CONFIDENCE", "0.5")
    kept = in_force(given, max_quotes=2, candidates=None)
    assert (kept.candidates, kept.max_quotes, kept.min_confidence) == (7, 2, None)
    assert in_force(None, index="other").min_confidence == 0.5
    for wrong in ({"max_quotes": 0}, {"min_confidence": 7.0}, {"quotes": 3}):
        with pytest.raises(SettingsError, match=f"Setting {next(iter(wrong))}: "):
            in_force(given, **wrong)


@pytest.mark.parametrize(
    ("variable", "value", "words"),
    [
        ("RAG_CANDIDATES", "0", "Setting candidates: Input should be greater than or equal to 1"),
        ("RAG_CANDIDATES", "many", "Setting candidates: Input should be a valid integer"),
        ("RAG_MIN_CONFIDENCE", "2", "Setting min_confidence: Input should be less than or equal"),
    ],
)
def test_settings_out_of_bounds(
    monkeypatch: pytest.MonkeyPatch, variable: str, value: str, words: str
) -> None:
    monkeypatch.setenv(variable, value)
    with pytest.raises(SettingsError) as caught:
        load_settings()
    assert words in str(caught.value)
    assert f"Mend {variable} or rag.toml." in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("content", [b"candidates =", b"\xff", b"unknown = 1"])
def test_settings_files_that_cannot_be_read(content: bytes) -> None:
    Path("rag.toml").write_bytes(content)
    with pytest.raises(SettingsError, match=r"rag\.toml") as caught:
        load_settings()
    assert "\n" not in str(caught.value)


def test_other_variables_are_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RAG_EVAL_DATA", "/data")
    load_settings()
