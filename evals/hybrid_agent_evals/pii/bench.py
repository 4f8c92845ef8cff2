"""Runs the benchmark of the redactor: `hybrid-agent bench pii [--data DIR] [--json]`."""

import resource
import sys
import time
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from hybrid_agent.redaction.redactor import Redactor
from hybrid_agent.redaction.settings import RedactionSettings
from hybrid_agent.slots.personal import personal_recognisers
from hybrid_agent_evals.pii.data import marked, ordinary
from hybrid_agent_evals.pii.measuring import score
from hybrid_agent_evals.pii.report import Mistaken, Report, Speed
from hybrid_agent_evals.speed.report import percentile

SHORTEST, LONGEST = 80, 600
"""Characters of a typical message."""
COUNTRY, LANGUAGE = "US", "en"
"""Where the texts of the data set are from, for the most part."""


def run(data: Path) -> Report:
    """Measure the redactor as a shop in COUNTRY has it. Raises FileNotFoundError for a missing data set."""
    texts, messages = marked(data), ordinary(data)
    redactor = Redactor(RedactionSettings(websites=True), COUNTRY, personal_recognisers(COUNTRY, LANGUAGE))
    seconds, megabytes = _load(redactor)
    return Report(
        held_out=score([each for each in texts if each.held_out], redactor),
        developed=score([each for each in texts if not each.held_out], redactor),
        mistaken=[_mistaken(source, each, redactor) for source, each in messages.items()],
        speed=_speed([each.text for each in texts], redactor, seconds, megabytes),
    )


def _load(redactor: Redactor) -> tuple[float, float]:
    started, before = time.perf_counter(), _peak_mb()
    redactor.warm()
    return time.perf_counter() - started, _peak_mb() - before


def _peak_mb() -> float:
    """The most memory that the process had so far."""
    units = 2**20 if sys.platform == "darwin" else 2**10
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / units


def _mistaken(source: str, messages: Sequence[str], redactor: Redactor) -> Mistaken:
    found = [redactor.find(text) for text in messages]
    kinds = Counter(one.kind for each in found for one in each)
    return Mistaken(source, len(messages), sum(map(bool, found)), dict(kinds.most_common()))


def _speed(texts: Sequence[str], redactor: Redactor, seconds: float, megabytes: float) -> Speed:
    typical = [text for text in texts if SHORTEST <= len(text) <= LONGEST]
    took = list[float]()
    for text in typical:
        started = time.perf_counter()
        redactor.mask(text)
        took.append((time.perf_counter() - started) * 1000)
    return Speed(len(typical), percentile(took, 0.5), percentile(took, 0.95), seconds, megabytes)
