"""What the library is doing -> safe HTML for the masthead and the welcome; pure."""

from __future__ import annotations

from rag.errors import RagError, SeedsError
from rag.shown.escaping import escape
from rag.text.counted import count
from rag.web.served import Failed, Library, Ready, State, Working


def describe_state(state: State) -> str:
    """One line for a person: what the library holds or is doing, or what went wrong."""
    match state:
        case Working(line=line):
            return line
        case Failed(error=error):
            return str(error)
        case Ready(library=library):
            return ", ".join([*_holdings(library), count(library.passage_count, "passage")])


def described(state: State) -> tuple[State, str]:
    """The state and its line; failed where what holds the index, a Milvus server, is silent."""
    try:
        return state, describe_state(state)
    except RagError as error:
        return Failed(error), str(error)


def render_state(state: State) -> str:
    """The line in the masthead, which is narrow: passages are not counted there."""
    kind = type(state).__name__.lower()
    if isinstance(state, Ready):
        line = f'<a href="#source">{escape(", ".join(_holdings(state.library)))}</a>'
    else:
        line = escape(describe_state(state))
    return f'<p class="state {kind}">{line}</p>'


def _holdings(library: Library) -> list[str]:
    held = [count(library.article_count, "article")]
    if failures := library.manifest.failures:
        held.append(f"{count(len(failures), 'file')} not read")
    return held


def render_welcome(state: State, seeds: str) -> str:
    """What stands where the conversation will be: how to begin, or what is missing."""
    if isinstance(state, Failed) and isinstance(state.error, SeedsError):
        return (
            '<div class="welcome"><h2>No articles yet</h2>'
            "<p>Drop your files onto the page <b>Library</b>, or put them into "
            f"<code>{escape(seeds)}</code>, then press <b>Rebuild index</b>.</p></div>"
        )
    if isinstance(state, Failed) and state.library is None:
        return (
            '<div class="welcome"><h2>The index cannot be used</h2>'
            f"<p>{escape(str(state.error))}</p>"
            "<p>Or press <b>Rebuild index</b>: the articles themselves are untouched.</p></div>"
        )
    return (
        '<div class="welcome"><h2>Ask the articles</h2>'
        "<p>Answers are the articles’ own words. Every number opens its source at the quote.</p>"
        "</div>"
    )
