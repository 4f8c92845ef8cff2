"""All articles of the sources as they are now, without an index."""

from collections.abc import Sequence
from pathlib import Path

from hybrid_agent.knowledge.documents import Article, read_articles
from hybrid_agent.knowledge.errors import UnusableError
from hybrid_agent.knowledge.report import Fault
from hybrid_agent.knowledge.sources.finding import Source, find_files


def read_sources(sources: Sequence[Source], cache: Path) -> tuple[tuple[Article, ...], tuple[Fault, ...]]:
    """Every article that can be read, and the faults of the rest; of addresses the copies in the cache."""
    found = find_files(sources, cache)
    articles, faults = list[Article](), list(found.faults)
    for file in found.files:
        try:
            articles += read_articles(file.name, file.read())
        except UnusableError as error:
            faults.append(error.fault)
    return tuple(articles), tuple(faults)
