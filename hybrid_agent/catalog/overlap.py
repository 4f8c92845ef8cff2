"""Intents whose examples the encoder cannot keep apart."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from hybrid_agent.catalog.findings import Finding, warning
from hybrid_agent.catalog.models import Catalog

if TYPE_CHECKING:
    from hybrid_agent.encoding import Encoder, Matrix

RIDGE = 1.0
SHARE = 0.2
"""Of an intent's examples: fewer strays are the price of varied examples."""
SHOWN = 3


def overlaps(catalog: Catalog, encoder: Encoder) -> list[Finding]:
    """A warning for each intent of which many examples lie nearer to another intent than to their own.

    Nearness is what ridge regression on the other examples' vectors says of an example that it has not seen.
    """
    labelled = [(name, text) for name, intent in catalog.intents.items() for text in intent.examples]
    if len({name for name, _ in labelled}) < 2:
        return []
    strays: dict[tuple[str, str], list[str]] = defaultdict(list)
    for (name, text), nearest in zip(labelled, _nearest(labelled, encoder), strict=True):
        if nearest != name:
            strays[name, nearest].append(text)
    return [
        _finding(name, other, texts, len(catalog.intents[name].examples))
        for (name, other), texts in strays.items()
        if len(texts) >= max(2, SHARE * len(catalog.intents[name].examples))
    ]


def _nearest(labelled: list[tuple[str, str]], encoder: Encoder) -> list[str]:
    import numpy as np

    names = sorted({name for name, _ in labelled})
    index = np.array([names.index(name) for name, _ in labelled])
    targets = np.eye(len(names), dtype=np.float32)[index]
    scores = _left_out(encoder.encode([text for _, text in labelled]), targets)
    return [names[best] for best in scores.argmax(axis=1)]


def _left_out(vectors: Matrix, targets: Matrix) -> Matrix:
    """Each row's scores without itself: y - c / diag(A^-1), c = A^-1 y (Rifkin & Lippert 2007)."""
    import numpy as np

    centred = vectors - vectors.mean(axis=0)
    inverse: Matrix = np.linalg.inv(
        centred @ centred.T + np.float32(RIDGE) * np.eye(len(vectors), dtype=np.float32)
    )
    scores: Matrix = targets - (inverse @ targets) / inverse.diagonal()[:, None]
    return scores


def _finding(name: str, other: str, texts: list[str], total: int) -> Finding:
    shown = "; ".join(repr(text) for text in texts[:SHOWN])
    return warning(
        f"intents.{name}.examples",
        f"{len(texts)} of {total} lie nearer to {other}, such as {shown}: word them apart, "
        "or make the two one intent",
    )
