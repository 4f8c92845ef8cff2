"""Passages as LlamaIndex's parts see them: nodes with text, metadata and an identity."""

import hashlib
from collections.abc import Mapping
from datetime import date
from typing import TYPE_CHECKING, Final
from uuid import NAMESPACE_URL, uuid5

import numpy as np
from numpy.typing import NDArray

from hybrid_agent.knowledge.passages import Passage
from hybrid_agent.knowledge.texts import searched_text

if TYPE_CHECKING:
    from llama_index.core.schema import TextNode

READERS: Final = "readers"
"""The metadata key of `readers_of`."""

_WHO = {"audience", "locale", "product", "tags", "valid_from", "valid_until"}


def readers_of(passage: Passage) -> str:
    """A name for who may read a passage, when and about what: passages of one name are alike in that."""
    return hashlib.sha256(passage.model_dump_json(include=_WHO).encode()).hexdigest()[:12]


def metadata_of(passage: Passage) -> Mapping[str, str | int]:
    """What stores keep beside a vector, flat as some demand; days are numbers such as 20261123, or 0."""
    return {
        READERS: readers_of(passage),
        "passage": passage.id,
        "article": passage.article,
        "title": passage.title,
        "url": passage.url,
        "kind": passage.kind.value,
        "audience": passage.audience,
        "locale": passage.locale,
        "product": passage.product or "",
        "tags": ", ".join(passage.tags),
        "date": passage.updated.isoformat() if passage.updated else "1970-01-01",
        "valid_from": _number(passage.valid_from),
        "valid_until": _number(passage.valid_until),
    }


def node_id(passage: Passage, encoder: str) -> str:
    """A UUID that changes with anything that the passage says and with the encoder of its vector."""
    return str(uuid5(NAMESPACE_URL, f"hybrid-agent:{encoder}:{passage.model_dump_json()}"))


def node_of(passage: Passage, id: str, vector: NDArray[np.float32]) -> "TextNode":
    """A passage with its vector; the document that it is a part of is its article."""
    from llama_index.core.schema import NodeRelationship, RelatedNodeInfo, TextNode

    return TextNode(
        id_=id,
        text=searched_text(passage),
        metadata=dict(metadata_of(passage)),
        embedding=[float(each) for each in vector],
        relationships={NodeRelationship.SOURCE: RelatedNodeInfo(node_id=passage.article)},
    )


def _number(day: date | None) -> int:
    return int(day.strftime("%Y%m%d")) if day else 0
