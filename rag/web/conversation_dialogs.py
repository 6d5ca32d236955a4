"""The page's dialogs: the list of conversations, a deletion, what was wrong with an answer."""

from __future__ import annotations

from rag.conversations.feedback import MAX_COMMENT_CHARS, REASONS
from rag.types import Status


def _reasons(status: Status) -> str:
    choices = "".join(
        f'<label><input type="radio" name="reason" value="{reason}"> {reason.capitalize()}</label>'
        for reason in REASONS[status]
    )
    return (
        f'<div role="radiogroup" aria-labelledby="verdict-heading" data-status="{status}">'
        f"{choices}</div>"
    )


CONVERSATION_DIALOGS = f"""\
<dialog id="conversations" aria-labelledby="conversations-heading">
<header>
<h2 id="conversations-heading">Conversations</h2>
<button id="close-conversations" type="button" title="Close (Esc)">Close</button>
</header>
<input id="conversation-search" type="search" aria-label="Search conversations" \
placeholder="Search questions and answers" autocomplete="off">
<p id="conversation-problem" role="alert"></p>
<div id="conversation-list"></div>
</dialog>
<dialog id="deletion" aria-labelledby="deletion-heading">
<form>
<h2 id="deletion-heading">Delete this conversation?</h2>
<p><bdi id="deletion-title"></bdi></p>
<p>Its questions, answers and your thumbs are deleted for good.</p>
<p class="choices"><button type="button" class="cancel">Keep it</button>\
<button type="submit">Delete</button></p>
</form>
</dialog>
<dialog id="verdict" aria-labelledby="verdict-heading">
<form>
<h2 id="verdict-heading">What was wrong with this answer?</h2>
{_reasons("answered")}
{_reasons("abstained")}
<label>In your words <textarea name="comment" rows="3" maxlength="{MAX_COMMENT_CHARS}"></textarea>\
</label>
<p class="choices"><button type="button" class="cancel">Skip</button>\
<button type="submit">Send</button></p>
</form>
</dialog>
"""
"""``rag/web/conversations.js`` and ``rag/web/commands.js`` open them."""
