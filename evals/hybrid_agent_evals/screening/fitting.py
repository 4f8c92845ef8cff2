"""Fits the detector, and scores every text by models that were fitted without it and its like."""

from __future__ import annotations

import base64
import json
import zlib
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from hybrid_agent.encoding import widest
from hybrid_agent.guardrails.screening.injection import Fitted, Line
from hybrid_agent.guardrails.screening.surface import NAMES, surface
from hybrid_agent.guardrails.screening.windows import read_in_parts
from hybrid_agent_evals.screening.data import ARTICLES, LOOK_ALIKES, ORDINARY, OWN, Sample

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from hybrid_agent.encoding import Encoder

FOLDS = 5
ALIKE = 0.88
"""Texts whose sentence vectors have this cosine are taken for versions of one another: they share a fold."""
BLOCKED = 0.02
"""The share of look-alikes that may be refused: the line is drawn here, or higher for `BLOCKED_CUSTOMERS`."""
BLOCKED_CUSTOMERS = 0.001
KEPT_BACK = 0.01
"""The share of help-centre articles that may be kept from a language model."""
STRENGTH = 3.0
"""C of the logistic regression."""
VECTOR_SCALE = 7**0.5
"""Rows of the wide view are this much shorter than the blocks that they are made of."""
WEIGHTS = {
    "wildguard": 3.0,
    "notinject": 3.0,
    "banking77": 0.5,
    "clinc150": 0.5,
    "catalog": 0.5,
    "garbled": 0.5,
    OWN: 4.0,
}
"""How much a text of a source counts beside others of its side; what is tried on a shop counts most."""


@dataclass(frozen=True)
class Table:
    """The windows of all texts as rows: `text` says whose each is; `group` has a number for each text."""

    samples: Sequence[Sample]
    meaning: NDArray[np.float32]
    surface: NDArray[np.float32]
    text: NDArray[np.intp]
    group: NDArray[np.intp]

    @property
    def both(self) -> NDArray[np.float32]:
        """The columns of the meaning, then those of the surface."""
        import numpy as np

        return np.hstack([self.meaning, self.surface])

    def source_is(self, *families: str) -> NDArray[np.bool_]:
        """Which texts are of these sources."""
        import numpy as np

        return np.array([each.family in families for each in self.samples])

    @property
    def attacks(self) -> NDArray[np.bool_]:
        """Which texts are attacks."""
        import numpy as np

        return np.array([each.attack for each in self.samples])


def table(samples: Sequence[Sample], encoder: Encoder) -> Table:
    """Reads every text: the minute that this benchmark takes is spent here."""
    import numpy as np
    from scipy.sparse import csr_matrix  # type: ignore[import-untyped]
    from scipy.sparse.csgraph import connected_components  # type: ignore[import-untyped]

    parts = [read_in_parts(each.text) for each in samples]
    flat = [part for each in parts for part in each]
    meaning = widest(encoder).encode(flat) * np.float32(VECTOR_SCALE)
    text = np.repeat(np.arange(len(samples)), [len(each) for each in parts])
    first = meaning[np.searchsorted(text, np.arange(len(samples))), : encoder.dimensions]
    first = first / np.linalg.norm(first, axis=1, keepdims=True)
    _, group = connected_components(csr_matrix(first @ first.T > ALIKE))
    return Table(samples, meaning, np.array([surface(part) for part in flat], np.float32), text, group)


def worst(logits: NDArray[np.float32], of: Table) -> NDArray[np.float32]:
    """The score of each text: that of its worst window."""
    import numpy as np

    scores = np.full(len(of.samples), -np.inf, np.float32)
    np.maximum.at(scores, of.text, logits)
    return scores


def cross_validated(of: Table, columns: NDArray[np.float32]) -> NDArray[np.float32]:
    """The score of each text by a model fitted without its group."""
    import numpy as np

    fold = np.array([zlib.crc32(str(each).encode()) % FOLDS for each in of.group])
    scores = np.empty(len(fold), np.float32)
    for number in range(FOLDS):
        weights, bias = fit(of, columns, fold != number)
        scores[fold == number] = worst(columns @ weights + bias, of)[fold == number]
    return scores


def without_source(of: Table, columns: NDArray[np.float32], family: str) -> NDArray[np.float32]:
    """The scores of all texts by a model that knows none of a source and of what is like it."""
    import numpy as np

    left_out = np.isin(of.group, of.group[of.source_is(family)])
    weights, bias = fit(of, columns, ~left_out)
    return worst(columns @ weights + bias, of)


def fit(
    of: Table, columns: NDArray[np.float32], used: NDArray[np.bool_]
) -> tuple[NDArray[np.float32], np.float32]:
    """Weights and bias of a logistic regression on the windows of the texts that are used."""
    import numpy as np
    from sklearn.linear_model import LogisticRegression  # type: ignore[import-untyped]

    rows, truth = used[of.text], of.attacks[of.text]
    each = np.array([WEIGHTS.get(one.family, 1.0) for one in of.samples]) / np.sqrt(np.bincount(of.text))
    weight = each[of.text]
    for side in (truth, ~truth):
        weight[side] /= weight[side & rows].sum()
    model = LogisticRegression(C=STRENGTH, max_iter=500, tol=1e-3)
    model.fit(columns[rows], truth[rows], sample_weight=weight[rows] * rows.sum() / 2)
    return model.coef_[0].astype(np.float32), np.float32(model.intercept_[0])


def line(scores: NDArray[np.float32], of: Table) -> float:
    """The logit from which on a message is refused, by scores of texts that were not fitted on."""
    import numpy as np

    look_alikes = np.quantile(scores[of.source_is(*LOOK_ALIKES)], 1 - BLOCKED)
    customers = np.quantile(scores[of.source_is(*ORDINARY)], 1 - BLOCKED_CUSTOMERS)
    return float(max(look_alikes, customers))


def content_line(scores: NDArray[np.float32], of: Table) -> float:
    """The logit from which on an article is kept from a model."""
    import numpy as np

    return float(np.quantile(scores[of.source_is(ARTICLES)], 1 - KEPT_BACK))


def fitted(of: Table, encoder: Encoder) -> Fitted:
    """The models that are packaged, fitted on all texts; their lines are those of cross-validation."""
    return Fitted(
        encoder=widest(encoder).name,
        made_of=dict(Counter(each.family for each in of.samples)),
        meaning=_line(of, of.both, of.meaning.shape[1]),
        surface=_line(of, of.surface, 0),
    )


def write(made: Fitted, file: Path) -> None:
    """Write the models as the package has them."""
    file.write_text(json.dumps(made.model_dump(mode="json"), indent=1) + "\n", "utf-8")


def _line(of: Table, columns: NDArray[np.float32], meant: int) -> Line:
    import numpy as np

    scores = cross_validated(of, columns)
    weights, bias = fit(of, columns, np.ones(len(of.samples), bool))
    found = line(scores, of)
    vector = (weights[:meant] * VECTOR_SCALE).astype("<f2").tobytes()
    content = 1 / (1 + np.exp(found - content_line(scores, of)))
    return Line(
        bias=round(float(bias) - found, 4),
        surface={name: round(float(each), 4) for name, each in zip(NAMES, weights[meant:], strict=True)},
        content=round(float(content), 4),
        vector=base64.b64encode(vector).decode(),
    )
