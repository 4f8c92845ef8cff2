"""A file as it was read, and the articles that a reader makes of it."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

from hybrid_agent.frozen import Frozen
from hybrid_agent.knowledge.documents.about import FrontMatter
from hybrid_agent.knowledge.sources.files import digest_of


@dataclass(frozen=True, slots=True)
class Document:
    """A file's bytes; `where` is what messages call it, `url` the address that it was fetched from.

    `charset` is the encoding that the server gave, if any. `beside` is what stands in the YAML file beside
    it, of the same name with `.yaml` behind: it holds for every article of the file, before what these say.
    """

    content: bytes
    where: str
    url: str | None = None
    charset: str | None = None
    beside: bytes | None = None

    @property
    def digest(self) -> str:
        """A hash (hex) of all that the articles are made of."""
        return digest_of(self.content if self.beside is None else self.content + b"\0" + self.beside)


class Draft(Frozen):
    """One article of a file as Markdown; `key` tells the articles of a file with several apart.

    `linked`: a heading can be linked to by its words, as where Markdown is rendered; else only by `{#id}`.
    """

    about: FrontMatter
    body: str
    key: str = ""
    linked: bool = False


Reader: TypeAlias = Callable[[Document], tuple[Draft, ...]]
"""Reads the articles of a file of one format; raises ArticleError."""
