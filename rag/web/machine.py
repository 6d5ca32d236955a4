"""What this machine can do, in one line for a person."""

from __future__ import annotations

import os
import sys

from rag.web.render import count


def describe_machine() -> str:
    """Its cores, and, once the models have loaded torch, which numbers it is quick with."""
    cores = len(os.sched_getaffinity(0)) if sys.platform == "linux" else os.cpu_count() or 1
    line = f"This machine has {count(cores, 'core')}"
    if "torch" not in sys.modules:
        return f"{line}; what else it can do is known once the models are loaded."
    from rag.embed.minilm import has_fast_int8
    from rag.reading.span_model import fast_bfloat16

    quick = {"embedding (int8)": has_fast_int8(), "reading (bfloat16)": fast_bfloat16()}
    if not any(quick.values()):
        return f"{line}, and computes with full numbers: it knows no int8 or bfloat16."
    return f"{line} and short numbers for {' and '.join(name for name in quick if quick[name])}."
