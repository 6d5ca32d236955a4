"""What is on disk: articles and passages (SQLite), vectors (FAISS), terms (Tantivy)."""

from rag.store.local import GenerationWriter, LocalStore, open_store
from rag.store.manifest import Recipe, build_lock

__all__ = ["GenerationWriter", "LocalStore", "Recipe", "build_lock", "open_store"]
