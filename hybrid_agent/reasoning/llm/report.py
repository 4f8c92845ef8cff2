"""The form in which a model reports what a message says: made from the catalog, so it can name no more."""

from functools import lru_cache
from typing import Any, Literal

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
    answer: Literal["yes", "no", "cancel", "unclear"] = "unclear"
    given: list[QuoteReport] = Field(default_factory=list)
    wants_person: bool = False
    angry: bool = False


@lru_cache(maxsize=64)
def report_form(intents: tuple[str, ...], slots: tuple[str, ...]) -> type[Report]:
    """The form with the names that there are: what is not among them is an unusable answer."""
    fields: dict[str, Any] = {"intent": (Literal[(*intents, NONE)], ...)}
    given: dict[str, Any] = {}
    if slots:
        slot: Any = (Literal[slots], ...)
        quote: Any = create_model("Quote", __base__=QuoteReport, slot=slot)
        fields["quotes"] = (list[quote], Field(default_factory=list, max_length=MOST_QUOTES))
        given["given"] = (list[quote], Field(default_factory=list, max_length=MOST_QUOTES))
    request: Any = create_model("Request", __base__=RequestReport, **fields)
    wanted: Any = (list[request], Field(default_factory=list, max_length=MOST_REQUESTS))
    form: type[Report] = create_model("Report", __base__=Report, requests=wanted, **given)
    return form
