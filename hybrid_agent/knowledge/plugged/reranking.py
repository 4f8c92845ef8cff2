"""Any LlamaIndex postprocessor as the last word on the order of what was found."""

import logging
from collections.abc import Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING, TypeAlias

from hybrid_agent.knowledge.passages import Hit
from hybrid_agent.knowledge.plugged.nodes import metadata_of
from hybrid_agent.knowledge.plugged.waiting import Patience, within
from hybrid_agent.knowledge.texts import searched_text
from hybrid_agent.plugging import Plug, plugged

if TYPE_CHECKING:
    from llama_index.core.postprocessor.types import BaseNodePostprocessor

Rerank: TypeAlias = Callable[[str, Sequence[Hit]], Sequence[Hit]]
"""The hits of a query in another order, some perhaps left out."""

_log = logging.getLogger(__name__)


def reranker(plug: Plug) -> Rerank:
    """The postprocessor that a deployment names. Raises ConfigurationError."""
    from llama_index.core.postprocessor.types import BaseNodePostprocessor

    postprocessor = plugged(plug, BaseNodePostprocessor, where="reranker")
    return partial(rerank, postprocessor, Patience(plug.timeout.total_seconds()))


def rerank(
    postprocessor: "BaseNodePostprocessor", patience: Patience, query: str, hits: Sequence[Hit]
) -> Sequence[Hit]:
    """The hits as the postprocessor orders them; those that it leaves out are left out.

    One that fails or takes too long is logged, and the order stays as it was.
    """
    if not hits:
        return hits
    try:
        order = within(patience, partial(_order, postprocessor, query, hits))
    except Exception as error:
        _log.warning("The reranker failed (%s: %s); the order stays.", type(error).__name__, error)
        return hits
    return [hits[place] for place in order]


def _order(postprocessor: "BaseNodePostprocessor", query: str, hits: Sequence[Hit]) -> list[int]:
    """The places of the hits that it returned, best first, each once."""
    from llama_index.core.schema import NodeWithScore, TextNode

    nodes = [
        NodeWithScore(
            node=TextNode(
                id_=hit.passage.id,
                text=searched_text(hit.passage),
                metadata=dict(metadata_of(hit.passage)),
            ),
            score=hit.score,
        )
        for hit in hits
    ]
    places = {hit.passage.id: place for place, hit in enumerate(hits)}
    found = (
        places.get(each.node.node_id) for each in postprocessor.postprocess_nodes(nodes, query_str=query)
    )
    return list(dict.fromkeys(place for place in found if place is not None))
