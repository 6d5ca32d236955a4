"""The exception tree. Each message is one line: what happened to what, and what mends it."""

from __future__ import annotations


class RagError(Exception):
    """Anything that a user can mend; ``str(error)`` is the line to show."""


class QuestionError(RagError):
    """A question, its history or what is asked for cannot be taken."""


class FilterError(RagError):
    """A filter cannot be understood."""


class SettingsError(RagError):
    """A setting is unknown or out of bounds."""


class ModelError(RagError):
    """Model weights are missing or not the pinned ones."""


class LoadError(RagError):
    """One file cannot be read as an article; the message is the reason alone."""


class SeedsError(RagError):
    """The folder of articles is missing or holds none."""


class BuildError(RagError):
    """An index cannot be written; the one before stays as it was."""


class BuildInProgressError(BuildError):
    """Another process is building this index."""


class BuildCancelledError(BuildError):
    """Whoever began the build has stopped it."""


class ArticleFileError(RagError):
    """A file cannot be added to the articles, removed or put back."""


class NameTakenError(ArticleFileError):
    """Another file has its name."""


class OpenError(RagError):
    """An index cannot be opened."""


class IndexMissingError(OpenError):
    """Nothing was built there yet."""


class IndexCorruptError(OpenError):
    """Files of the index are missing, cut short or changed."""


class IndexMismatchError(OpenError):
    """The index was made by another model or version."""


class ConversationsError(RagError):
    """Conversations or feedback cannot be read or kept."""


class ConversationMissingError(ConversationsError):
    """The conversation, or the turn in it, is gone or is another's."""


class LoginError(RagError):
    """The file of who may log in cannot be used, or a name or password is refused."""


class EvaluationError(RagError):
    """A question set cannot be read or judged."""


class ServeError(RagError):
    """The server cannot start."""
