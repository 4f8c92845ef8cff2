"""Nearest passages by meaning, among those that are allowed: exact, by FAISS."""

from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray


class Dense(Protocol):
    """The vectors of an index's passages, one row each, in the passages' order."""

    def nearest(
        self, vector: NDArray[np.float32], k: int, allowed: NDArray[np.bool_]
    ) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
        """At most k allowed rows with their cosines, best first.

        `vector` has unit length; `allowed` says for each row whether it may be found.
        """
        ...

    def cosines(self, vector: NDArray[np.float32], rows: NDArray[np.int64]) -> NDArray[np.float32]:
        """The cosine of each given row with a vector of unit length."""
        ...


@dataclass(frozen=True, slots=True)
class Flat:
    """Vectors of unit length in a FAISS flat inner-product index: every search looks at all allowed rows."""

    index: Any

    def nearest(
        self, vector: NDArray[np.float32], k: int, allowed: NDArray[np.bool_]
    ) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
        """At most k allowed rows with their cosines, best first."""
        import faiss

        wanted = min(k, int(np.count_nonzero(allowed)))
        if wanted <= 0:
            return np.empty(0, dtype=np.int64), np.empty(0, dtype=np.float32)
        bits = np.packbits(allowed, bitorder="little")
        selected, only = faiss.IDSelectorBitmap(len(allowed), faiss.swig_ptr(bits)), faiss.SearchParameters()
        only.sel = selected
        cosines, rows = self.index.search(vector.reshape(1, -1), wanted, params=only)
        return rows[0], cosines[0]

    def cosines(self, vector: NDArray[np.float32], rows: NDArray[np.int64]) -> NDArray[np.float32]:
        """The cosine of each given row with a vector of unit length."""
        result: NDArray[np.float32] = self.vectors[rows] @ vector
        return result

    @property
    def vectors(self) -> NDArray[np.float32]:
        """All rows, shape (passages, dimensions): a view, not a copy."""
        import faiss

        rows, columns = self.index.ntotal, self.index.d
        stored: NDArray[np.float32] = faiss.rev_swig_ptr(self.index.get_xb(), rows * columns)
        return stored.reshape(rows, columns)


def flat(vectors: NDArray[np.float32]) -> Flat:
    """An index over rows of unit length."""
    import faiss

    index = faiss.IndexFlatIP(vectors.shape[1])
    index.add(np.ascontiguousarray(vectors, dtype=np.float32))
    return Flat(index)


def to_bytes(dense: Flat) -> bytes:
    """The index as FAISS writes it."""
    import faiss

    return bytes(faiss.serialize_index(dense.index))


def from_bytes(content: bytes) -> Flat:
    """The index that `to_bytes` wrote. Raises RuntimeError if it is none."""
    import faiss

    return Flat(faiss.deserialize_index(np.frombuffer(content, dtype=np.uint8)))
