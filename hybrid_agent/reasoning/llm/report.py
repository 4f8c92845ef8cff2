"""The form in which a model reports what a message says: made from the catalog, so it can name no more."""

from functools import lru_cache
from typing import Any, Literal, cast

from pydantic import BaseModel, ConfigDict, Field, create_model

from hybrid_agent.reasoning.llm.brief import NONE

MOST_REQUESTS = 3
MOST_QUOTES = 8


class QuoteReport(BaseModel):
    """Words of the message that give a slot."""

    model_config = ConfigDict(title="Quote")

    slot: str
    words: str
    choice: str = ""


class RequestReport(BaseModel):
    """One thing that the customer wants."""

    model_config = ConfigDict(title="Request")

    intent: str
    quotes: list[QuoteReport] = Field(default_factory=list)


class Report(BaseModel):
    """What a message says. Made narrower by `report_form`."""

    requests: list[RequestReport] = Field(default_factory=list)
    wants_person: bool = False
    angry: bool = False


class AnswerReport(Report):
    """What a message says while a question is open."""

    answer: Literal["yes", "no", "cancel", "unclear"] = "unclear"
    given: list[QuoteReport] = Field(default_factory=list)


@lru_cache(maxsize=64)
def report_form(intents: tuple[str, ...], slots: tuple[str, ...], *, asked: bool) -> type[Report]:
    """The form with the names that there are: what is not among them is an unusable answer.

    `asked` says that a question is open, which the message may answer.
    """
    fields: dict[str, Any] = {"intent": (Literal[(*intents, NONE)], ...)}
    given: dict[str, Any] = {}
    if slots:
        slot: Any = (Literal[slots], ...)
        quote: Any = create_model("Quote", __base__=QuoteReport, slot=slot)
        quotes: Any = (list[quote], Field(default_factory=list, max_length=MOST_QUOTES))
        fields["quotes"] = quotes
        given = {"given": quotes} if asked else {}
    request: Any = create_model("Request", __base__=RequestReport, **fields)
    wanted: Any = (list[request], Field(default_factory=list, max_length=MOST_REQUESTS))
    base = AnswerReport if asked else Report
    form: Any = create_model("Report", __base__=base, requests=wanted, **given)
    return cast("type[Report]", form)
