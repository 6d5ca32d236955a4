"""What is on disk: articles and passages (SQLite), vectors (FAISS), terms (Tantivy).

Or in Milvus, where other machines search it.
"""

from rag.cluster.milvus import MilvusStore, open_milvus
from rag.cluster.milvus_manifest import MilvusManifest
from rag.cluster.milvus_server import MilvusServer
from rag.cluster.milvus_transfer import send_to_milvus
from rag.index.embedding_cache import EmbeddingCache
from rag.index.file_stamps import FileStamp, stamp_if_same, stamp_of
from rag.index.generation_writer import GenerationWriter
from rag.index.generations import Current, build_lock, is_index_file, read_current
from rag.index.local import LocalStore, open_store
from rag.index.manifest import FORMAT_VERSION, Manifest, Recipe
from rag.index.problems import rebuild_command

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
