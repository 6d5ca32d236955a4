"""What the chat shows of a conversation, and what each page remembers of it."""

from __future__ import annotations

from dataclasses import dataclass

from rag.web.render_turns import Message


@dataclass(frozen=True, slots=True)
class View:
    """What to show; None leaves a part of the page as it is."""

    messages: list[Message] | None = None
    conversation_id: str | None = None
    """That of the open conversation; "" for one that has no question yet."""
    title: str | None = None
    """That of the open conversation; "" for one that has no question yet."""
    question: str | None = None
    """What stands in the box."""
    notice: str | None = ""
    """A line above the box, as HTML."""
    answering: bool | None = None


@dataclass
class Tab:
    """What a page remembers."""

    owner: str = ""
    """Who is logged in; "" where nobody logs in."""
    conversation_id: str = ""
    editing: int | None = None
    """The turn that the next question takes the place of."""
    follower: int = 0
    """Counts those who follow the open conversation: only the last shows it."""
