"""Any LangChain `Embeddings` as an `Encoder`."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING

from hybrid_agent.encoding.errors import EncodingError

if TYPE_CHECKING:
    from langchain_core.embeddings import Embeddings

    from hybrid_agent.encoding.protocol import Encoder, Matrix


def from_embeddings(embeddings: Embeddings, name: str) -> Encoder:
    """An `Encoder` on LangChain embeddings; `name` must change whenever the vectors do.

    Embeds one probe text, to learn the dimensions. Raises EncodingError if that fails.
    """
    with _failing_as_ours(name):
        dimensions = len(embeddings.embed_query("probe"))
    return _LangChainEncoder(embeddings, name, dimensions)


@contextmanager
def _failing_as_ours(name: str) -> Iterator[None]:
    try:
        yield
    except Exception as error:  # every provider has errors of its own
        raise EncodingError(
            f"Embeddings {name!r} failed: {type(error).__name__}: {error}. Check the embedding service."
        ) from error


class _LangChainEncoder:
    def __init__(self, embeddings: Embeddings, name: str, dimensions: int) -> None:
        self._embeddings = embeddings
        self.name = name
        self.dimensions = dimensions

    def encode(self, texts: Sequence[str]) -> Matrix:
        import numpy as np

        if not texts:
            return np.zeros((0, self.dimensions), dtype=np.float32)
        with _failing_as_ours(self.name):
            rows = np.asarray(self._embeddings.embed_documents(list(texts)), dtype=np.float32)
        if rows.shape != (len(texts), self.dimensions) or not np.isfinite(rows).all():
            raise EncodingError(
                f"Embeddings {self.name!r} gave shape {rows.shape} for {len(texts)} texts of "
                f"{self.dimensions} dimensions, or a value that is not finite. Check the embedding service."
            )
        norms = np.linalg.norm(rows, axis=1, keepdims=True)
        unit: Matrix = np.divide(rows, norms, out=np.zeros_like(rows), where=norms > 0)
        return unit
