"""What a run of the benchmark says, for people and as JSON."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass

from hybrid_agent_evals.confidence.figures import Bin, Kept, Quality
from hybrid_agent_evals.speed.report import machine

WIDTH = 41
CURVES = ("local, its own word", "both")
"""The sources whose curves go into a document."""


@dataclass(frozen=True, slots=True)
class Routing:
    """What the cascade does at `sure`: the share of messages that it asks the model about, and what follows.

    `kept` is the share right of those that the classifier decides alone, `kept_together` what both together
    would have right of the same ones; None where there are none.
    """

    half: str
    asked: float
    kept: float | None
    kept_together: float | None


@dataclass(frozen=True, slots=True)
class Report:
    """The figures of the held-out half by source, and what the cascade does. `unanswered` are left out."""

    catalog: str
    model: str | None
    prompt: str | None
    day: str
    fitted_on: int
    held_out: int
    unanswered: int
    sure: float | None
    sources: Mapping[str, Quality]
    routing: tuple[Routing, ...]

    def json(self) -> str:
        """The report as a JSON object."""
        return json.dumps({"machine": machine()} | asdict(self), indent=2)

    def text(self) -> str:
        """The report as lines of text."""
        return "\n".join(self._lines())

    def markdown(self) -> str:
        """The report for a document: the sources in a table, and the curves of two."""
        return "\n".join(self._document())

    def _document(self) -> Iterator[str]:
        yield from self._made()
        yield ""
        yield from _summary_table(self.sources)
        for name in (each for each in CURVES if each in self.sources):
            yield ""
            yield from _curve_table(name, self.sources[name])
        if self.sure is not None:
            yield ""
            yield from _cascade(self.sure, self.routing)

    def _made(self) -> Iterator[str]:
        asked = f"{self.model}, prompt understand@{self.prompt}" if self.model else "none"
        yield f"{self.day}, {machine()}; catalog {self.catalog!r}, model {asked};"
        left = f"; {self.unanswered} without an answer left out" if self.unanswered else ""
        yield f"fitted on {self.fitted_on} messages, measured on {self.held_out} others{left}."

    def _lines(self) -> Iterator[str]:
        yield from self._made()
        yield ""
        yield from _summary(self.sources)
        for name, source in self.sources.items():
            yield ""
            yield from _curve(name, source)
        if self.sure is not None:
            yield ""
            yield from _cascade(self.sure, self.routing)


def _summary(sources: Mapping[str, Quality]) -> Iterator[str]:
    heads = [f"{'at ' + format(each.threshold, '.2f'):>14}" for each in next(iter(sources.values())).kept]
    yield f"{'':<22}{'n':>5}{'right':>9}{'ECE':>8}{'chance':>8}{'Brier':>8}{''.join(heads)}"
    for name, each in sources.items():
        errors = f"{each.calibration_error:>8.3f}{each.by_chance:>8.3f}{each.brier:>8.3f}"
        kept = "".join(f"{_kept(one):>14}" for one in each.kept)
        yield f"{name:<22}{each.count:>5}{each.accuracy:>9.1%}{errors}{kept}"
    yield "ECE: 10 bins of equal mass; chance: what a perfect calibration would show on so few messages."
    yield "at t: the share with at least that confidence / how many of them are right."


def _summary_table(sources: Mapping[str, Quality]) -> Iterator[str]:
    heads = "".join(f" at {each.threshold:.2f} |" for each in next(iter(sources.values())).kept)
    yield f"| opinion | n | right | ECE | by chance | Brier |{heads}"
    yield f"|---|{'---:|' * (5 + heads.count('|'))}"
    for name, each in sources.items():
        errors = f"{each.calibration_error:.3f} | {each.by_chance:.3f} | {each.brier:.3f}"
        kept = "".join(f" {_kept(one)} |" for one in each.kept)
        yield f"| {name} | {each.count} | {each.accuracy:.1%} | {errors} |{kept}"


def _curve_table(name: str, source: Quality) -> Iterator[str]:
    yield f"| {name}: predicted | observed | 95 % | n |"
    yield "|---:|---:|:---:|---:|"
    for each in source.bins:
        interval = f"{each.low:.2f} to {each.high:.2f}"
        yield f"| {each.predicted:.2f} | {each.observed:.2f} | {interval} | {each.count} |"


def _kept(kept: Kept) -> str:
    return f"{kept.coverage:.0%} / {_share(kept.accuracy)}"


def _curve(name: str, source: Quality) -> Iterator[str]:
    yield f"{name:<22}predicted  observed      95 %       n  0{'·' * (WIDTH - 2)}1"
    for each in source.bins:
        interval = f"{each.low:.2f}..{each.high:.2f}"
        figures = f"{each.predicted:>9.3f}{each.observed:>10.3f}{interval:>12}{each.count:>6}"
        yield f"{'':<22}{figures}  {_drawn(each)}"


def _drawn(each: Bin) -> str:
    """The interval as a line, the share observed as o on it, the one predicted as |, or X where they meet."""
    low, high, observed, predicted = (
        round(share * (WIDTH - 1)) for share in (each.low, each.high, each.observed, each.predicted)
    )
    drawn = ["-" if low <= place <= high else " " for place in range(WIDTH)]
    drawn[predicted] = "|"
    drawn[observed] = "X" if observed == predicted else "o"
    return "".join(drawn)


def _cascade(sure: float, routing: tuple[Routing, ...]) -> Iterator[str]:
    yield f"the cascade is sure from {sure:.3f} on; of the messages it"
    for each in routing:
        alone, together = _share(each.kept), _share(each.kept_together)
        yield (
            f"  {each.half:<10} asks the model about {each.asked:.0%}; "
            f"of the others {alone} are right (with the model: {together})"
        )


def _share(share: float | None) -> str:
    return "-" if share is None else f"{share:.1%}"
