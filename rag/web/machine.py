"""What this machine can do, in one line for a person."""

from __future__ import annotations

import os
import sys

from rag.bert import has_fast_int8
from rag.text.counted import count


def describe_machine() -> str:
    """Its cores, and whether its processor has what makes searching and reading faster."""
    cores = len(os.sched_getaffinity(0)) if sys.platform == "linux" else os.cpu_count() or 1
    line = f"This machine has {count(cores, 'core')}"
    if has_fast_int8():
        return f"{line}, and a processor with instructions that make answers faster (int8)."
    return f"{line}, and a processor without the instructions that make answers faster (int8)."
