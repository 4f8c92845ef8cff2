"""Nearest passages by meaning from any LlamaIndex vector store, held to the scope a second time."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Final

import numpy as np
from numpy.typing import NDArray

from hybrid_agent.knowledge.errors import VectorStoreError
from hybrid_agent.knowledge.indexing.dense import Dense, Flat
from hybrid_agent.knowledge.plugged.nodes import READERS
from hybrid_agent.knowledge.plugged.waiting import Patience, within

if TYPE_CHECKING:
    from llama_index.core.vector_stores.types import BasePydanticVectorStore, MetadataFilters

MOST_READERS: Final = 64
"""Kinds of readers that a filter names at most: with more, what was found is filtered here alone."""

SPARE, GROWTH = 2, 4
"""The first query asks for this many times what is wanted, every further one for this many times more."""


@dataclass(frozen=True, slots=True)
class Stored:
    """The passages of an index in a vector store.

    The store says which are near; how near is computed from `local`, the index's own vectors, since stores
    score in different ways. `rows` are the rows by node id: what else the store holds is passed over.
    `readers` names for each row who may read it; `filters` says whether the store can filter by that.
    """

    store: "BasePydanticVectorStore"
    local: Flat
    rows: Mapping[str, int]
    readers: NDArray[np.str_]
    filters: bool
    patience: Patience

    def nearest(
        self, vector: NDArray[np.float32], k: int, allowed: NDArray[np.bool_]
    ) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
        """At most k allowed rows with their cosines, best first.

        Raises VectorStoreError where the store fails or takes too long.
        """
        wanted = min(k, int(np.count_nonzero(allowed)))
        if wanted <= 0:
            return np.empty(0, dtype=np.int64), np.empty(0, dtype=np.float32)
        try:
            rows = (
                within(self.patience, partial(self._nearest, vector, wanted, allowed)) if wanted > 0 else []
            )
        except Exception as error:
            raise VectorStoreError(
                f"the vector store failed: {type(error).__name__}: {error}. "
                "See that it is up and can be reached."
            ) from error
        found = np.array(rows, dtype=np.int64)
        cosines = self.local.cosines(vector, found)
        best = np.argsort(-cosines, kind="stable")[:wanted]
        return found[best], cosines[best]

    def cosines(self, vector: NDArray[np.float32], rows: NDArray[np.int64]) -> NDArray[np.float32]:
        """The cosine of each given row with a vector of unit length."""
        return self.local.cosines(vector, rows)

    def _nearest(self, vector: NDArray[np.float32], wanted: int, allowed: NDArray[np.bool_]) -> list[int]:
        """Asks for more until enough of what was found is allowed, or there is no more."""
        filters, asked, before = self._filters(allowed), wanted * SPARE, 0
        while True:
            ids = found_by(self.store, vector, asked, filters)
            rows = list(dict.fromkeys(row for each in ids if (row := self.rows.get(each)) is not None))
            usable = [row for row in rows if allowed[row]]
            if len(usable) >= wanted or len(ids) <= before:
                return usable
            asked, before = asked * GROWTH, len(ids)

    def _filters(self, allowed: NDArray[np.bool_]) -> "MetadataFilters | None":
        may_read = set(self.readers[allowed].tolist())
        if (
            not self.filters
            or len(may_read) > MOST_READERS
            or len(may_read) == len(set(self.readers.tolist()))
        ):
            return None
        return read_by(may_read)


def found_by(
    store: "BasePydanticVectorStore",
    vector: NDArray[np.float32],
    k: int,
    filters: "MetadataFilters | None" = None,
) -> list[str]:
    """The ids of the k nearest nodes; some stores return the nodes, some their ids."""
    from llama_index.core.vector_stores.types import VectorStoreQuery

    query = VectorStoreQuery(
        query_embedding=[float(each) for each in vector], similarity_top_k=k, filters=filters
    )
    result = store.query(query)
    return [node.node_id for node in result.nodes] if result.nodes else list(result.ids or ())


def read_by(readers: set[str]) -> "MetadataFilters":
    """The filter that leaves only what one of these readers may read."""
    from llama_index.core.vector_stores.types import FilterOperator, MetadataFilter, MetadataFilters

    named: list[str | int | float] = sorted(readers)
    return MetadataFilters(filters=[MetadataFilter(key=READERS, value=named, operator=FilterOperator.IN)])


def let_go(dense: Dense) -> None:
    """Closes a vector store that can be closed."""
    close = getattr(dense.store, "close", None) if isinstance(dense, Stored) else None
    if callable(close):
        close()
