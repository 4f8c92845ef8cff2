"""What can go wrong in the knowledge room.

HybridAgentError
└── KnowledgeError
    ├── SourceError    a folder or file that cannot be read, or holds no article
    └── ArticleError   an article whose front matter or text is not usable
"""

from hybrid_agent.errors import HybridAgentError


class KnowledgeError(HybridAgentError):
    """The message says what is wrong, in which folder or file, and what to do now."""


class SourceError(KnowledgeError):
    """A knowledge source is missing, unreadable, or holds no article."""


class ArticleError(KnowledgeError):
    """An article has bad front matter, is not UTF-8, has no text, or collides with another."""
