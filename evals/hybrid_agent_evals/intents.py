"""Benchmark of the intent classifier: `hybrid-agent bench intents [--data DIR] [--quick] [--json]`.

Only training splits are read, cross-validated here. Texts are encoded once; the folds reuse the vectors.
"""

from __future__ import annotations

import json
import statistics
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from importlib import import_module
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING

from hybrid_agent_evals.speed.report import Aim, verdict

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from hybrid_agent.encoding import Matrix, MiniLM
    from hybrid_agent.reasoning import IntentClassifier, IntentScore

AIMS: Mapping[tuple[str, str], Aim] = MappingProxyType(
    {
        ("CLINC150", "in-scope accuracy"): Aim(0.965, at_least=True),
        ("CLINC150", "AUROC in against out of scope"): Aim(0.975, at_least=True),
        ("CLINC150", "out-of-scope recall at 94 %"): Aim(0.8, at_least=True),
        ("BANKING77", "in-scope accuracy"): Aim(0.937, at_least=True),
        ("BANKING77 ten-shot", "in-scope accuracy"): Aim(0.88, at_least=True),
        ("speed", "training on 300, all in (s)"): Aim(3),
        ("speed", "training on 15000, all in (s)"): Aim(60),
        ("speed", "ms an utterance, p50"): Aim(5),
        ("speed", "ms an utterance, p95"): Aim(5),
    }
)
"""By task and figure, for the whole data: a quick run trains on too little to be held to them."""

THRESHOLDED = (0.94, 0.945)


@dataclass(frozen=True)
class Figure:
    """One measured quantity over the runs (folds or seeds) of a task."""

    name: str
    mean: float
    deviation: float
    aim: Aim | None = None


@dataclass(frozen=True)
class Result:
    """One task: `runs` folds or seeds, and its figures."""

    task: str
    runs: int
    figures: tuple[Figure, ...]


@dataclass(frozen=True)
class Report:
    """All tasks of one run of the benchmark."""

    quick: bool
    results: tuple[Result, ...]

    def json(self) -> str:
        """The report as a JSON object; a figure's `aim` is null where it has none."""
        return json.dumps(asdict(self), indent=2)

    def table(self) -> str:
        """The report as lines of text."""
        lines = [f"{'task':<28}{'figure':<34}{'mean':>10}{'sd':>10}{'runs':>6}  aim"]
        for result in self.results:
            lines += [
                f"{result.task:<28}{figure.name:<34}{figure.mean:>10.4f}{figure.deviation:>10.4f}{result.runs:>6}"
                f"  {verdict(figure.aim, figure.mean)}".rstrip()
                for figure in result.figures
            ]
        return "\n".join(lines)


@dataclass(frozen=True)
class Utterance:
    """A labelled utterance; no intent means out of scope."""

    text: str
    intent: str | None


@dataclass(frozen=True)
class Split:
    """What one run trains on and is measured on."""

    train: tuple[Utterance, ...]
    test: tuple[Utterance, ...]


class Remembered:
    """An encoder that looks up vectors made beforehand, so that folds need no second pass."""

    def __init__(self, model: MiniLM, texts: Iterable[str]) -> None:
        distinct = list(dict.fromkeys(texts))
        self._wide = model.layers
        self._places = {text: place for place, text in enumerate(distinct)}
        started = time.perf_counter()
        self._vectors = self._wide.encode(distinct)
        self.seconds_each = (time.perf_counter() - started) / max(1, len(distinct))
        self.name, self.dimensions, self.leading = self._wide.name, self._wide.dimensions, self._wide.leading

    def encode(self, texts: Sequence[str]) -> Matrix:
        """Vectors of known texts from memory, of others from the model."""
        import numpy as np

        known = [self._places.get(text, -1) for text in texts]
        rows = self._vectors[known]
        new = [index for index, place in enumerate(known) if place < 0]
        if new:
            rows[new] = self._wide.encode([texts[index] for index in new])
        return np.ascontiguousarray(rows)


