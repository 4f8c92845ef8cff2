"""Any LangChain `Embeddings` as an `Encoder`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from hybrid_agent.encoding.errors import EncodingError

if TYPE_CHECKING:
    from langchain_core.embeddings import Embeddings

    from hybrid_agent.encoding.protocol import Encoder, Matrix


def from_embeddings(embeddings: Embeddings, name: str) -> Encoder:
    """An `Encoder` on LangChain embeddings; `name` must change whenever the vectors do.

    Embeds one probe text, to learn the dimensions.
    """
    return _LangChainEncoder(embeddings, name, len(embeddings.embed_query("probe")))


class _LangChainEncoder:
    def __init__(self, embeddings: Embeddings, name: str, dimensions: int) -> None:
        self._embeddings = embeddings
        self.name = name
        self.dimensions = dimensions

    def encode(self, texts: Sequence[str]) -> Matrix:
        import numpy as np

        if not texts:
            return np.zeros((0, self.dimensions), dtype=np.float32)
        rows = np.asarray(self._embeddings.embed_documents(list(texts)), dtype=np.float32)
        if rows.shape != (len(texts), self.dimensions) or not np.isfinite(rows).all():
            raise EncodingError(
                f"Embeddings {self.name!r} gave shape {rows.shape} for {len(texts)} texts of "
                f"{self.dimensions} dimensions, or a value that is not finite. Check the embedding service."
            )
        norms = np.linalg.norm(rows, axis=1, keepdims=True)
        unit: Matrix = np.divide(rows, norms, out=np.zeros_like(rows), where=norms > 0)
        return unit
