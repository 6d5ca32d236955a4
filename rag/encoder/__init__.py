"""The one encoder under search and reading: its file, and its network on the processor."""

from rag.encoder.e5_file import E5File, open_e5
from rag.encoder.network import EncoderNetwork, has_fast_int8, open_network

__all__ = ["E5File", "EncoderNetwork", "has_fast_int8", "open_e5", "open_network"]
