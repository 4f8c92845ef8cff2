"""What an article says about itself, whatever the format of its file."""

import re
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any, Self

import yaml
from pydantic import Field, ValidationError, field_validator, model_validator

from hybrid_agent.frozen import Frozen
from hybrid_agent.knowledge.documents.addresses import refusal_of
from hybrid_agent.knowledge.errors import ArticleError
from hybrid_agent.knowledge.passages import Audience

_LOCALE = r"^[A-Za-z]{2,3}([-_][A-Za-z0-9]{2,8})*$"
PUBLIC = frozenset({"all", "customers", "everyone", "general", "public"})
"""Words for an audience that is everyone."""


class FrontMatter(Frozen):
    """What an article may say about itself; an unknown key is an error, so that a typo is noticed.

    An audience that means everyone reads as `customer`.
    """

    title: str | None = Field(default=None, min_length=1)
    url: str | None = Field(default=None, min_length=1)
    updated: date | None = None
    valid_from: date | None = None
    valid_until: date | None = None
    audience: Audience = "customer"
    locale: str = Field(default="en", pattern=_LOCALE)
    product: str | None = Field(default=None, min_length=1)
    tags: tuple[str, ...] = ()

    @field_validator("audience", mode="before")
    @classmethod
    def _everyone_is_a_customer(cls, value: Any) -> Any:
        known = value.strip().lower() if isinstance(value, str) else value
        return "customer" if isinstance(known, str) and known in PUBLIC else known

    @field_validator("url")
    @classmethod
    def _can_be_opened(cls, value: str | None) -> str | None:
        if value is not None and (problem := refusal_of(value)):
            raise ValueError(problem)
        return value

    @model_validator(mode="after")
    def _ends_after_it_begins(self) -> Self:
        if self.valid_from and self.valid_until and self.valid_until < self.valid_from:
            raise ValueError(f"valid_until {self.valid_until} is before valid_from {self.valid_from}")
        return self


def front_matter(values: Mapping[str, Any], where: str) -> FrontMatter:
    """What the values say, those that are None left out; raises ArticleError with every key at fault."""
    try:
        return FrontMatter.model_validate({key: value for key, value in values.items() if value is not None})
    except ValidationError as error:
        raise ArticleError(where, _explain(error)) from error


def yaml_values(block: str, where: str, line: int = 1) -> dict[str, Any]:
    """The `key: value` lines of YAML, the first of which is this line of the file. Raises ArticleError."""
    try:
        _refuse_twice(yaml.compose(block, Loader=yaml.SafeLoader), where, line)
        values: Any = yaml.safe_load(block) or {}
    except yaml.MarkedYAMLError as error:
        at = error.problem_mark.line + line if error.problem_mark else line
        raise ArticleError(
            f"{where}, line {at}",
            f"what it says about itself is not YAML ({error.problem}). "
            "Quote values that hold a colon or start with a special character.",
        ) from error
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        problem = f"what it says about itself is not YAML ({error}). Correct it."
        raise ArticleError(where, problem) from error
    if not isinstance(values, dict):
        raise ArticleError(where, "what it says about itself must be `key: value` lines. Correct it.")
    return values


def _refuse_twice(block: yaml.Node | None, where: str, line: int) -> None:
    keys: set[str] = set()
    for key, _ in block.value if isinstance(block, yaml.MappingNode) else ():
        name = str(key.value)
        if name in keys:
            at = key.start_mark.line + line
            raise ArticleError(f"{where}, line {at}", f"`{name}` is there twice. Leave one of them out.")
        keys.add(name)


def day_of(text: str | None) -> date | None:
    """The day of an ISO date or time; None for anything else, for a guessed day would be worse than none."""
    try:
        return date.fromisoformat((text or "").strip()[:10])
    except ValueError:
        return None


def locale_of(text: str | None) -> str | None:
    """A language tag as it was found, or None if it is not one."""
    text = (text or "").strip()
    return text if re.match(_LOCALE, text) else None


def tags_of(found: str | Iterable[str]) -> tuple[str, ...]:
    """Tags from a list, or from text where commas, semicolons or bars part them."""
    parts = re.split(r"[,;|]", found) if isinstance(found, str) else found
    return tuple(dict.fromkeys(part.strip() for part in parts if part.strip()))


def _explain(error: ValidationError) -> str:
    known = ", ".join(FrontMatter.model_fields)
    faults = []
    for fault in error.errors():
        key = ".".join(str(part) for part in fault["loc"])
        if not key:
            faults.append(fault["msg"])
        elif fault["type"] == "extra_forbidden":
            faults.append(f"unknown key `{key}` (known: {known})")
        else:
            faults.append(f"`{key}`: {fault['msg']}, not {fault['input']!r}")
    return f"what it says about itself is wrong: {'; '.join(faults)}. Correct this in the file."
