"""What a classifier is trained on: examples, the intents' names, and utterances of no intent; as vectors."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from hybrid_agent.reasoning.intents.errors import TrainingError
from hybrid_agent.reasoning.intents.offtopic import OFF_TOPIC

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from hybrid_agent.encoding import Encoder, Matrix

NONE = -1
MOST = 20_000
HELD_OUT = 3_000
HELD_OUT_OUTSIDE = 1_000
ENOUGH_OUTSIDE = 100
"""With fewer utterances of no intent than this, general ones are added to them."""


@dataclass(frozen=True)
class Examples:
    """Rows in the order they are fitted in; only the last `held_out` rows calibrate.

    `truth` is the index of each row's intent, NONE for those of no intent; `named` marks the rows that are
    names of intents, which help to learn but are not what customers say.
    """

    intents: tuple[str, ...]
    vectors: Matrix
    truth: NDArray[np.intp]
    named: NDArray[np.bool_]
    held_out: int
    enough_outside: bool


def gather(
    texts: Sequence[str], labels: Sequence[str], outside: Sequence[str] | None, seed: int, encoder: Encoder
) -> Examples:
    """Encode and order the rows. Of more than `MOST` examples a seeded sample is used.

    Raises:
        TrainingError: lists of unequal length, or fewer than two intents.
    """
    import numpy as np

    intents = _intents(texts, labels)
    random = np.random.default_rng(seed)
    places = {intent: place for place, intent in enumerate(intents)}
    inside = [(texts[i], places[labels[i]], False) for i in random.permutation(len(texts))[:MOST]]
    names = [(_spoken(intent), place, True) for intent, place in places.items()]
    given = list(outside or ())
    enough = len(given) >= ENOUGH_OUTSIDE
    beyond = given if enough else [*given, *OFF_TOPIC]
    none = [(beyond[i], NONE, False) for i in random.permutation(len(beyond))[:MOST]]
    first = inside[HELD_OUT:] + none[HELD_OUT_OUTSIDE:]
    last = inside[:HELD_OUT] + names + none[:HELD_OUT_OUTSIDE]
    rows = first + last
    return Examples(
        intents=intents,
        vectors=encoder.encode([text for text, _, _ in rows]),
        truth=np.asarray([place for _, place, _ in rows], dtype=np.intp),
        named=np.asarray([named for _, _, named in rows]),
        held_out=len(last),
        enough_outside=enough,
    )


def _intents(texts: Sequence[str], labels: Sequence[str]) -> tuple[str, ...]:
    intents = tuple(sorted(set(labels)))
    if len(texts) != len(labels):
        raise TrainingError(
            f"{len(texts)} texts but {len(labels)} labels", advice="Give each text its intent."
        )
    if len(intents) < 2:
        raise TrainingError(
            f"a classifier needs examples of at least two intents, got {len(intents)}",
            advice="Add examples of another intent to the catalog.",
        )
    return intents


def _spoken(intent: str) -> str:
    return intent.replace("_", " ").replace("-", " ").replace(".", " ")
