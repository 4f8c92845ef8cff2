"""The help centre: articles of many formats in, cited passages and sentences out."""

from hybrid_agent.knowledge.errors import BuildError, KnowledgeError, StorageError
from hybrid_agent.knowledge.indexing.building import build_index, load_index
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
from hybrid_agent.knowledge.report import BuildReport, Fault
from hybrid_agent.knowledge.search import Knowledge, load_knowledge
from hybrid_agent.knowledge.sources.finding import Source, source_of

__all__ = [
    "Answer",
    "AnswerSentence",
    "Audience",
    "BuildError",
    "BuildReport",
    "Conflict",
    "Fault",
    "Hit",
    "Knowledge",
    "KnowledgeError",
    "Passage",
    "PassageKind",
    "Role",
    "Scope",
    "Source",
    "StorageError",
    "Topic",
    "build_index",
    "load_index",
    "load_knowledge",
    "source_of",
]
