"""What every encoder promises."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Protocol, TypeAlias, runtime_checkable

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

Matrix: TypeAlias = "NDArray[np.float32]"


class Encoder(Protocol):
    """Turns texts into vectors; the same text always gives the same vector."""

    @property
    def name(self) -> str:
        """Identity of the model and its settings, content hash included: a key for caches."""
        ...

    @property
    def dimensions(self) -> int:
        """Length of a row."""
        ...

    def encode(self, texts: Sequence[str]) -> Matrix:
        """Rows of unit length, shape (len(texts), dimensions), float32."""
        ...


@runtime_checkable
class Wide(Encoder, Protocol):
    """An encoder whose rows start with a sentence vector and go on with more about the text."""

    @property
    def leading(self) -> int:
        """How many columns the sentence vector takes."""
        ...


@runtime_checkable
class Layered(Protocol):
    """An encoder that can also give a wider view, which classifiers learn better from."""

    layers: Wide


def widest(encoder: Encoder) -> Encoder:
    """The wider view of an encoder that has one, else the encoder itself."""
    return encoder.layers if isinstance(encoder, Layered) else encoder
