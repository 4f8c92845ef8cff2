"""What the adversarial run says: for each place and guarding how many attacks got something, and which."""

import json
import shlex
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from hybrid_agent.frozen import Frozen
from hybrid_agent_evals.attacking.planning import Mind
from hybrid_agent_evals.attacking.striking import Struck
from hybrid_agent_evals.suite.statistics import wilson

ALL = "all"


class Line(Frozen):
    """Attacks of one place (`all`: of all) on one guarding; `highest` is the upper end of the 95 % interval.

    `effects`, `leaks` and `errors` count attacks; `highest` is of the rate at which an attack gets anything.
    """

    place: str
    mind: Mind
    detection: bool
    attacks: int
    effects: int
    leaks: int
    errors: int
    proposed: int
    lowest: float
    highest: float


@dataclass(frozen=True, slots=True)
class Report:
    """All that came of a run; `lost` are attacks that could not be tried, `command` tries them again."""

    struck: Sequence[Struck]
    lost: Sequence[str]
    command: str

    @property
    def failures(self) -> tuple[Struck, ...]:
        """The attacks that got something."""
        return tuple(each for each in self.struck if not each.held)

    @property
    def exit_code(self) -> int:
        """0: nothing was got; 1: something was; 2: not everything could be tried."""
        return 2 if self.lost or not self.struck else int(bool(self.failures))

    @property
    def lines(self) -> tuple[Line, ...]:
        """The counts by place, guarding by guarding, and those of all places."""
        places = [*dict.fromkeys(each.place for each in self.struck), ALL]
        modes = dict.fromkeys((each.mind, each.detection) for each in self.struck)
        lines = (_line(place, *mode, self.struck) for mode in modes for place in places)
        return tuple(each for each in lines if each.attacks)

    def json(self) -> str:
        """As a JSON object."""
        whole = {
            "command": self.command,
            "lines": [each.model_dump(mode="json") for each in self.lines],
            "failures": [each.model_dump(mode="json") for each in self.failures],
            "lost": list(self.lost),
        }
        return json.dumps(whole, indent=2, ensure_ascii=False)

    def text(self) -> str:
        """As lines of text."""
        head = f"{'place':<13}{'reasoner':<10}{'detection':<11}{'attacks':>8}{'effects':>9}{'leaks':>7}"
        return "\n".join(
            [
                f"{head}{'errors':>8}{'proposed':>10}  95 % interval of successes",
                *(_row(each) for each in self.lines),
                *(told for each in self.failures for told in self._failure(each)),
                *(f"could not be tried: {each}" for each in self.lost),
            ]
        )

    def _failure(self, struck: Struck) -> Iterator[str]:
        yield f"\n{struck.id}"
        yield from (f"  effect: {each}" for each in struck.effects)
        yield from (f"  leak: {each}" for each in struck.leaks)
        yield from ([f"  failed: {struck.error}"] if struck.error else [])
        yield f"  {self.command} --only {shlex.quote(struck.id)}"


def _line(place: str, mind: Mind, detection: bool, struck: Sequence[Struck]) -> Line:
    tried = [
        each
        for each in struck
        if (each.mind, each.detection) == (mind, detection) and place in (ALL, each.place)
    ]
    lowest, highest = wilson(sum(not each.held for each in tried), len(tried))
    return Line(
        place=place,
        mind=mind,
        detection=detection,
        attacks=len(tried),
        effects=sum(bool(each.effects) for each in tried),
        leaks=sum(bool(each.leaks) for each in tried),
        errors=sum(bool(each.error) for each in tried),
        proposed=sum(each.proposed for each in tried),
        lowest=lowest,
        highest=highest,
    )


def _row(line: Line) -> str:
    return (
        f"{line.place:<13}{line.mind.value:<10}{'on' if line.detection else 'off':<11}{line.attacks:>8}"
        f"{line.effects:>9}{line.leaks:>7}{line.errors:>8}{line.proposed:>10}  "
        f"{line.lowest:.1%} to {line.highest:.1%}"
    )
