"""The form in which a model reports what a message says: made from the catalog, so it can name no more."""

from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import Any, Literal, cast, get_args

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    ValidationError,
    ValidationInfo,
    ValidatorFunctionWrapHandler,
    create_model,
    field_validator,
    model_validator,
)

from hybrid_agent.reasoning.extracting import Quote
from hybrid_agent.reasoning.llm.brief import NONE

MOST_REQUESTS = 3
Choices = tuple[str, tuple[str, ...]]
"""A slot's name and what may be chosen for it, nothing where it is not chosen."""


def _all_required(schema: dict[str, Any]) -> None:
    """A model gives every field, for small ones leave out what they may; one that is missing does no harm."""
    schema["required"] = list(schema["properties"])


class Quotes(BaseModel):
    """The words for each slot that a message gives, by the slot's name."""

    model_config = ConfigDict(title="Quotes", extra="ignore")

    @field_validator("*", mode="wrap")
    @classmethod
    def _left_out(cls, given: Any, read: ValidatorFunctionWrapHandler, info: ValidationInfo) -> Any:
        """A slot in a form of its own is left out; of one with an unknown choice the words are kept."""
        try:
            return read(given)
        except ValidationError:
            words = given.get("words") if isinstance(given, dict) else None
            if isinstance(words, str):
                return WordsReport(words=words, choice="")
            return cls.model_fields[str(info.field_name)].default

    def listed(self) -> Iterator[Quote]:
        """The quotes that say something."""
        for name, given in self:
            if isinstance(given, str) and given:
                yield Quote(name, given)
            elif isinstance(given, WordsReport):
                yield Quote(name, given.words, given.choice)


class WordsReport(BaseModel):
    """The words for a slot with choices, and which one they mean."""

    model_config = ConfigDict(title="Words", json_schema_extra=_all_required)

    words: str
    choice: str


class RequestReport(BaseModel):
    """One thing that the customer wants."""

    model_config = ConfigDict(title="Request", json_schema_extra=_all_required)

    intent: str
    quotes: Quotes = Quotes()


class Report(BaseModel):
    """What a message says. Made narrower by `report_form`."""

    model_config = ConfigDict(title="Report", json_schema_extra=_all_required)

    requests: list[RequestReport] = Field(default_factory=list)
    wants_person: bool = False
    angry: bool = False

    @field_validator("requests", mode="before")
    @classmethod
    def _the_usable_ones(cls, given: Any) -> Any:
        """What names an intent that is not on offer is passed over, unless nothing is left."""
        if not isinstance(given, list):
            return given
        (form,) = get_args(cls.model_fields["requests"].annotation)
        usable = [each for each in given if _fits(form, each)]
        return (usable or given)[:MOST_REQUESTS]

    @model_validator(mode="before")
    @classmethod
    def _says_something(cls, given: Any) -> Any:
        """Any field may be missing, so that without this any object would report that nothing is wanted."""
        if isinstance(given, dict) and not given.keys() & cls.model_fields.keys():
            raise ValueError("this is no report")
        return given


class AnswerReport(Report):
    """What a message says while a question is open."""

    answer: Literal["yes", "no", "cancel", "unclear"] = "unclear"
    given: Quotes = Quotes()

    @field_validator("answer", "given", mode="wrap")
    @classmethod
    def _nothing_said(cls, given: Any, read: ValidatorFunctionWrapHandler, info: ValidationInfo) -> Any:
        try:
            return read(given)
        except ValidationError:
            return cls.model_fields[str(info.field_name)].default


def _fits(form: type[BaseModel], given: Any) -> bool:
    try:
        form.model_validate(given)
    except ValidationError:
        return False
    return True


@lru_cache(maxsize=256)
def report_form(
    intents: tuple[str, ...], slots: tuple[Choices, ...], wanted: tuple[Choices, ...] | None
) -> type[Report]:
    """The form with the names that there are: what is not among them is an unusable answer.

    `slots` are those of the intents; `wanted` those that an open question waits for, None while none is open.
    """
    fields: dict[str, Any] = {"intent": (Literal[(*intents, NONE)], ...)}
    if slots:
        fields["quotes"] = (_quotes_form(slots), Quotes())
    request: Any = create_model("Request", __base__=RequestReport, **fields)
    requests: Any = (list[request], Field(default_factory=list, max_length=MOST_REQUESTS))
    if wanted is None:
        return cast("type[Report]", create_model("Report", __base__=Report, requests=requests))
    given: Any = (_quotes_form(wanted), Quotes())
    return cast("type[Report]", create_model("Report", __base__=AnswerReport, requests=requests, given=given))


def _quotes_form(slots: Sequence[Choices]) -> type[Quotes]:
    fields: dict[str, Any] = {name: _slot_form(choices) for name, choices in slots}
    return create_model("Quotes", __base__=Quotes, **fields)


def _slot_form(choices: tuple[str, ...]) -> Any:
    if not choices:
        return (str, "")
    choice: Any = (Literal[choices], ...)
    words: Any = create_model("Words", __base__=WordsReport, choice=choice)
    return (words | None, Field(None, json_schema_extra=_not_null))


def _not_null(schema: dict[str, Any]) -> None:
    """A slot that is not given is left out: some servers take no choice between an object and nothing."""
    schema.update(next(each for each in schema.pop("anyOf") if each.get("type") != "null"))
    schema.pop("default", None)
