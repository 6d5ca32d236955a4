"""Finds the authors that a line names."""

from __future__ import annotations

import re

LONGEST_LINE_CHARS = 150
"""A longer line names nobody."""
SEPARATORS = " \t,;|•·–—-/()[]:，；：、（）،"

_BYLINE = re.compile(
    r"(?:(?:(?:written |text |report(?:ed)? |story )?by|von|par|por|di|door|بقلم|كتبته?|автор)"
    r"|(?:authors?|autore?|autorin|auteur|byline|بقلم|الكاتب|автор)\s*:)\s+(?=\S)"
    r"|(?:作者|撰文|文|本报记者|记者|記者|著者|글)\s*[:：/／]\s*(?=\S)",
    re.IGNORECASE,
)
_AFTER_AUTHORS = re.compile(r"\s+(?:in|at|for|from|with)\s|\s*[|•·–—;(/]|\s+-\s", re.IGNORECASE)
_BETWEEN_AUTHORS = re.compile(
    r"\s*[,،，、]\s*(?:and\s+|und\s+|et\s+|y\s+)?|\s+(?:and|und|et|y|e|и|&)\s+"
)
_PARTICLES = frozenset(
    "al bin da de del della den der di do dos du el ibn la le ter van von y zu".split()
)
_NOT_A_NAME = frozenset(
    "agency analysis april august background breaking briefing business chapter comment contents"
    " correspondent culture december editor editorial editors exclusive features february friday"
    " from how in introduction january july june letters magazine march may monday news"
    " newspaper november october of on opinion part politics post preface press release report"
    " reporter review saturday science section september service special sport sports staff"
    " statement summary sunday survey technology the thursday times today tuesday update"
    " university wednesday week what why world writer yesterday".split()
)


def authors_in(words: str, is_beside_date: bool = False) -> str | None:
    """The names in a byline, as written; a bare name is one only beside a date."""
    by = _BYLINE.match(words)
    if not (by or is_beside_date) or len(words) > LONGEST_LINE_CHARS:
        return None
    names = words[by.end() :] if by else words
    rest = _AFTER_AUTHORS.search(names)
    names = names[: rest.start()] if rest else names
    end = start = 0
    for gap in (*_BETWEEN_AUTHORS.finditer(names), None):
        if not _is_name(names[start : gap.start() if gap else len(names)], is_sure=bool(by)):
            break
        end = gap.start() if gap else len(names)
        start = gap.end() if gap else end
    if not by and end < len(names.rstrip(SEPARATORS)):
        return None
    return names[:end].strip() or None


def _has_no_case(word: str) -> bool:
    return word.lower() == word.upper()


def _is_name(words: str, is_sure: bool) -> bool:
    parts = words.split()
    if not (1 if is_sure else 2) <= len(parts) <= 5:
        return False
    return (
        all(
            re.fullmatch(r"[^\W\d_](?:[^\W\d_]|[.'’-])*", part)
            and (
                part[0].isupper() or part.lower() in _PARTICLES or (is_sure and _has_no_case(part))
            )
            and part.lower() not in _NOT_A_NAME
            for part in parts
        )
        and not parts[-1].islower()
    )
