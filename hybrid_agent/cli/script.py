"""The script of the demo, and whether a step ended as it says."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, Self

from pydantic import Field, model_validator

from hybrid_agent.catalog.parts import Part, Text
from hybrid_agent.session import Turn
from hybrid_agent.state import Status
from hybrid_agent.yamlfile import read_model


class Expectation(Part):
    """What must come of a step; what is not given is not looked at. `writes` counts those of the scene."""

    status: Status
    intents: tuple[str, ...] | None = None
    way: tuple[str, ...] = ()
    evidence: tuple[str, ...] = ()
    citations: int = Field(0, ge=0)
    changes: tuple[str, ...] | None = None
    writes: int | None = Field(None, ge=0)
    reasons: tuple[str, ...] | None = None


class Step(Part):
    """Something that the customer says, or that the agent decides about what waits."""

    says: Text | None = None
    decides: Literal["approve", "reject", "take_over"] | None = None
    note: Text | None = None
    expect: Expectation

    @model_validator(mode="after")
    def _one_of_both(self) -> Self:
        if (self.says is None) == (self.decides is None):
            raise ValueError("give either says or decides")
        return self


class Scene(Part):
    """One conversation."""

    title: Text
    steps: tuple[Step, ...] = Field(min_length=1)


class Agent(Part):
    """The member of staff of the demo."""

    name: Text
    roles: tuple[str, ...]


class Script(Part):
    """The whole demo: who talks, who decides, and the scenes."""

    customer: Text
    agent: Agent
    scenes: tuple[Scene, ...] = Field(min_length=1)

    @property
    def question(self) -> str:
        """What the customer says first."""
        return next(step.says for scene in self.scenes for step in scene.steps if step.says)


@dataclass(frozen=True, slots=True)
class Ended:
    """How a step ended: its turn, the evidence that was read, the tables that changed, the writes so far."""

    turn: Turn
    evidence: Collection[str]
    changes: Collection[str]
    writes: int


def read_script(path: Path) -> Script:
    """The script in a YAML file. Raises ConfigurationError with the line of every problem."""
    return read_model(path, Script)


def differences(expected: Expectation, ended: Ended) -> Iterator[str]:
    """What is otherwise than the script says, in words."""
    turn = ended.turn
    if turn.status is not expected.status:
        yield f"the status is {turn.status.value}, not {expected.status.value}"
    if expected.intents is not None and tuple(turn.served.intents) != expected.intents:
        yield f"the intents are {_list(turn.served.intents)}, not {_list(expected.intents)}"
    if missing := set(expected.way) - {step.node for step in turn.trail}:
        yield f"the turn did not go through {_list(sorted(missing))}"
    if missing := set(expected.evidence) - set(ended.evidence):
        yield f"nothing was read for {_list(sorted(missing))}"
    if (found := len(turn.reply.citations) if turn.reply else 0) < expected.citations:
        yield f"the reply has {found} sources, not {expected.citations}"
    if expected.changes is not None and sorted(ended.changes) != sorted(expected.changes):
        yield f"the shop changed in {_list(sorted(ended.changes))}, not in {_list(expected.changes)}"
    if expected.writes is not None and ended.writes != expected.writes:
        yield f"the ledger has {ended.writes} writes done, not {expected.writes}"
    reasons = turn.hand_off.reasons if turn.hand_off else ()
    if expected.reasons is not None and reasons != expected.reasons:
        yield f"it was handed off for {_list(reasons)}, not for {_list(expected.reasons)}"


def _list(names: Collection[str]) -> str:
    return ", ".join(names) or "nothing"
