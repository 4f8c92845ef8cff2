"""Vectors of the sentences that were looked at, so that the same ones need not be encoded again."""

from collections import OrderedDict
from collections.abc import Sequence
from threading import Lock
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from hybrid_agent.encoding import Encoder

KEPT = 4096
"""Texts whose vectors are kept: 6 MB at 384 dimensions. The ones used longest ago go first."""


class Vectors:
    """Encodes texts, and remembers the latest. Thread-safe."""

    def __init__(self, encoder: "Encoder", kept: int = KEPT) -> None:
        self._encoder, self._most = encoder, kept
        self._known: OrderedDict[str, NDArray[np.float32]] = OrderedDict()
        self._lock = Lock()

    def of(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Rows of unit length, shape (len(texts), dimensions)."""
        with self._lock:
            found = {text: self._known[text] for text in texts if text in self._known}
        new = list(dict.fromkeys(text for text in texts if text not in found))
        if new:
            found.update(zip(new, self._encoder.encode(new), strict=True))
        with self._lock:
            for text in texts:
                self._known[text] = found[text]
                self._known.move_to_end(text)
            while len(self._known) > self._most:
                self._known.popitem(last=False)
        return np.stack([found[text] for text in texts])
