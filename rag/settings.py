"""One frozen ``Settings``: defaults, bounds and units; from the environment and ``rag.toml``.

Precedence: arguments, then environment (``RAG_INDEX=...``), then ``rag.toml`` in the current
folder, then the defaults here.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pydantic import Field, ValidationError, field_validator
from pydantic_settings import (
    BaseSettings,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    TomlConfigSettingsSource,
)

from rag.errors import SettingsError
from rag.models import installed_writer

SETTINGS_FILE = "rag.toml"


class Settings(BaseSettings):
    """What a user may set; every field is an environment variable with ``RAG_`` before it."""

    model_config = SettingsConfigDict(
        env_prefix="RAG_", toml_file=SETTINGS_FILE, frozen=True, extra="forbid"
    )

    seeds: Path = Path("seeds")
    """The folder of articles."""
    index: Path = Path("index")
    """The folder of the built index."""
    milvus: str | None = Field(default=None, repr=False)
    """A Milvus server that holds the index for every machine that asks (docs/cluster.md):
    ``http[s]://[user:password@]host[:port][/database]``."""
    conversations: Path = Path("data/conversations.sqlite")
    """The file of the chat's conversations and of what people said of answers."""
    login: Path | None = None
    """The file of who may log in to the chat (``rag login NAME``); None where everybody may ask."""
    embedder: str = "multilingual-e5-small"
    """The shipped embedding model, or the folder or hub id of a sentence-transformers model."""
    reader: str = "footnote"
    """The shipped reader, or the folder or hub id of a Hugging Face question-answering or
    cross-encoder model. Confidence is calibrated for the shipped reader; with another the same
    formula is used, so set ``min_confidence`` by questions of your own."""
    writer: str = Field(default_factory=installed_writer)
    """The model that writes answers out after their quotes, each sentence checked against them:
    "qwen" (what make install-write installs; the default where it is), a .gguf file, the folder or
    hub id of a Hugging Face model, or an OpenAI-compatible server
    (``http://127.0.0.1:8080/v1#model``). Empty: answers are quotes."""
    passage_tokens: int = Field(default=128, ge=32, le=2048)
    """Passages are packed up to this many tokens, or the model's window if that is smaller."""
    candidates: int = Field(default=100, ge=1, le=1000)
    """Passages that dense and keyword search each hand to the fusion."""
    read_passages: int = Field(default=20, ge=1, le=100)
    """Passages whose sentences are ranked for an answer."""
    max_quotes: int = Field(default=5, ge=1, le=10)
    """Quotes shown at most."""
    min_confidence: float | None = Field(default=None, ge=0.0, le=1.0)
    """Below this confidence the answer is an abstention; None takes the calibrated default."""
    max_question_chars: int = Field(default=2000, ge=1)
    """A longer question is refused."""

    @field_validator("seeds", "index", "conversations", "login")
    @classmethod
    def _with_home(cls, place: Path | None) -> Path | None:
        try:
            return place and place.expanduser()
        except RuntimeError:
            raise ValueError(f"nobody has the home folder of {place}") from None

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        return init_settings, env_settings, TomlConfigSettingsSource(settings_cls)


def load_settings(**overrides: Any) -> Settings:
    """The settings in force; ``overrides`` that are None are left out.

    Raises SettingsError naming the setting that is unknown or out of bounds.
    """
    return in_force(None, **overrides)


def in_force(settings: Settings | None, **overrides: Any) -> Settings:
    """``settings``, or those in force if None; ``overrides`` that are not None go before them.

    Raises SettingsError as load_settings does.
    """
    given = {name: value for name, value in overrides.items() if value is not None}
    if settings is None:
        return _checked(given)
    return _checked(settings.model_dump() | given) if given else settings


def _checked(values: Mapping[str, Any]) -> Settings:
    try:
        return Settings(**values)
    except ValidationError as error:
        first = error.errors()[0]
        name = ".".join(str(part) for part in first["loc"])
        raise SettingsError(
            f"Setting {name}: {first['msg']}. Mend RAG_{name.upper()} or {SETTINGS_FILE}."
        ) from None
    except (ValueError, OSError) as error:
        raise SettingsError(f"{SETTINGS_FILE} cannot be read: {error}.") from None
