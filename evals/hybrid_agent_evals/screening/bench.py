"""Benchmark of the screen: `hybrid-agent bench screen [--data DIR] [--write FILE] [--json]`."""

import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from hybrid_agent.encoding import MiniLM
from hybrid_agent.guardrails.screening import read_abuse
from hybrid_agent.guardrails.screening.injection import Detector, detector_for
from hybrid_agent.guardrails.screening.language import other_language
from hybrid_agent_evals.screening.data import (
    ARTICLES,
    ATTACKS,
    LOOK_ALIKES,
    ORDINARY,
    OWN,
    TRICKY,
    messages,
    samples,
)
from hybrid_agent_evals.screening.fitting import (
    FOLDS,
    Table,
    cross_validated,
    fitted,
    line,
    table,
    without_source,
    write,
)
from hybrid_agent_evals.screening.report import Rate, Report, Task

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

MOST_BLOCKED = 0.05
TIMED = 200
Tell = Callable[[str], None]


def run(data: Path, file: Path | None, tell: Tell) -> Report:
    """Measure all of it; with a `file` also fit on everything and write what is packaged.

    Raises FileNotFoundError where the public sets are not under `data`, ImportError without scikit-learn.
    """
    encoder = MiniLM()
    texts = samples(data)
    tell(f"reading {len(texts)} texts, about a minute")
    of = table(texts, encoder)
    scores = cross_validated(of, of.both)
    tasks = [
        _task(f"{FOLDS}-fold, meaning and surface", scores, of),
        _task(f"{FOLDS}-fold, surface alone (another encoder)", cross_validated(of, of.surface), of),
        *_left_out(of, line(scores, of)),
        _languages([each.text for each in texts if each.family in ORDINARY]),
        _abuse([each.text for each in texts if each.family in ORDINARY]),
    ]
    if file is not None:
        write(fitted(of, encoder), file)
    timed = [each.text for each in texts if each.family == "banking77"][:TIMED]
    return Report(tuple(tasks), _milliseconds(detector_for(encoder), timed))


def _task(name: str, scores: "NDArray[np.float32]", of: Table) -> Task:
    """Rates at 5 % of look-alikes blocked, and at the line that is packaged."""
    import numpy as np
    from sklearn.metrics import roc_auc_score  # type: ignore[import-untyped]

    attacks, harmless = of.source_is(*ATTACKS), of.source_is(*LOOK_ALIKES)
    both = attacks | harmless
    at_five = float(np.quantile(scores[harmless], 1 - MOST_BLOCKED))
    drawn = line(scores, of)
    rates = [
        Rate("attacks caught at 5 % of look-alikes", *_over(scores, attacks, at_five)),
        Rate("attacks caught", *_over(scores, attacks, drawn)),
        *(Rate(f"  {each}", *_over(scores, of.source_is(each), drawn)) for each in ATTACKS),
        Rate("  written for this shop", *_over(scores, of.source_is(OWN), drawn)),
        Rate("look-alikes blocked", *_over(scores, harmless, drawn)),
        *(Rate(f"  {each}", *_over(scores, of.source_is(each), drawn)) for each in (*LOOK_ALIKES, TRICKY)),
        Rate("customers' messages blocked", *_over(scores, of.source_is(*ORDINARY), drawn)),
        *(Rate(f"  {each}", *_over(scores, of.source_is(each), drawn)) for each in ORDINARY),
        Rate("articles over the line for messages", *_over(scores, of.source_is(ARTICLES), drawn)),
    ]
    return Task(name, tuple(rates), auroc=float(roc_auc_score(of.attacks[both], scores[both])))


def _left_out(of: Table, drawn: float) -> Iterator[Task]:
    """Whether a source that was not learnt from, with all that is like it, is judged rightly."""
    rates = []
    for family in (*ATTACKS, OWN, *LOOK_ALIKES, "banking77", "clinc150"):
        scores = without_source(of, of.both, family)
        caught = of.attacks[of.source_is(family)].any()
        name = f"{family}: {'caught' if caught else 'blocked'}"
        rates.append(Rate(name, *_over(scores, of.source_is(family), drawn)))
    yield Task("one source left out, at the packaged line", tuple(rates))


def _over(scores: "NDArray[np.float32]", which: "NDArray[np.bool_]", drawn: float) -> tuple[int, int]:
    return int((scores[which] > drawn).sum()), int(which.sum())


def _languages(english: Sequence[str]) -> Task:
    abroad = [(code, text) for code, each in messages().abroad.items() for text in each]
    right = sum(other_language(text, "en") == code for code, text in abroad)
    wrong = sum(other_language(text, "en") is not None for text in english)
    return Task(
        "language",
        (
            Rate("messages in another language named", right, len(abroad)),
            Rate("English taken for another", wrong, len(english)),
        ),
    )


def _abuse(ordinary: Sequence[str]) -> Task:
    found = sum(read_abuse(text) is not None for text in ordinary)
    return Task("abuse", (Rate("ordinary messages taken for abuse", found, len(ordinary)),))


def _milliseconds(detector: Detector, texts: Sequence[str]) -> float:
    """What a message costs beyond its encoding, which the classifier needs anyway and which is kept."""
    for text in texts:
        detector.score(text)
    started = time.perf_counter()
    for text in texts:
        detector.score(text)
    return (time.perf_counter() - started) * 1000 / len(texts)
