"""Names of uploaded files -> names that are safe in the folder of articles; pure.

A name comes from another machine: it may climb out of the folder, hide, deceive the eye or be no
name at all on this system.
"""

from __future__ import annotations

import re
import unicodedata
from pathlib import PurePosixPath

from rag.errors import ArticleFileError
from rag.shown.escaping import visible

MOST_NAME_BYTES = 200
"""Of one part of a path in UTF-8; file systems take 255, and a name may get a number."""
MOST_FOLDERS = 12
_ON_NO_SYSTEM = re.compile(r'[<>:"|?*\\\x00-\x1f\x7f]')
_WINDOWS_DEVICE = re.compile(r"(?i)(con|prn|aux|nul|com\d|lpt\d)(\.|$)")


def safe_source(name: str) -> str:
    """The path under which an uploaded file may be kept, relative to the folder of articles.

    ``name`` is a file's name, or its path within an uploaded folder, with ``/``. What may not stand
    in a name is replaced or left out. Raises ArticleFileError where no name is left.
    """
    *folders, file = name.split("/")
    parts = [_safe_part(part) for part in folders if part not in ("", ".")]
    if ".." in folders or not all(parts):
        raise ArticleFileError("its folder has no name that can be used: rename it")
    if len(parts) > MOST_FOLDERS:
        raise ArticleFileError(f"it lies within more than {MOST_FOLDERS} folders: move it up")
    stem = _safe_part(file)
    if not stem:
        raise ArticleFileError("it has no name that can be used: rename it")
    return "/".join([*parts, stem])


def numbered(source: str, number: int) -> str:
    """``source`` with a number before its suffix: ``talks (2).txt``."""
    path = PurePosixPath(source)
    return str(path.with_name(f"{path.stem} ({number}){path.suffix}"))


def _safe_part(part: str) -> str:
    """A name without what hides, deceives or separates; "" where nothing is left."""
    text = unicodedata.normalize("NFC", visible(part))
    text = " ".join(_ON_NO_SYSTEM.sub("_", text).split()).lstrip(". ").rstrip(". ")
    if _WINDOWS_DEVICE.match(text):
        text = f"_{text}"
    return _shortened(text)


def _shortened(name: str) -> str:
    """``name`` cut before its suffix to the bytes that file systems take."""
    if len(name.encode()) <= MOST_NAME_BYTES:
        return name
    suffix = PurePosixPath(name).suffix
    if len(suffix.encode()) > MOST_NAME_BYTES // 4:
        suffix = ""
    kept = name.encode()[: MOST_NAME_BYTES - len(suffix.encode())].decode("utf-8", "ignore")
    return kept.rstrip(". ") + suffix
