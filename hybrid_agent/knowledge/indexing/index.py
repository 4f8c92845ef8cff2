"""The index of a help centre as it is searched: passages, their vectors and their words."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from hybrid_agent.frozen import Frozen
from hybrid_agent.knowledge.indexing.dense import Dense
from hybrid_agent.knowledge.indexing.lexical import Words
from hybrid_agent.knowledge.passages import Passage

FORMAT: Final = 4
"""Goes up whenever passages, what is encoded or the files' layout change: older indexes are built anew."""


class FileFacts(Frozen):
    """What an index holds of a file: the hash of its bytes, and how many passages it gave; none if faulty."""

    digest: str
    passages: int


class Manifest(Frozen):
    """What an index was made of. The passages stand in the order of `files`, those of policies behind them.

    `policies` is a hash of the policies. `checksums` are hashes of the index's own files.
    """

    format: int
    encoder: str
    dimensions: int
    built: datetime
    files: Mapping[str, FileFacts]
    policies: str
    checksums: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Index:
    """Passages with their vectors and words, each in the order of the passages."""

    passages: tuple[Passage, ...]
    dense: Dense
    words: Words
    manifest: Manifest
