"""Sentence encoders: text in, rows of unit length out. Importing this loads no model and no runtime."""

from hybrid_agent.encoding.errors import EncodingError, ModelFileError
from hybrid_agent.encoding.langchain import from_embeddings
from hybrid_agent.encoding.minilm import MiniLM, default_encoder
from hybrid_agent.encoding.protocol import Encoder, Layered, Matrix, Wide, widest

__all__ = [
    "Encoder",
    "EncodingError",
    "Layered",
    "Matrix",
    "MiniLM",
    "ModelFileError",
    "Wide",
    "default_encoder",
    "from_embeddings",
    "widest",
]
