"""What is on disk: articles and passages (SQLite), vectors (FAISS), terms (Tantivy)."""

from rag.store.embedding_cache import EmbeddingCache
from rag.store.file_stamps import FileStamp, stamp_if_same, stamp_of
from rag.store.generations import Current, build_lock, is_index_file, read_current
from rag.store.local import GenerationWriter, LocalStore, open_store
from rag.store.manifest import FORMAT_VERSION, Manifest, Recipe
from rag.store.problems import rebuild_command

__all__ = [
    "FORMAT_VERSION",
    "Current",
    "EmbeddingCache",
    "FileStamp",
    "GenerationWriter",
    "LocalStore",
    "Manifest",
    "Recipe",
    "build_lock",
    "is_index_file",
    "open_store",
    "read_current",
    "rebuild_command",
    "stamp_if_same",
    "stamp_of",
]
