"""The pieces of the help centre that search returns and replies cite."""

from datetime import date
from typing import Literal

from pydantic import BaseModel, ConfigDict

Audience = Literal["customer", "internal"]


class Passage(BaseModel):
    """One section of an article, or a part of a long one; the unit that is found and cited.

    `id` is stable while the article's path and headings stay: `<article>#<anchor>:<ordinal>`.
    `article` is the path under its folder without the suffix, `source` with it. `section` is the path of
    headings under the title; `text` is Markdown without the headings.
    """

    model_config = ConfigDict(frozen=True)

    id: str
    article: str
    title: str
    section: tuple[str, ...]
    url: str
    text: str
    source: str
    updated: date | None = None
    valid_from: date | None = None
    valid_until: date | None = None
    audience: Audience = "customer"
    locale: str = "en"
    tags: tuple[str, ...] = ()

    def visible(self, audience: Audience, locale: str | None, on: date) -> bool:
        """Whether this audience may read it on that day in that language.

        What customers may read, staff may read too; never the other way round. Both ends of the
        validity are included. `en-GB` reads `en`; `en` reads `en-GB`; None reads every language.
        """
        return (
            (self.audience in ("customer", audience))
            and (locale is None or _language(self.locale) == _language(locale))
            and (self.valid_from is None or self.valid_from <= on)
            and (self.valid_until is None or on <= self.valid_until)
        )


class Hit(BaseModel):
    """A passage found for a query; `score` is 0..1, `why` names what it was found by."""

    model_config = ConfigDict(frozen=True)

    passage: Passage
    score: float
    why: str


class AnswerSentence(BaseModel):
    """One sentence, list item or table row that answers.

    `quote` stands verbatim in `passage.text`. `text` is the quote for a reader: without Markdown marks,
    a table row as `Column: cell` pairs. `score` is 0..1.
    """

    model_config = ConfigDict(frozen=True)

    text: str
    quote: str
    passage: Passage
    score: float


class Answer(BaseModel):
    """What the help centre says to a question: up to three sentences, none if it has no answer.

    `score` (0..1) is the estimated probability that the passages answer; `hits` are the passages
    looked at, also when nothing answers, for a person who takes over.
    """

    model_config = ConfigDict(frozen=True)

    answerable: bool
    score: float
    sentences: tuple[AnswerSentence, ...]
    hits: tuple[Hit, ...]
    why: str


def _language(locale: str) -> str:
    return locale.replace("_", "-").split("-")[0].lower()
