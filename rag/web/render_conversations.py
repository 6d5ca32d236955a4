"""The list of conversations -> safe HTML; pure."""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import quote

from rag.conversations.export import day
from rag.conversations.stored_turns import ConversationSummary
from rag.shown.escaping import escape, escape_characters
from rag.text.counted import count


def render_conversations(
    found: Sequence[ConversationSummary], search: str, next_offset: int | None
) -> str:
    """A list with what can be done with each; ``next_offset`` where there are more."""
    if not found:
        nothing = "No conversation has these words." if search.strip() else "No conversations yet."
        return f'<p class="nothing">{nothing}</p>'
    more = (
        ""
        if next_offset is None
        else f'<button type="button" name="more" value="{next_offset}">Show more</button>'
    )
    return f"<ol>{''.join(map(_item, found))}</ol>{more}"


def _item(found: ConversationSummary) -> str:
    place = f"/conversation/{quote(found.id, safe='')}"
    title = escape_characters(found.title)

    def download(label: str, ending: str) -> str:
        return (
            f'<a href="{place}.{ending}" download aria-label="Export as {label}: {title}">'
            f"{label}</a>"
        )

    def button(label: str, name: str) -> str:
        return f'<button type="button" name="{name}" aria-label="{label}: {title}">{label}</button>'

    return (
        f'<li data-id="{escape_characters(found.id)}">'
        f'<a class="open" href="/?c={quote(found.id, safe="")}">{escape(found.title)}'
        f"<small>{count(found.turn_count, 'question')} · "
        f'<time datetime="{escape_characters(found.updated)}">{day(found.updated)}</time>'
        "</small></a>"
        f'<p class="tools">{button("Rename", "rename")}'
        f'<span aria-hidden="true">Export:</span>{download("Markdown", "md")}'
        f"{download('HTML', 'html')}{button('Delete', 'delete')}</p></li>"
    )
