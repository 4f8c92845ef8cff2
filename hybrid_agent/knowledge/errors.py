"""What can go wrong in the knowledge room.

HybridAgentError
└── KnowledgeError
    ├── UnusableError
    │   ├── SourceError    a folder, file or address that cannot be read, or holds no article
    │   └── ArticleError   a file whose contents cannot be used
    ├── BuildError         an index was not built, because of the faults that it lists
    ├── StorageError       an index cannot be written, or is being built by somebody else
    └── VectorStoreError   the vector store that a deployment names fails, or does not find what it holds
"""

from collections.abc import Sequence

from hybrid_agent.errors import HybridAgentError
from hybrid_agent.knowledge.report import Fault


class KnowledgeError(HybridAgentError):
    """The message says what is wrong, in which folder or file, and what to do now."""


class UnusableError(KnowledgeError):
    """One source or file is not usable: `fault` says where, what is wrong and what to do."""

    def __init__(self, where: object, problem: str) -> None:
        self.fault = Fault(where=str(where), problem=problem)
        super().__init__(str(self.fault))


class SourceError(UnusableError):
    """A knowledge source is missing, unreadable, too large, or holds no article."""


class ArticleError(UnusableError):
    """A file is damaged, of another shape or encoding, has no text, or collides with another."""


class BuildError(KnowledgeError):
    """Nothing was built; an index of before is as it was. `faults` are all that was found, in order."""

    def __init__(self, faults: Sequence[Fault]) -> None:
        self.faults = tuple(faults)
        super().__init__("\n".join(str(fault) for fault in faults))


class StorageError(KnowledgeError):
    """The cache folder cannot be written to, is full, or somebody else builds in it for too long."""


class VectorStoreError(KnowledgeError):
    """The vector store that a deployment names cannot be reached, fails, or does not find what it holds."""
