"""JSON lines with checked fields: whatever is malformed is named by file and line."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rag.errors import EvaluationError
from rag.types import Span


@dataclass(frozen=True, slots=True)
class Line:
    """One JSON object of a file. Each method raises EvaluationError on a malformed field."""

    path: Path
    number: int
    fields: Mapping[str, Any]

    @property
    def place(self) -> str:
        """File and line, for messages."""
        return f"{self.path}, line {self.number}"

    def text(self, name: str) -> str:
        """A text that is not blank."""
        value = self.fields.get(name)
        if not isinstance(value, str) or not value.strip():
            raise EvaluationError(f"{self.place}: {name} must be text that is not blank.")
        return value

    def optional_text(self, name: str) -> str | None:
        """A text that is not blank, or None where the field is missing or null."""
        return None if self.fields.get(name) is None else self.text(name)

    def texts(self, name: str) -> tuple[str, ...]:
        """A list of texts, none of them blank; empty where the field is missing or null."""
        values = self.fields.get(name)
        if values is None:
            return ()
        if not isinstance(values, list) or not all(
            isinstance(value, str) and value.strip() for value in values
        ):
            raise EvaluationError(
                f"{self.place}: {name} must be a list of texts that say something."
            )
        return tuple(values)

    def objects(self, name: str) -> tuple[Line, ...]:
        """A list of JSON objects, each with fields of its own; empty where missing or null."""
        values = self.fields.get(name)
        if values is None:
            return ()
        if not isinstance(values, list) or not all(isinstance(value, dict) for value in values):
            raise EvaluationError(f"{self.place}: {name} must be a list of JSON objects.")
        return tuple(Line(self.path, self.number, value) for value in values)

    def identifiers(self, name: str) -> tuple[str, ...]:
        """A list of ids, without repetitions; empty where the field is missing or null."""
        values = self.fields.get(name)
        if values is None:
            return ()
        if not isinstance(values, list):
            raise EvaluationError(f"{self.place}: {name} must be a list of ids.")
        return tuple(dict.fromkeys(self._identifier(name, value) for value in values))

    def identifier(self, name: str) -> str | None:
        """An id, whole number or text; None where the field is missing or null."""
        value = self.fields.get(name)
        return None if value is None else self._identifier(name, value)

    def span(self) -> Span | None:
        """``start`` and ``end``; None where both are missing or null."""
        start, end = self.fields.get("start"), self.fields.get("end")
        if start is None and end is None:
            return None
        if type(start) is not int or type(end) is not int or not 0 <= start < end:
            raise EvaluationError(
                f"{self.place}: start and end must be whole numbers, 0 <= start < end."
            )
        return Span(start, end)

    def history(self) -> tuple[tuple[str, str], ...]:
        """Turns as (role, text); a text alone is a turn of the user."""
        turns = self.fields.get("history") or []
        if not isinstance(turns, list):
            raise EvaluationError(f"{self.place}: history must be a list of turns.")
        return tuple(self._turn(turn) for turn in turns)

    def _turn(self, turn: Any) -> tuple[str, str]:
        match turn:
            case str():
                return "user", turn
            case [str(role), str(text)] | {"role": str(role), "content": str(text)}:
                return role, text
        raise EvaluationError(
            f'{self.place}: a turn of history is a text or {{"role": ..., "content": ...}}.'
        )

    def _identifier(self, name: str, value: Any) -> str:
        if isinstance(value, bool) or not isinstance(value, str | int) or not str(value).strip():
            raise EvaluationError(f"{self.place}: {name} must be text or a whole number.")
        return str(value)


def read_lines(path: Path) -> Iterator[Line]:
    """The lines of ``path`` that are not blank; none where there is no such file."""
    if not path.is_file():
        return
    try:
        lines = path.read_text(encoding="utf-8-sig").split("\n")
    except (OSError, UnicodeDecodeError) as error:
        raise EvaluationError(f"{path} cannot be read: {error}.") from None
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            fields = json.loads(line)
            json.dumps(fields, ensure_ascii=False).encode()
        except UnicodeEncodeError as error:
            raise EvaluationError(
                f"{path}, line {number} holds \\u{ord(error.object[error.start]):x}, half of a pair"
                " that makes a character: write the character itself."
            ) from None
        except ValueError as error:
            raise EvaluationError(f"{path}, line {number} is not JSON: {error}.") from None
        except RecursionError:
            raise EvaluationError(f"{path}, line {number} is nested too deeply.") from None
        if not isinstance(fields, dict):
            raise EvaluationError(f"{path}, line {number} is not a JSON object.")
        yield Line(path, number, fields)