def run(data: Path, quick: bool = False) -> Report:
    """Measure every task.

    Raises:
        FileNotFoundError: the training splits are not under `data`.
        ImportError: what measures is not installed; said before the minutes of encoding.
    """
    for needed in ("sklearn", "threadpoolctl"):
        import_module(needed)
    from hybrid_agent.encoding import MiniLM

    clinc_train = read(data / "clinc150" / "train.jsonl")
    clinc = [*clinc_train, *read(data / "clinc150" / "val.jsonl")]
    banking = read(data / "banking77" / "train.jsonl")
    if quick:
        clinc_train, clinc, banking = clinc_train[::5], clinc[::5], banking[::5]
    folds = 2 if quick else 5
    model = MiniLM()
    encoder = Remembered(model, (row.text for row in [*clinc, *banking]))
    tasks = {
        "CLINC150": list(cross_validation(clinc, folds)),
        "CLINC150 train -> val": [Split(tuple(clinc_train), tuple(clinc[len(clinc_train) :]))],
        "BANKING77": list(cross_validation(banking, folds)),
        "BANKING77 ten-shot": [few(banking, 10, seed) for seed in range(folds)],
        "CLINC150 ten-shot": [few(clinc, 10, seed) for seed in range(folds)],
        "catalog of 12, CLINC150": [catalog(clinc, 12, 12, seed) for seed in range(2 * folds)],
        "catalog of 12, BANKING77": [catalog(banking, 12, 12, seed) for seed in range(2 * folds)],
    }
    results = [measure(task, splits, encoder) for task, splits in tasks.items()]
    results.append(speed(clinc, model, encoder, quick))
    return Report(quick, tuple(results) if quick else tuple(map(with_aims, results)))


def with_aims(result: Result) -> Result:
    """The result with the aims of its figures."""
    figures = (replace(each, aim=AIMS.get((result.task, each.name))) for each in result.figures)
    return replace(result, figures=tuple(figures))


def read(path: Path) -> list[Utterance]:
    """The labelled utterances of a JSON Lines file."""
    lines = path.read_text(encoding="utf-8").splitlines()
    return [Utterance(row["text"], row["intent"]) for row in map(json.loads, lines)]


def cross_validation(rows: Sequence[Utterance], folds: int) -> Iterator[Split]:
    """Stratified folds; what is out of scope is a stratum of its own."""
    from sklearn.model_selection import StratifiedKFold  # type: ignore[import-untyped]

    labels = [row.intent or "" for row in rows]
    for train, test in StratifiedKFold(folds, shuffle=True, random_state=0).split(labels, labels):
        yield Split(tuple(rows[i] for i in train), tuple(rows[i] for i in test))


def few(rows: Sequence[Utterance], shots: int, seed: int) -> Split:
    """`shots` examples an intent to train on, none out of scope; all other utterances to be measured on."""
    return catalog(rows, len({row.intent for row in rows if row.intent}), shots, seed)


def catalog(rows: Sequence[Utterance], intents: int, shots: int, seed: int) -> Split:
    """A catalog of some intents with few examples; what belongs to the other intents is out of scope."""
    import numpy as np

    random = np.random.default_rng(seed)
    names = sorted({row.intent for row in rows if row.intent})
    chosen = {names[i] for i in random.permutation(len(names))[:intents]}
    taken: dict[str, int] = {}
    train, test = [], []
    for row in (rows[i] for i in random.permutation(len(rows))):
        if row.intent in chosen and taken.get(row.intent or "", 0) < shots:
            taken[row.intent or ""] = taken.get(row.intent or "", 0) + 1
            train.append(row)
        else:
            test.append(row if row.intent in chosen else Utterance(row.text, None))
    return Split(tuple(train), tuple(test))


def measure(task: str, splits: Sequence[Split], encoder: Remembered) -> Result:
    """Train and score every split."""
    from hybrid_agent.reasoning import IntentClassifier

    runs: list[dict[str, float]] = []
    for seed, split in enumerate(splits):
        inside = [(row.text, row.intent) for row in split.train if row.intent is not None]
        outside = [row.text for row in split.train if row.intent is None]
        texts, labels = [text for text, _ in inside], [intent for _, intent in inside]
        started = time.perf_counter()
        classifier = IntentClassifier.fit(texts, labels, outside or None, seed, encoder)
        seconds = time.perf_counter() - started
        figures = quality(classifier.predict([row.text for row in split.test]), split.test)
        runs.append({**figures, "training, encoding aside (s)": seconds})
    common = [name for name in runs[0] if all(name in run for run in runs)]
    return Result(task, len(runs), tuple(_figure(name, [run[name] for run in runs]) for name in common))


