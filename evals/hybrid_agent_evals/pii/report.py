"""What the benchmark says, for people and as JSON."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass

from hybrid_agent_evals.pii.measuring import Score
from hybrid_agent_evals.speed.report import machine


@dataclass(frozen=True, slots=True)
class Mistaken:
    """Messages of a source without personal data: how many were read, and how many of them were changed."""

    source: str
    read: int
    changed: int
    kinds: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Speed:
    """Milliseconds a message of 80 to 600 characters, and what loading takes."""

    messages: int
    p50: float
    p95: float
    loading_seconds: float
    loading_mb: float


@dataclass(frozen=True, slots=True)
class Report:
    """One run. `developed` is the half looked at while the redactor was written, `held_out` is the other."""

    held_out: Sequence[Score]
    developed: Sequence[Score]
    mistaken: Sequence[Mistaken]
    speed: Speed

    def json(self) -> str:
        """The report as a JSON object."""
        return json.dumps({"machine": machine()} | asdict(self), indent=2)

    def table(self) -> str:
        """The report as lines of text."""
        return "\n".join(self._lines())

    def _lines(self) -> Iterator[str]:
        yield machine()
        for half, scores in (("held-out half", self.held_out), ("half developed on", self.developed)):
            yield ""
            yield f"{half:<20}{'marked':>8}{'found':>8}{'recall':>9}{'precision':>11}{'F2':>8}{'exact':>8}"
            for each in scores:
                yield (
                    f"{each.label:<20}{each.marked:>8}{each.found:>8}{each.recall:>9.3f}"
                    f"{each.precision:>11.3f}{each.f2:>8.3f}{each.exact:>8.3f}"
                )
        yield ""
        for one in self.mistaken:
            kinds = ", ".join(f"{kind} {count}" for kind, count in one.kinds.items())
            share = one.changed / one.read if one.read else 0.0
            told = f"changed by mistake: {one.changed} of {one.read} ({share:.2%}) in {one.source}"
            yield f"{told}: {kinds}" if kinds else told
        yield ""
        speed = self.speed
        yield f"{speed.p50:.2f} ms a message (p50), {speed.p95:.2f} ms (p95), {speed.messages} typical ones"
        yield f"{speed.loading_seconds:.1f} s and {speed.loading_mb:.0f} MB to load"
