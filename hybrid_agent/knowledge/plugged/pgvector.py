"""A LlamaIndex vector store on PostgreSQL with its extension pgvector.

LlamaIndex's own store for it wants an older SQLAlchemy than the one that the records use.
"""

import json
from collections.abc import Callable, Sequence
from typing import Any, Final

from llama_index.core.schema import BaseNode, MetadataMode, NodeRelationship, RelatedNodeInfo, TextNode
from llama_index.core.vector_stores.types import (
    BasePydanticVectorStore,
    FilterOperator,
    MetadataFilter,
    MetadataFilters,
    VectorStoreQuery,
    VectorStoreQueryResult,
)
from pydantic import PrivateAttr
from sqlalchemy import (
    Column,
    Engine,
    Float,
    MetaData,
    Table,
    Text,
    create_engine,
    delete,
    false,
    make_url,
    or_,
    select,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB, insert
from sqlalchemy.exc import ArgumentError
from sqlalchemy.sql import ColumnElement
from sqlalchemy.types import UserDefinedType

from hybrid_agent.errors import ConfigurationError

TABLE: Final = "hybrid_agent_passages"
SECONDS: Final = 60
"""After this long PostgreSQL gives up a statement: nobody waits for it any more."""

_LOCK = text("SELECT pg_advisory_xact_lock(hashtext('hybrid_agent.pgvector'))")
_EXTENSION = text("CREATE EXTENSION IF NOT EXISTS vector")


class Vector(UserDefinedType[list[float]]):
    """pgvector's type; without dimensions where no column is made of it."""

    cache_ok = True

    def __init__(self, dimensions: int | None = None) -> None:
        self.dimensions = dimensions

    def get_col_spec(self, **_: Any) -> str:
        """How a column is declared."""
        return f"vector({self.dimensions})" if self.dimensions else "vector"

    def bind_processor(self, dialect: Any) -> Callable[[list[float] | None], str]:
        """How a vector is written."""
        return json.dumps


class PgVectorStore(BasePydanticVectorStore):
    """Nodes in one table, searched by cosine among those that pass the filters.

    The search is exact, unless somebody makes an index on the table (`USING hnsw (embedding
    vector_cosine_ops)`). Filters are by `==` and `in`, all of them at once.
    """

    stores_text: bool = True
    _engine: Engine = PrivateAttr()
    _table: str = PrivateAttr()

    def __init__(self, engine: Engine, table: str) -> None:
        super().__init__()  # type: ignore[call-arg]
        self._engine, self._table = engine, table

    @property
    def client(self) -> Engine:
        """The connections."""
        return self._engine

    def add(self, nodes: Sequence[BaseNode], **kwargs: Any) -> list[str]:
        """Puts nodes in, or in the place of those with the same ids; the first ones make the table."""
        if not nodes:
            return []
        table = _table(self._table, len(nodes[0].get_embedding()))
        entering = insert(table)
        fresh = {name: entering.excluded[name] for name in ("document", "text", "metadata", "embedding")}
        with self._engine.begin() as connection:
            connection.execute(_LOCK)
            connection.execute(_EXTENSION)
            table.create(connection, checkfirst=True)
            connection.execute(
                entering.on_conflict_do_update(index_elements=[table.c.id], set_=fresh),
                [_row(node) for node in nodes],
            )
        return [node.node_id for node in nodes]

    def delete(self, ref_doc_id: str, **delete_kwargs: Any) -> None:
        """Deletes all nodes of a document."""
        table = _table(self._table)
        with self._engine.begin() as connection:
            connection.execute(delete(table).where(table.c.document == ref_doc_id))

    def query(self, query: VectorStoreQuery, **kwargs: Any) -> VectorStoreQueryResult:
        """The nearest nodes that pass the filters, with their cosines."""
        table = _table(self._table)
        distance = table.c.embedding.op("<=>", return_type=Float())(query.query_embedding)
        wanted = select(table.c.id, table.c.document, table.c.text, table.c.metadata, 1 - distance)
        wanted = wanted.where(*_conditions(table, query.filters)).order_by(distance)
        with self._engine.connect() as connection:
            rows = connection.execute(wanted.limit(query.similarity_top_k)).all()
        return VectorStoreQueryResult(
            nodes=[_node(*row[:4]) for row in rows],
            similarities=[row[4] for row in rows],
            ids=[row[0] for row in rows],
        )

    def close(self) -> None:
        """Closes the connections."""
        self._engine.dispose()


def store(url: str, table: str = TABLE) -> PgVectorStore:
    """A store in a table of a PostgreSQL database, `postgresql://user@host/name`, with the driver psycopg.

    A password is better left to PGPASSWORD or ~/.pgpass, which the driver reads. Raises ConfigurationError.
    """
    try:
        address = make_url(url)
    except ArgumentError:
        address = None
    if address is None or address.get_backend_name() not in ("postgresql", "postgres"):
        advice = "Write postgresql://user@host/name as the option `url`."
        raise ConfigurationError("this is no PostgreSQL database", where="index", advice=advice)
    engine = create_engine(
        address.set(drivername="postgresql+psycopg"),
        pool_pre_ping=True,
        hide_parameters=True,
        connect_args={"connect_timeout": 5, "options": f"-c statement_timeout={SECONDS}s"},
    )
    return PgVectorStore(engine, table)


def _table(name: str, dimensions: int | None = None) -> Table:
    return Table(
        name,
        MetaData(),
        Column("id", Text, primary_key=True),
        Column("document", Text, nullable=False, index=True),
        Column("text", Text, nullable=False),
        Column("metadata", JSONB, nullable=False),
        Column("embedding", Vector(dimensions), nullable=False),
    )


def _row(node: BaseNode) -> dict[str, Any]:
    return {
        "id": node.node_id,
        "document": node.ref_doc_id or "",
        "text": node.get_content(MetadataMode.NONE),
        "metadata": node.metadata,
        "embedding": node.get_embedding(),
    }


def _node(id: str, document: str, said: str, metadata: dict[str, Any]) -> TextNode:
    source = {NodeRelationship.SOURCE: RelatedNodeInfo(node_id=document)}
    return TextNode(id_=id, text=said, metadata=metadata, relationships=source)


def _conditions(table: Table, filters: MetadataFilters | None) -> list[ColumnElement[bool]]:
    conditions = list[ColumnElement[bool]]()
    for each in filters.filters if filters else ():
        if not isinstance(each, MetadataFilter):
            raise NotImplementedError("this store knows no nested filters")
        if each.operator not in (FilterOperator.EQ, FilterOperator.IN):
            raise NotImplementedError("this store filters by == and in only")
        values = each.value if isinstance(each.value, list) else [each.value]
        conditions.append(or_(false(), *(table.c.metadata.contains({each.key: value}) for value in values)))
    return conditions
