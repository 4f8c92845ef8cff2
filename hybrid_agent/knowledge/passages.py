"""The pieces of the help centre that search returns and replies cite."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Literal

from hybrid_agent.frozen import Frozen

Audience = Literal["customer", "internal"]


class PassageKind(StrEnum):
    """An article's prose, or a rule that the catalog declares: where they differ, the rule holds."""

    ARTICLE = "article"
    POLICY = "policy"


class Passage(Frozen):
    """One section of an article, or a part of a long one, or a policy; the unit that is found and cited.

    `id` is stable while the article's path and headings stay: `<article>#<anchor>:<ordinal>`.
    `article` is the path under its folder without the suffix, `source` with it. `section` is the path of
    headings under the title; `text` is Markdown without the headings. `product` is what alone it is about;
    without one it is about all.
    """

    id: str
    article: str
    title: str
    section: tuple[str, ...]
    url: str
    text: str
    source: str
    kind: PassageKind = PassageKind.ARTICLE
    updated: date | None = None
    valid_from: date | None = None
    valid_until: date | None = None
    audience: Audience = "customer"
    locale: str = "en"
    product: str | None = None
    tags: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Scope:
    """Who asks, when and about what: which passages may be used at all.

    `tags`, `articles`: those with any of them (none given: all). `products`: passages about one of these or
    about no product in particular; None leaves all in. `locale` None reads every language.
    """

    on: date
    audience: Audience = "customer"
    locale: str | None = None
    tags: Collection[str] = ()
    articles: Collection[str] = ()
    products: Collection[str] | None = None

    def holds(self, passage: Passage) -> bool:
        """Whether a passage may be used.

        What customers may read, staff may read too; never the other way round. Both ends of the
        validity are included. `en-GB` reads `en`; `en` reads `en-GB`.
        """
        return (
            passage.audience in ("customer", self.audience)
            and (self.locale is None or _language(passage.locale) == _language(self.locale))
            and (passage.valid_from is None or passage.valid_from <= self.on)
            and (passage.valid_until is None or self.on <= passage.valid_until)
            and (not self.tags or not set(self.tags).isdisjoint(passage.tags))
            and (not self.articles or passage.article in self.articles)
            and (self.products is None or passage.product is None or passage.product in self.products)
        )


class Hit(Frozen):
    """A passage found for a query; `score` is 0..1, `why` names what it was found by."""

    passage: Passage
    score: float
    why: str


class Role(StrEnum):
    """What a sentence of an answer is for; the order is the order in which a customer reads them."""

    ANSWER = "answer"
    NEXT_STEP = "next_step"
    TIME = "time"


class AnswerSentence(Frozen):
    """One sentence, list item or table row that answers.

    `quote` stands verbatim in `passage.text`. `text` is the quote for a reader: without Markdown marks,
    a table row as `Column: cell` pairs. `score` is 0..1.
    """

    text: str
    quote: str
    passage: Passage
    score: float
    role: Role = Role.ANSWER


class Conflict(Frozen):
    """Two statements that cannot both hold; `about` says in a few words how they differ."""

    one: AnswerSentence
    other: AnswerSentence
    about: str


class Topic(Frozen):
    """An article that may be meant, to choose from in a clarifying question."""

    article: str
    title: str


class Answer(Frozen):
    """What the help centre says to a question: up to three sentences, more only of a list that one of them
    announces; none if it has no answer.

    `score` (0..1) is the estimated probability that the passages answer; `hits` are the passages
    looked at, also when nothing answers, for a person who takes over. `topics` are what may be meant where
    it does not answer but comes near. `conflict` is set where articles contradict each other in what would
    be said and no policy decides; then there are no sentences. `overruled` are statements of articles that
    a policy contradicts.
    """

    answerable: bool
    score: float
    sentences: tuple[AnswerSentence, ...]
    hits: tuple[Hit, ...]
    why: str
    topics: tuple[Topic, ...] = ()
    conflict: Conflict | None = None
    overruled: tuple[Conflict, ...] = ()


def _language(locale: str) -> str:
    return locale.replace("_", "-").split("-")[0].lower()
