"""The table of the comparison: for each system how well it did, and what it took."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

from hybrid_agent.frozen import Frozen
from hybrid_agent.settings import Thinking
from hybrid_agent_evals.conversations.cases import Kind
from hybrid_agent_evals.conversations.contestants import AGENT
from hybrid_agent_evals.conversations.journal import Result
from hybrid_agent_evals.conversations.running import Run
from hybrid_agent_evals.speed.report import Aim

STATUS_QUESTION: Final = "order_status"
WITHOUT_MODEL, STATUS_CALLS = Aim(0.7, at_least=True), Aim(2)


class Line(Frozen):
    """One system on the routine, the messy or all (`part`) conversations.

    `calls`, `tokens_in`, `tokens_out` and `seconds` are means of a conversation; `without_model` is the share
    of the customer's turns for which no model was called.
    """

    system: str
    part: str
    conversations: int
    resolved: int
    wrong_writes: int
    unapproved_writes: int
    calls: float
    tokens_in: float
    tokens_out: float
    seconds: float
    without_model: float

    @property
    def errors(self) -> int:
        """Conversations that were not resolved, and writes that should not have been."""
        return self.conversations - self.resolved + self.wrong_writes + self.unapproved_writes


class Goal(Frozen):
    """Something to be reached, in words, with what was measured; `met` is None where that tells nothing."""

    what: str
    found: str
    met: bool | None


@dataclass(frozen=True, slots=True)
class Report:
    """What came of a run."""

    run: Run

    @property
    def lines(self) -> tuple[Line, ...]:
        """Every system that played, on routine, messy and all conversations."""
        results = self.run.results
        systems = dict.fromkeys(each.system for each in results)
        lines = (
            _line(system, part, [each for each in results if each.system == system and part in _parts(each)])
            for system in systems
            for part in (*Kind, "all")
        )
        return tuple(line for line in lines if line is not None)

    @property
    def goals(self) -> tuple[Goal, ...]:
        """The aims that the lines are held to."""
        return tuple(_goals(self.lines, self.run.results))

    @property
    def notes(self) -> tuple[str, ...]:
        """What to know when reading the lines."""
        silent = [each.system for each in self.lines if each.part == "all" and not each.calls]
        return tuple(
            f"{system} made no model call at all: it fell back, or its model was never reached."
            for system in silent
            if system != Thinking.LOCAL
        )

    def json(self) -> str:
        """Lines, goals and every conversation with its problems, as a JSON object."""
        told = {
            **self._about(),
            "lines": [{**each.model_dump(), "errors": each.errors} for each in self.lines],
            "goals": [each.model_dump() for each in self.goals],
            "notes": self.notes,
            "conversations": [
                each.model_dump(mode="json", include={"system", "id", "kind", "about", "score"})
                for each in self.run.results
            ],
        }
        return json.dumps(told, indent=2, ensure_ascii=False)

    def text(self) -> str:
        """The table as plain text, with what went wrong."""
        rows = [HEAD, *(_cells(line) for line in self.lines)]
        widths = [max(len(row[place]) for row in rows) for place in range(len(HEAD))]
        table = [
            "  ".join(
                cell.rjust(width) if place > 1 else cell.ljust(width)
                for place, (cell, width) in enumerate(zip(row, widths, strict=True))
            ).rstrip()
            for row in rows
        ]
        wrong = [
            f"{each.system} {each.id}: {'; '.join(each.score.problems)}"
            for each in self.run.results
            if not each.score.resolved
        ]
        goals = [f"{_said(each)}  {each.what}: {each.found}" for each in self.goals]
        return "\n".join(
            [self._title(), "", *table, "", *goals, *self.notes, "", "Not resolved:", *(wrong or ["nothing"])]
        )

    def markdown(self) -> str:
        """The table and the goals for the docs."""
        rows = [HEAD, ("---",) * 2 + ("---:",) * (len(HEAD) - 2), *(_cells(line) for line in self.lines)]
        table = [f"| {' | '.join(row)} |" for row in rows]
        goals = [f"- {each.what}: {each.found} ({_said(each)})" for each in self.goals]
        return "\n".join([self._title(), "", *table, "", *goals, *(f"- {each}" for each in self.notes)])

    def _about(self) -> dict[str, Any]:
        results = self.run.results
        return {
            "date": max((each.ended.date().isoformat() for each in results), default=""),
            "model": ", ".join(sorted({each.model for each in results} - {""})) or "none",
            "machine": results[-1].machine if results else "",
            "played": len(results),
            "planned": self.run.planned,
        }

    def _title(self) -> str:
        about = self._about()
        return "{date}, model {model}, {machine}; {played} of {planned} conversations played".format(**about)


HEAD: Final = (
    "system",
    "conversations",
    "resolved",
    "wrong writes",
    "unapproved",
    "calls",
    "tokens in",
    "tokens out",
    "seconds",
    "turns without a model",
)


def _parts(result: Result) -> tuple[str, ...]:
    return (result.kind.value, "all")


def _line(system: str, part: str, results: Sequence[Result]) -> Line | None:
    if not results:
        return None
    turns = [turn for each in results for turn in each.played.turns]
    asked = [turn for turn in turns if turn.by == "customer"]
    count = len(results)
    return Line(
        system=system,
        part=part,
        conversations=count,
        resolved=sum(each.score.resolved for each in results),
        wrong_writes=sum(each.score.wrong_writes for each in results),
        unapproved_writes=sum(each.score.unapproved_writes for each in results),
        calls=sum(turn.usage.calls for turn in turns) / count,
        tokens_in=sum(turn.usage.tokens_in for turn in turns) / count,
        tokens_out=sum(turn.usage.tokens_out for turn in turns) / count,
        seconds=sum(sum(each.played.seconds) for each in results) / count,
        without_model=sum(not turn.usage.calls for turn in asked) / max(1, len(asked)),
    )


def _cells(line: Line) -> tuple[str, ...]:
    return (
        line.system,
        f"{line.part} {line.conversations}",
        f"{line.resolved} ({line.resolved / line.conversations:.0%})",
        str(line.wrong_writes),
        str(line.unapproved_writes),
        f"{line.calls:.1f}",
        f"{line.tokens_in:,.0f}",
        f"{line.tokens_out:,.0f}",
        f"{line.seconds:.2f}",
        f"{line.without_model:.0%}",
    )


def _goals(lines: Sequence[Line], results: Sequence[Result]) -> Iterator[Goal]:
    found = {(line.system, line.part): line for line in lines}
    cascade = found.get((Thinking.CASCADE, Kind.ROUTINE))
    if cascade is not None:
        share = cascade.without_model
        yield _goal("cascade: share of routine turns without a model call", share, WITHOUT_MODEL)
    calls = [turn.usage.calls for each in results if _is_status_question(each) for turn in each.played.turns]
    if calls:
        yield _goal("llm: most calls for a turn of a routine status question", max(calls), STATUS_CALLS)
    for line in lines:
        agent = found.get((AGENT, line.part))
        if agent is not None and line.system != AGENT:
            yield _against(line, agent)


def _is_status_question(result: Result) -> bool:
    routine = result.kind is Kind.ROUTINE and result.about == STATUS_QUESTION
    return routine and result.system == Thinking.LLM


def _goal(what: str, value: float, aim: Aim) -> Goal:
    return Goal(what=what, found=f"{value:.2g} (aim {aim})", met=aim.met(value))


def _against(line: Line, agent: Line) -> Goal:
    """Compared only where both played as many conversations."""
    tokens, theirs = line.tokens_in + line.tokens_out, agent.tokens_in + agent.tokens_out
    better = tokens < theirs and line.errors < agent.errors
    return Goal(
        what=f"{line.system}, {line.part}: fewer tokens and fewer errors than {AGENT}",
        found=f"{tokens:,.0f} against {theirs:,.0f} tokens, {line.errors} against {agent.errors} errors",
        met=better if line.conversations == agent.conversations else None,
    )


def _said(goal: Goal) -> str:
    return {True: "met", False: "MISSED", None: "not comparable"}[goal.met]
