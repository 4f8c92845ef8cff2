"""The help centre: Markdown articles in, cited passages and sentences out."""

from hybrid_agent.knowledge.errors import ArticleError, KnowledgeError, SourceError
from hybrid_agent.knowledge.passages import Answer, AnswerSentence, Audience, Hit, Passage
from hybrid_agent.knowledge.search import Knowledge, load_knowledge

__all__ = [
    "Answer",
    "AnswerSentence",
    "ArticleError",
    "Audience",
    "Hit",
    "Knowledge",
    "KnowledgeError",
    "Passage",
    "SourceError",
    "load_knowledge",
]
