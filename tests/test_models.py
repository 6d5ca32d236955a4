from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from rag import models
from rag.errors import ModelError
from rag.models import find_embedder, sha256_of


@pytest.fixture(autouse=True)
def _nothing_remembered() -> None:
    find_embedder.cache_clear()


@pytest.fixture
def shipped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A package of weights, whose one file is pinned, as if it were installed."""
    folder = tmp_path / "weights_for_test" / "model"
    folder.mkdir(parents=True)
    (folder.parent / "__init__.py").touch()
    (folder / "model.safetensors").write_bytes(b"weights")
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setattr(models, "_SHIPPED_PACKAGE", "weights_for_test")
    pins = {"model.safetensors": hashlib.sha256(b"weights").hexdigest()}
    monkeypatch.setattr(models, "_SHIPPED_HASHES", pins)
    return folder


def test_the_shipped_model(shipped: Path) -> None:
    found = find_embedder("all-MiniLM-L6-v2")
    assert (found.name, found.path) == ("all-MiniLM-L6-v2", str(shipped))


def test_shipped_weights_that_changed(shipped: Path) -> None:
    (shipped / "model.safetensors").write_bytes(b"weightz")
    with pytest.raises(ModelError, match=r"model\.safetensors is not the pinned one: run pip"):
        find_embedder("all-MiniLM-L6-v2")


def test_shipped_weights_that_are_missing(shipped: Path) -> None:
    (shipped / "model.safetensors").unlink()
    with pytest.raises(ModelError, match="is not the pinned one"):
        find_embedder("all-MiniLM-L6-v2")


def test_no_weights_installed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(models, "_SHIPPED_PACKAGE", "no_such_package")
    with pytest.raises(ModelError, match="is not installed: run make install"):
        find_embedder("all-MiniLM-L6-v2")


def test_a_folder_of_weights(tmp_path: Path) -> None:
    weights = tmp_path / "model.safetensors"
    with pytest.raises(ModelError, match="holds no model.safetensors or pytorch_model.bin"):
        find_embedder(str(tmp_path))
    weights.write_bytes(b"one")
    first = find_embedder(str(tmp_path))
    assert (first.name, first.path) == (tmp_path.name, str(tmp_path))
    find_embedder.cache_clear()
    weights.write_bytes(b"two")
    assert find_embedder(str(tmp_path)).revision != first.revision


def test_any_other_name_is_a_hub_id() -> None:
    assert find_embedder("owner/model").path == "owner/model"


def test_sha256_of(tmp_path: Path) -> None:
    path = tmp_path / "f"
    path.write_bytes(b"x" * 3_000_000)
    assert sha256_of(path) == hashlib.sha256(b"x" * 3_000_000).hexdigest()
