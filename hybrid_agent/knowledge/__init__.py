"""The help centre: Markdown articles in, cited passages and sentences out."""

from hybrid_agent.knowledge.errors import ArticleError, KnowledgeError, SourceError
from hybrid_agent.knowledge.passages import (
    Answer,
    AnswerSentence,
    Audience,
    Conflict,
    Hit,
    Passage,
    PassageKind,
    Role,
    Scope,
    Topic,
)
from hybrid_agent.knowledge.search import Knowledge, load_knowledge

__all__ = [
    "Answer",
    "AnswerSentence",
    "ArticleError",
    "Audience",
    "Conflict",
    "Hit",
    "Knowledge",
    "KnowledgeError",
    "Passage",
    "PassageKind",
    "Role",
    "Scope",
    "SourceError",
    "Topic",
    "load_knowledge",
]
