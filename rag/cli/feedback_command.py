"""What ``rag feedback`` does: the chat's thumbs -> a question set, and what it holds in words."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

from rag.conversations.feedback import FeedbackStore, export_question_set
from rag.errors import ConversationsError
from rag.text.counted import count


def write_question_set(conversations: Path, folder: Path) -> str:
    """Writes the feedback in the file ``conversations`` into ``folder``, and tells what it wrote.

    Raises ConversationsError if there is none, EvaluationError if the folder cannot take it.
    """
    feedback = []
    if conversations.exists():
        with closing(FeedbackStore(conversations)) as store:
            feedback = [*store.all()]
    if not feedback:
        raise ConversationsError(
            f"{conversations} holds no feedback: give thumbs in the chat, or name another file by"
            " RAG_CONVERSATIONS=FILE."
        )
    written = export_question_set(feedback, folder)
    judged = written.questions + written.absent
    told = f"{folder}: {count(written.questions, 'question')} with a right quote, {written.absent} "
    told += f"that the articles do not answer; {written.unjudged} to be judged by hand."
    return f"{told} Measure with: rag eval {folder}" if judged else told
