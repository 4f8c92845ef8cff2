"""From what was said of the messages to the figures: fitted on one half, measured on the other."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from hybrid_agent.errors import ConfigurationError
from hybrid_agent.reasoning.calibration import Calibration, Fitted
from hybrid_agent.reasoning.confidence import ModelReading, combine, confidence
from hybrid_agent.reasoning.protocol import Reading
from hybrid_agent_evals.confidence.data import Message
from hybrid_agent_evals.confidence.figures import Outcome, quality
from hybrid_agent_evals.confidence.fitting import Case, fit
from hybrid_agent_evals.confidence.hearing import Heard, only_one_asked
from hybrid_agent_evals.confidence.report import Report, Routing


@dataclass(frozen=True, slots=True)
class Measured:
    """A run: its report, and the calibration that was fitted where there were a model's opinions."""

    report: Report
    calibration: Calibration | None


def measure(
    catalog: str,
    cases: Sequence[tuple[Message, Case]],
    heard: Mapping[str, Heard],
    thresholds: Sequence[float],
    now: datetime,
) -> Measured:
    """Fit on one half and report on the other; without a model's opinions only the classifier is reported."""
    usable = {text for text, each in heard.items() if each.failed is None}
    whole = [pair for pair in cases if pair[0].text in usable or not heard]
    fitted_on = [case for message, case in whole if message.fit]
    held_out = [case for message, case in whole if not message.fit]
    if not held_out or (heard and not fitted_on):
        raise ConfigurationError("there are too few messages with an answer to fit and to measure")
    model, prompt = only_one_asked(heard) if heard else (None, None)
    calibration = None
    if model:
        source = Fitted(model=model, catalog=catalog, day=now.date(), messages=len(fitted_on))
        calibration = fit(fitted_on, source, min(thresholds))
    outcomes = _outcomes(held_out, calibration)
    report = Report(
        catalog=catalog,
        model=model,
        prompt=prompt,
        day=now.date().isoformat(),
        fitted_on=len(fitted_on) if calibration else 0,
        held_out=len(held_out),
        unanswered=len(cases) - len(whole),
        sure=calibration.sure if calibration else None,
        sources={name: quality(each, thresholds) for name, each in outcomes.items()},
        routing=(_routing("fit", fitted_on, calibration), _routing("held out", held_out, calibration))
        if calibration
        else (),
    )
    return Measured(report, calibration)


def _outcomes(cases: Sequence[Case], calibration: Calibration | None) -> dict[str, list[Outcome]]:
    """The confidence and the luck of each source, by its name."""
    found = {"local, its own word": [_outcome(case, case.local) for case in cases]}
    if calibration is None:
        return found
    together = [(case, combine(case.local, case.model, calibration)) for case in cases]
    found["local, calibrated"] = [_outcome(case, combine(case.local, None, calibration)) for case in cases]
    alone = [(case, case.model or ModelReading(intent=None)) for case in cases]
    found["model alone"] = [
        Outcome(confidence(each.intent, None, each, calibration), each.intent == case.intent)
        for case, each in alone
    ]
    found["both"] = [_outcome(case, reading) for case, reading in together]
    found["cascade"] = [
        _outcome(case, case.local if case.local.confidence >= calibration.sure else reading)
        for case, reading in together
    ]
    return found


def _outcome(case: Case, reading: Reading) -> Outcome:
    return Outcome(reading.confidence, reading.intent == case.intent)


def _routing(half: str, cases: Sequence[Case], calibration: Calibration) -> Routing:
    kept = [case for case in cases if case.local.confidence >= calibration.sure]
    alone = sum(case.local.intent == case.intent for case in kept)
    together = sum(combine(each.local, each.model, calibration).intent == each.intent for each in kept)
    return Routing(
        half=half,
        asked=1 - len(kept) / len(cases),
        kept=alone / len(kept) if kept else None,
        kept_together=together / len(kept) if kept else None,
    )
