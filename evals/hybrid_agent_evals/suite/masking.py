"""A result without personal data: reports leave the machine, and a user's cases may hold real words."""

import re
from collections.abc import Callable, Collection
from enum import Enum
from functools import cache
from typing import Any

from hybrid_agent import Deployment
from hybrid_agent.redaction.records import masker_over
from hybrid_agent_evals.playing.record import Played
from hybrid_agent_evals.suite.results import Result

ANOTHERS = "[another customer's]"


def masked(result: Result, deployment: Deployment) -> Result:
    """The result with what persons said, and records hold of them, replaced by its kind, such as `[email]`.

    What is known to be personal comes from the records that the conversation read. Names of cases, checks and
    places, and everything that is counted, stay.
    """
    mask = mask_for(result.played, deployment)
    hidden = _each(result.model_dump(include={"played", "outcomes"}), mask)
    return Result.model_validate({**result.model_dump(exclude={"played", "outcomes"}), **hidden})


def mask_for(played: Played, deployment: Deployment) -> Callable[[str], str]:
    """What masks the texts about a conversation."""
    others = {each.text for each in played.overheard if not each.internal}
    known = masker_over(played.model_dump(mode="json"), deployment.redactor, deployment.personal_places())
    return cache(_without(others, known))


def _without(others: Collection[str], mask: Callable[[str], str]) -> Callable[[str], str]:
    """The mask, and before it what a reply told of other customers, whose records were never read."""
    if not others:
        return mask
    known = re.compile("|".join(re.escape(each) for each in sorted(others, key=len, reverse=True)), re.I)
    return lambda text: mask(known.sub(ANOTHERS, text))


def _each(data: Any, mask: Callable[[str], str]) -> Any:
    if isinstance(data, Enum):
        return data
    if isinstance(data, str):
        return mask(data)
    if isinstance(data, dict):
        return {name: _each(value, mask) for name, value in data.items()}
    return [_each(value, mask) for value in data] if isinstance(data, list | tuple) else data
