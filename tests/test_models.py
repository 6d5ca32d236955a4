from __future__ import annotations

import hashlib
from pathlib import Path

import pytest
from safetensors import SafetensorError

from rag import models
from rag.errors import ModelError
from rag.models import find_embedder, loading, sha256_of


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


def test_a_folder_of_weights(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    found = find_embedder(str(tmp_path))
    assert (found.name, found.path, found.is_here) == (tmp_path.name, str(tmp_path), True)
    monkeypatch.setenv("HOME", str(tmp_path.parent))
    assert find_embedder(f"~/{tmp_path.name}").path == str(tmp_path)


def test_any_other_name_is_a_hub_id() -> None:
    found = find_embedder("owner/model")
    assert (found.name, found.path, found.is_here) == ("owner/model", "owner/model", False)


@pytest.mark.parametrize("name", ["~nosuch/model", "no/such/folder", ""])
def test_a_name_that_no_model_can_have(name: str) -> None:
    with pytest.raises(ModelError, match=r"^Embedding model .* is not there: name a model folder"):
        find_embedder(name)


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (RuntimeError("size mismatch.\nfor a layer"), "size mismatch"),
        (SafetensorError("header too large"), "header too large"),
        (ImportError(""), "ImportError"),
        (KeyError("model_type"), "'model_type'"),
    ],
)
def test_whatever_goes_wrong_with_loading_is_one_line(error: Exception, reason: str) -> None:
    with pytest.raises(ModelError) as caught, loading("Model m", "name another."):
        raise error
    assert str(caught.value) == f"Model m cannot be loaded ({reason}): name another."


def test_sha256_of(tmp_path: Path) -> None:
    path = tmp_path / "f"
    path.write_bytes(b"x" * 3_000_000)
    assert sha256_of(path) == hashlib.sha256(b"x" * 3_000_000).hexdigest()
