"""What a person typed to look for a conversation -> the condition in SQL; pure."""

from __future__ import annotations

import unicodedata

from rag.shown.escaping import one_line

MAX_SEARCH_CHARS = 200
"""What is searched for is cut to this."""
_INDEXED_CHARS = 3
"""Shorter words are in no trigram: they are looked for in every turn that has the others."""


def folded(text: str) -> str:
    """``text`` on one line, lower-cased and without accents, for searching."""
    apart = unicodedata.normalize("NFKD", one_line(text).casefold())
    return " ".join("".join(each for each in apart if not unicodedata.combining(each)).split())


def search_condition(search: str) -> tuple[str, tuple[str, ...]]:
    """SQL that holds for the conversations to list, and its values."""
    words = folded(search[:MAX_SEARCH_CHARS]).split()
    if not words:
        return "TRUE", ()
    indexed = [word for word in words if len(word) >= _INDEXED_CHARS]
    short = [word for word in words if len(word) < _INDEXED_CHARS]
    in_title = " AND ".join("instr(folded_title, ?) > 0" for _ in words)
    in_turn = ["instr(words, ?) > 0" for _ in short]
    values: list[str] = [*words]
    if indexed:
        in_turn.insert(0, "turn_words MATCH ?")
        values.append(" ".join('"' + word.replace('"', '""') + '"' for word in indexed))
    return (
        f"(({in_title}) OR id IN (SELECT conversation_id FROM turns JOIN turn_words"
        f" ON turn_words.rowid = turns.id WHERE {' AND '.join(in_turn)}))",
        (*values, *short),
    )