def quality(scores: Sequence[IntentScore], test: Sequence[Utterance]) -> dict[str, float]:
    """Accuracy in scope, scope detection and calibration of one run."""
    import numpy as np
    from sklearn.metrics import roc_auc_score  # type: ignore[import-untyped]

    inside = np.asarray([row.intent is not None for row in test])
    best = np.asarray([score.ranked[0][0] == row.intent for score, row in zip(scores, test, strict=True)])
    right = np.asarray([score.intent == row.intent for score, row in zip(scores, test, strict=True)])
    signal = np.asarray([score.in_scope for score in scores])
    confidence = np.asarray([score.confidence for score in scores])
    figures = {
        "in-scope accuracy": float(best[inside].mean()),
        "thresholded in-scope accuracy": float(right[inside].mean()),
        "ECE in scope": calibration_error(confidence[inside], right[inside], np.ones(inside.sum())),
    }
    if inside.all():
        return figures
    share = 0.15 * inside.sum() / (~inside).sum()
    figures |= {
        "out-of-scope recall": float(right[~inside].mean()),
        "AUROC in against out of scope": float(roc_auc_score(inside, signal)),
        "ECE at 15 % out of scope": calibration_error(confidence, right, np.where(inside, 0.85, share)),
    }
    return figures | {
        f"out-of-scope recall at {100 * target:g} %": recall_at(target, signal, best, inside)
        for target in THRESHOLDED
        if target <= best[inside].mean()
    }


def recall_at(
    accuracy: float, signal: NDArray[np.float64], best: NDArray[np.bool_], inside: NDArray[np.bool_]
) -> float:
    """Out-of-scope recall at the highest threshold that keeps this thresholded in-scope accuracy."""
    import numpy as np

    kept = np.sort(signal[inside & best])[::-1]
    return float((signal[~inside] < kept[int(np.ceil(accuracy * inside.sum())) - 1]).mean())


def calibration_error(
    confidence: NDArray[np.float64], right: NDArray[np.bool_], weights: NDArray[np.float64], bins: int = 15
) -> float:
    """Expected calibration error over equally wide bins (Guo et al. 2017), each utterance with its weight."""
    import numpy as np

    places = np.minimum((confidence * bins).astype(int), bins - 1)
    gaps = np.bincount(places, weights=(confidence - right) * weights)
    return float(np.abs(gaps).sum() / weights.sum())


def speed(rows: Sequence[Utterance], model: MiniLM, encoder: Remembered, quick: bool) -> Result:
    """Training times with encoding, and the time of one utterance on one core with nothing remembered."""
    import numpy as np
    from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]

    from hybrid_agent.encoding import MiniLM
    from hybrid_agent.reasoning import IntentClassifier

    inside = [row for row in rows if row.intent is not None]
    random = np.random.default_rng(0)
    order = random.permutation(len(inside))
    large, small = order[: 3_000 if quick else 15_000], order[:300]
    times: dict[str, float] = {}
    for size in (small, large):
        texts, labels = [inside[i].text for i in size], [inside[i].intent or "" for i in size]
        started = time.perf_counter()
        classifier = IntentClassifier.fit(texts, labels, encoder=model)
        times[f"training on {len(size)}, all in (s)"] = time.perf_counter() - started
    fresh = [f"{inside[i].text} please" for i in random.permutation(len(inside))[:500]]
    with threadpool_limits(1):
        each = [_milliseconds(classifier, text) for text in fresh]
    times["ms an utterance, p50"] = float(np.percentile(each, 50))
    times["ms an utterance, p95"] = float(np.percentile(each, 95))
    times["encoding in bulk, ms each"] = 1000 * encoder.seconds_each
    started = time.perf_counter()
    MiniLM()
    times["loading the encoder (s)"] = time.perf_counter() - started
    return Result("speed", 1, tuple(_figure(name, [value]) for name, value in times.items()))


def _milliseconds(classifier: IntentClassifier, text: str) -> float:
    started = time.perf_counter()
    classifier.predict([text])
    return 1000 * (time.perf_counter() - started)


def _figure(name: str, values: list[float]) -> Figure:
    return Figure(name, statistics.fmean(values), statistics.stdev(values) if len(values) > 1 else 0.0)
