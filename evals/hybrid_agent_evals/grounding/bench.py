"""Runs the guard over the planted errors and the correct sentences beside them."""

import json
import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass

from hybrid_agent.encoding import default_encoder
from hybrid_agent.guardrails import Meaning, Verdict, judge
from hybrid_agent.state import Sentence
from hybrid_agent_evals.confidence.figures import wilson
from hybrid_agent_evals.grounding.scenes import Case, Part, cases
from hybrid_agent_evals.speed.report import machine


@dataclass(frozen=True, slots=True)
class Share:
    """How many of how many, with the 95 % interval of the share."""

    count: int
    of: int
    low: float
    high: float

    def __str__(self) -> str:
        """As "77/80, 96.3 % (89.5 to 98.7)"."""
        return f"{self.count}/{self.of}, {self.count / self.of:.1%} ({self.low:.1%} to {self.high:.1%})"


@dataclass(frozen=True, slots=True)
class Figures:
    """What the guard did with the sentences of a part, by its words alone or by their meaning as well.

    An error is caught if its sentence is dropped or gets the evidence that carries it. `rules` counts the
    sentences that broke each rule: of the errors, and of the correct ones.
    """

    part: Part
    by: str
    caught: Share
    blocked: Share
    recited: int
    kinds: Mapping[str, tuple[int, int]]
    rules: Mapping[str, tuple[int, int]]
    ms: float


@dataclass(frozen=True, slots=True)
class Report:
    """The figures of each part."""

    figures: tuple[Figures, ...]

    def json(self) -> str:
        """The report as a JSON object."""
        return json.dumps(
            {"machine": machine(), "figures": [asdict(each) for each in self.figures]}, indent=2
        )

    def text(self) -> str:
        """The report as lines of text."""
        return "\n".join(self._lines())

    def _lines(self) -> Iterator[str]:
        yield machine()
        yield "earlier, develop and second were tuned on, of held_out only the totals were seen before"
        yield "in brackets the 95 % interval"
        for each in self.figures:
            yield ""
            yield f"{each.part}, by {each.by}: {each.ms:.1f} ms a sentence, {each.recited} errors cited anew"
            yield f"  errors caught             {each.caught}"
            yield f"  correct ones kept back    {each.blocked}"
            yield f"  caught by kind: {_of_each(each.kinds)}"
            yield "  rules (errors, correct ones): " + ", ".join(
                f"{rule} {bad}+{good}" for rule, (bad, good) in each.rules.items()
            )


def run() -> Report:
    """Every part, by words alone and by words and meaning with the packaged encoder."""
    ways: dict[str, Meaning | None] = {"words": None, "words and meaning": default_encoder().encode}
    return Report(tuple(_measure(part, by, meaning) for part in Part for by, meaning in ways.items()))


def _measure(part: Part, by: str, meaning: Meaning | None) -> Figures:
    used = [each for each in cases() if each.part is part]
    _judged(used[0], meaning)
    started = time.perf_counter()
    judged = [(each, _judged(each, meaning)) for each in used]
    ms = 1000 * (time.perf_counter() - started) / len(used)
    errors = [(case.error, not verdict.said or verdict.recited) for case, verdict in judged if case.error]
    correct = [verdict for case, verdict in judged if case.error is None]
    return Figures(
        part=part,
        by=by,
        caught=_share([caught for _, caught in errors]),
        blocked=_share([not each.said for each in correct]),
        recited=sum(verdict.recited for case, verdict in judged if case.error),
        kinds=_kinds(errors),
        rules=_rules(judged),
        ms=ms,
    )


def _judged(case: Case, meaning: Meaning | None) -> Verdict:
    sentence = Sentence(text=case.text, evidence=case.cites, says=(0,))
    return judge(sentence, case.scene.grounds, case.scene.points, meaning)


def _share(hits: Sequence[bool]) -> Share:
    return Share(sum(hits), len(hits), *wilson(sum(hits), len(hits)))


def _kinds(errors: Sequence[tuple[str, bool]]) -> dict[str, tuple[int, int]]:
    """For each kind of error how many are caught, and of how many."""
    return {
        kind: (sum(caught for other, caught in errors if other == kind), count)
        for kind, count in Counter(kind for kind, _ in errors).most_common()
    }


def _rules(judged: Sequence[tuple[Case, Verdict]]) -> dict[str, tuple[int, int]]:
    bad, good = Counter[str](), Counter[str]()
    for case, verdict in judged:
        (good if case.error is None else bad).update({each.rule for each in verdict.violations})
    return {rule: (bad[rule], good[rule]) for rule, _ in (bad + good).most_common()}


def _of_each(kinds: Mapping[str, tuple[int, int]]) -> str:
    return ", ".join(f"{kind} {caught}/{count}" for kind, (caught, count) in kinds.items())
