"""Sentences with exact offsets. Pure: no I/O, no models.

Sentence ends come from sentencex (300 languages, a hundred times the speed of pysbd, and fewer
errors on our cases). What it gets wrong in news is put right here, and only here:

- ends after abbreviations that it lacks ("Ms.", "Vol. 2") are taken back;
- a closing quotation mark or a footnote mark belongs to the sentence before it, an opening
  quotation mark to the next;
- quoted speech that would make a sentence longer than ``LONG_SENTENCE_CHARS`` is split at its own
  sentence ends, since a quote that long is no answer.

A blank line, a list marker and a table row always end a sentence: whatever else holds a line break
(verse, an address) may be one sentence.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise

from rag.types import Span

LONG_SENTENCE_CHARS = 300

_CHUNK_CHARS = 10_000
"""sentencex takes quadratic time on unclosed quotation marks, so it never sees more than this."""

_BLANK_LINES = re.compile(r"\n[^\S\n]*\n\s*")
_LINE_UNIT_END = re.compile(
    r"\n(?=[^\S\n]*(?:[-*+•‣◦–]|\d{1,3}[.)])[^\S\n])"  # the next line is a list item
    r"|(?<=\|)\n|\n(?=\|)|\n(?=[^\n]* \| )"  # the next line is a table row
)
_FOOTNOTE_MARKS = re.compile(r"(?<=[.!?\"”’»)])(?:\[[^\[\]\n]{1,30}\]|:\d[\d–-]*)+(?!\w)")
"""After a sentence: "[1]", "[citation needed]", ":19-21"."""
_CLOSERS = re.compile(r"[\"'”’»)\]}*†‡.]+(?=\s|$)")
_OPENER = re.compile(r"\s[\"'“‘«(\[{]+$")
_BRACKETED_SENTENCE = re.compile(r"[(\[][^()\[\]]*[.!?…][\"”’]?[)\]](?=\s+[^\W\d_a-z])")
_QUOTE_MARKS = str.maketrans(dict.fromkeys('"“”„«»()‘', " "))

_ABBREVIATION = re.compile(
    r"(?<![\w.])(?:Ms|Mrs?|Mx|Messrs|Mmes?|Drs?|Profs?|Revs?|Hon|Gens?|Cols?|Lts?|Majs?|Capts?|Cpls?"
    r"|Sgts?|Cmdr|Adms?|Govs?|Sens?|Reps?|Pres|Supt|Insp|Amb|Sr|Sra|Fr|St|Ste|Ft|Mt"
    r"|ft|sq|Vols?|Nos?|Figs?|Arts?|Secs?|pp|ch|vs|cf|viz|approx|ca|est|incl|esp|resp"
    r"|Jan|Feb|Mar|Apr|Jun|Jul|Aug|Sept?|Oct|Nov|Dec)\.$"
)
_NUMBER_ABBREVIATIONS = ("No.", "Nos.", "Art.", "Arts.", "Sec.", "Secs.", "Fig.", "Figs.", "Mar.")
"""Also words that end sentences ("The answer was No."): abbreviations only before a number."""

_GERMAN_ORDINAL = re.compile(
    r"\b(?:d(?:er|ie|as|e[mns])|am|ans?|im|ins?|vo[mn]|zu[mr]|bis|seit|jede[rns]?|und)\s\d{1,3}\.$",
    re.I,
)
"""As in "die 3. Runde"; sentencex knows those before the name of a month."""
_QUOTATION_GOES_ON = re.compile("と|って")
"""Japanese: 「…。」と述べた."""

_INITIAL_OR_NUMBER = re.compile(r"[(\[\"“‘']*(?:[^\W\d_]|\d{1,3})[.)]")


def sentences(
    text: str, start: int = 0, end: int | None = None, language: str | None = None
) -> list[Span]:
    """The sentences of ``text[start:end]``, in order and without overlap, as offsets of ``text``.

    Every character but whitespace lies in exactly one of them, none begins or ends with
    whitespace, and none crosses a blank line. ``language`` (ISO 639-1; English where it is not
    known) tells which abbreviations end none.
    """
    end = len(text) if end is None else end
    return [
        sentence
        for paragraph in paragraphs(text, start, end)
        for sentence in paragraph_sentences(text, paragraph, language or "en")
    ]


def paragraphs(text: str, start: int, end: int) -> Iterator[Span]:
    """What blank lines part in ``text[start:end]``, without whitespace at the ends."""
    return _split(_BLANK_LINES, text, start, end)


def paragraph_sentences(text: str, paragraph: Span, language: str) -> Iterator[Span]:
    """The sentences of one paragraph; list items and table rows are sentences of their own."""
    for unit in _split(_LINE_UNIT_END, text, *paragraph):
        for start, end in _chunks(text, unit):
            for sentence in _chunk_sentences(text[start:end], language):
                yield Span(start + sentence.start, start + sentence.end)


def _split(gap: re.Pattern[str], text: str, start: int, end: int) -> Iterator[Span]:
    position = start
    for match in gap.finditer(text, start, end):
        yield from _trimmed(text, position, match.start())
        position = match.end()
    yield from _trimmed(text, position, end)


def _chunks(text: str, unit: Span) -> Iterator[Span]:
    """The unit in stretches of at most ``_CHUNK_CHARS``, cut after a full stop, else a space."""
    start = unit.start
    while unit.end - start > _CHUNK_CHARS:
        limit = start + _CHUNK_CHARS
        cut = max(text.rfind(". ", start, limit), text.rfind(".\n", start, limit)) + 1
        cut = cut or text.rfind(" ", start, limit) + 1 or limit
        yield from _trimmed(text, start, cut)
        start = cut
    yield from _trimmed(text, start, unit.end)


def _chunk_sentences(chunk: str, language: str) -> Iterator[Span]:
    for start, end in pairwise([0, *_ends(chunk, language), len(chunk)]):
        sentence = chunk[start:end]
        inner = (
            _ends(sentence.translate(_QUOTE_MARKS), language, sentence)
            if end - start > LONG_SENTENCE_CHARS
            else []
        )
        for inner_start, inner_end in pairwise([0, *inner, end - start]):
            yield from _trimmed(chunk, start + inner_start, start + inner_end)


def _ends(text: str, language: str, shown: str | None = None) -> list[int]:
    """Where sentences of ``text`` end, the last one excepted.

    ``shown`` has the quotation marks, where ``text`` had them blanked to be split inside them.
    """
    import sentencex

    shown = text if shown is None else shown
    text = _FOOTNOTE_MARKS.sub(lambda marks: " " * len(marks.group()), text)
    ends: list[int] = []
    last = 0
    for boundary in sentencex.get_sentence_boundaries(language, text):
        bracketed = _BRACKETED_SENTENCE.match(shown, boundary["start_index"])
        candidates = [bracketed.end()] if bracketed else []
        candidates.append(_marks_moved(shown, boundary["end_index"]))
        for end in candidates:
            if last < end < len(shown) and _is_end(shown[last:end], shown[end:], language):
                ends.append(end)
                last = end
    return ends


def _marks_moved(text: str, end: int) -> int:
    """``end`` with closing marks left to the sentence before and opening ones to the next."""
    if end and not text[end - 1].isspace() and (closers := _CLOSERS.match(text, end)):
        return closers.end()
    if opener := _OPENER.search(text, max(0, end - 4), end):
        return opener.start() + 1
    return end


def _is_end(before: str, after: str, language: str) -> bool:
    """Whether a sentence may end between ``before`` and ``after``."""
    sentence, following = before.rstrip(), after.lstrip()
    if not sentence or not re.search(r"\w", following):
        return False
    if abbreviation := _ABBREVIATION.search(sentence[-12:]):
        is_ambiguous = abbreviation.group() in _NUMBER_ABBREVIATIONS
        return is_ambiguous and not following[0].isdigit()
    if _INITIAL_OR_NUMBER.fullmatch(sentence):
        return False
    if language == "de" and _GERMAN_ORDINAL.search(sentence[-12:]):
        return False
    if sentence[-1] in "」』" and _QUOTATION_GOES_ON.match(following):
        return False
    # "Yahoo! and Google", "Jeopardy! is"
    return not (sentence[-1] in "!?" and following[0].islower())


def _trimmed(text: str, start: int, end: int) -> Iterator[Span]:
    """The span without whitespace at its ends; nothing if there is only whitespace."""
    while start < end and text[start].isspace():
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    if start < end:
        yield Span(start, end)
