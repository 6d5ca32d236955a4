"""The library's list -> safe HTML; pure."""

from __future__ import annotations

import html
from collections.abc import Mapping, Sequence
from urllib.parse import quote

from rag.answer.cite import format_date
from rag.shown.escaping import escape, escape_characters
from rag.text.counted import rounded
from rag.web.library_catalogue import PAGE_ROWS, Found, Listed
from rag.web.library_rows import Row, RowState
from rag.web.render import source_link

LABELS: Mapping[RowState, tuple[str, str]] = {
    "new": ("New", "Not in the index yet: rebuild it"),
    "changed": ("Changed", "The file has changed since the index was built: rebuild it"),
    "gone": ("Removed", "The file is gone; the index forgets it when it is rebuilt"),
    "failed": ("Not read", "The file could not be read"),
    "duplicate": ("Duplicate", "An article that was published before tells the same"),
    "indexed": ("Indexed", "Can be asked about"),
    "in the trash": ("In the trash", "Can be put back"),
}
"""What each state is called, and what it means."""
NOTHING_YET = "No articles yet. Drop files anywhere on this page, or choose them above."


def render_rows(found: Found, asked: Listed) -> str:
    """The rows of a page; where there are none, one that says so."""
    if found.rows:
        return "".join(map(_row, found.rows))
    everything = not asked.search.strip() and asked.show == "all"
    nothing = NOTHING_YET if everything else "Nothing in the library matches."
    return f'<tr class="nothing"><td colspan="7">{nothing}</td></tr>'


def describe_found(found: Found) -> str:
    """How many rows there are, and which of them this page has."""
    if found.pages == 1:
        return "1 entry" if found.total == 1 else f"{found.total:,} entries"
    first = (found.page - 1) * PAGE_ROWS + 1
    return f"{first:,} to {first + len(found.rows) - 1:,} of {found.total:,} entries"


def describe_size(size_bytes: int | None) -> str:
    """Bytes for people: ``7.4 KB``."""
    if size_bytes is None:
        return ""
    if size_bytes < 1000:
        return f"{size_bytes} B"
    for unit, size in (("KB", 1e3), ("MB", 1e6)):
        if size_bytes < 1000 * size:
            return f"{rounded(size_bytes / size)} {unit}"
    return f"{size_bytes / 1e9:.1f} GB"


def _row(row: Row) -> str:
    title = escape(row.title)
    if row.article_id is not None:
        title = f'<a href="{html.escape(source_link(row.article_id))}">{title}</a>'
    details = [_detail("source", escape(row.source))] if row.source != row.title else []
    if row.reason is not None:
        details.append(_detail("reason", escape(row.reason)))
    if row.also_count:
        details.append(_detail("also", f"Also in {_also(row.also_in, row.also_count)}"))
    label, meaning = LABELS[row.state]
    kind = row.state.replace(" ", "-")
    return (
        f'<tr class="{kind}"><th scope="row">{title}{"".join(details)}</th>'
        f"{_cell('author', 'Author', escape(row.author) if row.author else '')}"
        f"{_cell('date', 'Date', escape(format_date(row.date)) if row.date else '')}"
        f"{_cell('size', 'Size', describe_size(row.size_bytes))}"
        f"{_cell('language', 'Language', escape(row.language) if row.language else '')}"
        f'<td class="state"><span class="badge" title="{meaning}">{label}</span></td>'
        f'<td class="tools">{_tool(row)}</td></tr>'
    )


def _cell(kind: str, label: str, content: str) -> str:
    return f'<td class="{kind}" data-label="{label}">{content}</td>'


def _detail(kind: str, content: str) -> str:
    return f'<small class="{kind}">{content}</small>'


def _also(sources: Sequence[str], number: int) -> str:
    named = ", ".join(map(escape, sources))
    rest = number - len(sources)
    return f"{named} and {rest:,} more" if rest else named


def _tool(row: Row) -> str:
    """What removes the row's file, or puts it back or deletes it; values fit into an address."""
    file = escape_characters(row.file)
    if row.trash_id is not None:
        trash_id = escape_characters(row.trash_id)
        return (
            f'<button type="button" name="put-back" value="{trash_id}"'
            f' aria-label="Put back {file}">Put back</button>'
            f'<button type="button" name="delete-for-good" value="{trash_id}" data-file="{file}"'
            f' aria-label="Delete for good {file}">Delete for good</button>'
        )
    if row.state == "gone":
        return ""
    return (
        f'<button type="button" name="remove" value="{quote(row.file)}"'
        f' data-articles="{row.in_file}" aria-label="Remove {file}">Remove</button>'
    )
