"""The dialog "How answers are made": its frame, and its choices as the server has them; pure."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import PurePath
from urllib.parse import urlsplit

from rag.settings import Settings
from rag.shown.escaping import escape, escape_characters
from rag.text.counted import count
from rag.web.answer_settings import least_confidences, quote_choices

NO_WRITER = "No model is set to write: make install-write, then RAG_WRITER=smollm2 make run."
_STRICTNESS = {
    "sure": ("Only when sure", "Answers when it is at least {} sure, and refuses more often."),
    "balanced": ("Balanced", "The default: answers when it is at least {} sure."),
    "more": ("Shows more", "Answers when it is at least {} sure: read its quotes with care."),
}

SETTINGS_DIALOG = """\
<dialog id="settings" aria-labelledby="settings-heading">
<header>
<h2 id="settings-heading">How answers are made</h2>
<button id="close-settings" type="button" title="Close (Esc)">Close</button>
</header>
<p id="settings-problem" role="alert"></p>
<form aria-labelledby="settings-heading"></form>
</dialog>
"""
"""``rag/web/settings.js`` opens it and fetches ``render_settings`` into its form."""


def render_settings(settings: Settings, writer_problem: str | None, machine: str) -> str:
    """The choices, with those of the server chosen.

    ``writer_problem``: why no model can write, with the command that mends it; None if one can.
    """
    writes = writer_problem is None
    words = [
        _radio("writes", "0", "Quoted", "The articles’ own sentences, as they stand.", not writes),
        _radio(
            "writes",
            "1",
            f"Written by {_writer_name(settings.writer)}" if settings.writer else "Written",
            writer_problem
            or "A model writes, each sentence is checked against its quotes; takes longer.",
            writes,
            unavailable=not writes,
        ),
    ]
    strictness = [
        _radio("strictness", value, label, why.format(f"{least:.0%}"), value == "balanced")
        for value, least in least_confidences(settings).items()
        for label, why in [_STRICTNESS[value]]
    ]
    options = "".join(
        f'<option value="{most}"{" selected" if most == settings.max_quotes else ""}>'
        f"{count(most, 'quote')}</option>"
        for most in quote_choices(settings)
    )
    return (
        f"{_fieldset('In whose words', words)}"
        f'<label class="most">At most <select name="quotes" aria-describedby="quotes-why">{options}'
        '</select><small id="quotes-why">Fewer are read sooner; more show what other articles say.'
        "</small></label>"
        f"{_fieldset('How strict', strictness)}"
        f'<p class="machine">{escape(machine)}</p>'
        '<p class="machine">Your choices are kept in this browser and hold for what you ask from '
        "now on. The defaults are those that Footnote was started with.</p>"
        '<p class="choices"><button type="reset">Back to the defaults</button></p>'
    )


def _fieldset(legend: str, choices: Iterable[str]) -> str:
    return f"<fieldset><legend>{legend}</legend>{''.join(choices)}</fieldset>"


def _radio(
    name: str, value: str, label: str, why: str, chosen: bool, *, unavailable: bool = False
) -> str:
    described = f"{name}-{value}-why"
    state = " checked" * chosen + " disabled" * unavailable
    return (
        f'<label><input type="radio" name="{name}" value="{value}" aria-describedby="{described}"'
        f"{state}><span>{escape_characters(label)}"
        f'<small id="{described}">{escape(why)}</small></span></label>'
    )


def _writer_name(writer: str) -> str:
    """Of a server only its machine and model: its address may hold a password."""
    address = urlsplit(writer)
    if address.scheme in ("http", "https"):
        return address.fragment or address.hostname or "a server"
    return PurePath(writer).name or writer
