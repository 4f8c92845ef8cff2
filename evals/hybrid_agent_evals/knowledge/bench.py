"""The benchmark of the help centre: quality on real questions, what it refuses, and speed."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from hybrid_agent.encoding import default_encoder
from hybrid_agent.knowledge import load_knowledge
from hybrid_agent.knowledge.answering.answerability import Answerability
from hybrid_agent_evals.knowledge.cases import Case, cases
from hybrid_agent_evals.knowledge.data import TODAY, Centre, real_centres, shop_centre
from hybrid_agent_evals.knowledge.fitting import cross_validated, fit
from hybrid_agent_evals.knowledge.indexing import Indexing, measure_indexing
from hybrid_agent_evals.knowledge.quality import Retrieval, abstention, retrieval
from hybrid_agent_evals.knowledge.report import Report
from hybrid_agent_evals.knowledge.speed import Speed, measure_speed
from hybrid_agent_evals.speed.report import machine

PASSAGES, QUICK_PASSAGES = 10_000, 1_000
"""The size of the help centre that speed is measured on."""


@dataclass(frozen=True, slots=True)
class Measured:
    """The report, and what was fitted."""

    report: Report
    answerability: Answerability


def run(data: Path, *, quick: bool = False) -> Measured:
    """Measures everything; takes minutes. Raises FileNotFoundError, ImportError."""
    encoder = default_encoder()
    found: list[Case] = []
    searched: list[Retrieval] = []
    questions: dict[str, list[str]] = {}
    with _place() as place:
        for centre in (shop_centre(), *real_centres(data, place)):
            knowledge = load_knowledge([centre.folder], encoder, place / "cache" / centre.name)
            searched += retrieval(centre, knowledge)
            found += cases(centre, knowledge)
            questions[centre.name] = _texts(centre)
    probabilities = cross_validated(found)
    fitted = fit(found, probabilities, TODAY)
    indexing, speed = _speed(questions, QUICK_PASSAGES if quick else PASSAGES)
    report = Report(
        machine(), tuple(searched), tuple(abstention(found, probabilities, fitted)), indexing, speed
    )
    return Measured(report, fitted)


def _speed(questions: dict[str, list[str]], passages: int) -> tuple[Indexing, Speed]:
    with _place() as place:
        indexing = measure_indexing(passages, place)
        return indexing, measure_speed(place, questions)


def _texts(centre: Centre) -> list[str]:
    return list(dict.fromkeys(question.text for question in centre.questions))


@contextmanager
def _place() -> Iterator[Path]:
    with tempfile.TemporaryDirectory() as folder:
        yield Path(folder)
