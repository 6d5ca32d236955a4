"""How much code one question crosses, and how much there is.

    python -m benchmarks.ask_path [QUESTION]

Asks the index in force once to warm it, then again, and counts the modules and the functions of
``rag`` that are entered meanwhile; then the lines of Python, JavaScript and CSS.
"""

from __future__ import annotations

import sys
import threading
from collections.abc import Iterable
from pathlib import Path
from types import FrameType
from typing import Any

import rag
from rag.library import Library, open_library

QUESTION = "Who met in Baghdad?"
PACKAGE = Path(rag.__file__).parent


def crossed(library: Library, question: str) -> set[tuple[str, str]]:
    """(module, function) of ``rag`` entered while the question is answered, in any thread.

    A function's inner ones count; comprehensions, lambdas and what dataclasses generate do not.
    """
    entered: set[tuple[str, str]] = set()

    def note(frame: FrameType, event: str, _: Any) -> None:
        module = frame.f_globals.get("__name__", "")
        code = frame.f_code
        is_written = "<" not in code.co_name + code.co_filename
        if event == "call" and module.startswith("rag.") and is_written:
            entered.add((module, code.co_qualname))

    library.ask(question)
    threading.setprofile(note)
    sys.setprofile(note)
    try:
        library.ask(question)
    finally:
        sys.setprofile(None)
        threading.setprofile(None)
    return entered


def lines_of(paths: Iterable[Path]) -> str:
    counts = [len(path.read_text(encoding="utf-8").splitlines()) for path in paths]
    return f"{sum(counts):,} lines in {len(counts)} files"


def main(question: str = QUESTION) -> None:
    with open_library() as library:
        entered = crossed(library, question)
    modules = {module for module, _ in entered}
    print(f"{question} crosses {len(modules)} modules and {len(entered)} functions.")
    for module in sorted(modules):
        names = sorted(name for other, name in entered if other == module)
        print(f"  {module}: {', '.join(names)}")
    root = PACKAGE.parent
    print("rag, Python:", lines_of(PACKAGE.rglob("*.py")))
    pages = [path for kind in ("js", "css", "html") for path in PACKAGE.rglob(f"*.{kind}")]
    print("rag, JavaScript, CSS and templates:", lines_of(pages))
    for name in ("tests", "benchmarks", "training"):
        print(f"{name}:", lines_of((root / name).rglob("*.py")))


if __name__ == "__main__":
    main(*sys.argv[1:])
