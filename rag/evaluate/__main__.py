"""Draws the risk–coverage curve of a saved evaluation.

python -m rag.evaluate RESULT.json PICTURE.png
"""

from __future__ import annotations

import sys
from pathlib import Path

from rag.errors import RagError
from rag.evaluate.picture import plot_saved

if __name__ == "__main__":
    if len(sys.argv) != 3:
        print("usage: python -m rag.evaluate RESULT.json PICTURE.png", file=sys.stderr)
        sys.exit(2)
    try:
        plot_saved(Path(sys.argv[1]), Path(sys.argv[2]))
    except RagError as error:
        sys.exit(f"error: {error}")
