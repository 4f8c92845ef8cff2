"""What every encoder promises."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Protocol, TypeAlias

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
