"""What is on disk: articles and passages (SQLite), vectors (FAISS), terms (Tantivy).

Or in Milvus, where other machines search it.
"""

from rag.store.embedding_cache import EmbeddingCache
from rag.store.file_stamps import FileStamp, stamp_if_same, stamp_of
from rag.store.generation_writer import GenerationWriter
from rag.store.generations import Current, build_lock, is_index_file, read_current
from rag.store.local import LocalStore, open_store
from rag.store.manifest import FORMAT_VERSION, Manifest, Recipe
from rag.store.milvus import MilvusStore, open_milvus
from rag.store.milvus_manifest import MilvusManifest
from rag.store.milvus_server import MilvusServer
from rag.store.milvus_transfer import send_to_milvus
from rag.store.problems import rebuild_command

__all__ = [
    "FORMAT_VERSION",
    "Current",
    "EmbeddingCache",
    "FileStamp",
    "GenerationWriter",
    "LocalStore",
    "Manifest",
    "MilvusManifest",
    "MilvusServer",
    "MilvusStore",
    "Recipe",
    "build_lock",
    "is_index_file",
    "open_milvus",
    "open_store",
    "read_current",
    "rebuild_command",
    "send_to_milvus",
    "stamp_if_same",
    "stamp_of",
]
