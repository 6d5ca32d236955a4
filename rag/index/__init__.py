"""What is on disk: articles and passages (SQLite), vectors (FAISS), terms (Tantivy)."""

from rag.index.articles import IndexedArticle
from rag.index.embedding_cache import EmbeddingCache
from rag.index.file_stamps import FileStamp, stamp_if_same, stamp_of
from rag.index.generations import (
    FORMAT_VERSION,
    Current,
    Manifest,
    Recipe,
    build_lock,
    is_index_file,
    read_current,
)
from rag.index.problems import rebuild_command
from rag.index.store import GenerationWriter, LocalStore, open_store, read_listing

__all__ = [
    "FORMAT_VERSION",
    "Current",
    "EmbeddingCache",
    "FileStamp",
    "GenerationWriter",
    "IndexedArticle",
    "LocalStore",
    "Manifest",
    "Recipe",
    "build_lock",
    "is_index_file",
    "open_store",
    "read_current",
    "read_listing",
    "rebuild_command",
    "stamp_if_same",
    "stamp_of",
]
