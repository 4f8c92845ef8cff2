"""all-MiniLM-L6-v2 on onnxruntime: one forward pass gives the sentence vector and the pooled layers."""

from __future__ import annotations

import functools
import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING

from hybrid_agent.encoding.model_file import (
    SHA256,
    installed_model,
    installed_tokenizer,
    load_tokenizer,
    read_checked,
)
from hybrid_agent.encoding.session import BLOCKS, DIMENSIONS, open_session, pool

if TYPE_CHECKING:
    from tokenizers import Encoding

    from hybrid_agent.encoding.protocol import Matrix, Wide

MAX_PIECES = 256
MAX_CHARACTERS = 8_192
BATCH_PIECES = 320
"""Word pieces that are run at once: more than this do not stay in a core's cache, which costs a third."""
CACHED_TEXTS = 512


class MiniLM:
    """Sentence vectors of 384 dimensions, from the first 256 word pieces (8,192 characters) of a text.

    Thread-safe; recent single texts are cached. `layers` is the wide view that classifiers learn better from.
    Raises ModelFileError if the model or its tokenizer is missing, truncated or altered, or a package of
    the extra `local` is not installed.
    """

    def __init__(self, path: Path | None = None, *, tokenizer: Path | None = None, threads: int = 1) -> None:
        self._session = open_session(read_checked(path or installed_model()), threads)
        self._tokenizer, tokenizer_sha256 = load_tokenizer(tokenizer or installed_tokenizer(), MAX_PIECES)
        self._pool_single = functools.lru_cache(CACHED_TEXTS)(self._pool_one)
        self.name = f"minilm-l6-{SHA256[:12]}-{tokenizer_sha256[:12]}-{MAX_PIECES}"
        self.dimensions = DIMENSIONS
        self.layers: Wide = _Layers(self)

    def encode(self, texts: Sequence[str]) -> Matrix:
        """Rows of unit length, shape (len(texts), 384)."""
        return self.pooled(texts)[:, :DIMENSIONS].copy()

    def pooled(self, texts: Sequence[str]) -> Matrix:
        """Every pooled block, each of unit length, shape (len(texts), 7 * 384); read-only."""
        clean = [_readable(text) for text in texts]
        return self._pool_single(clean[0]) if len(clean) == 1 else self._pool_many(clean)

    def _pool_one(self, text: str) -> Matrix:
        rows = pool(self._session, [self._tokenizer.encode(text)])
        rows.flags.writeable = False
        return rows

    def _pool_many(self, texts: list[str]) -> Matrix:
        import numpy as np

        encodings = self._tokenizer.encode_batch(texts)
        rows = np.empty((len(texts), BLOCKS * DIMENSIONS), dtype=np.float32)
        batches = _batches_by_length(encodings)

        def fill(batch: list[int]) -> None:
            rows[batch] = pool(self._session, [encodings[index] for index in batch])

        with ThreadPoolExecutor(max_workers=os.cpu_count() or 1) as workers:
            list(workers.map(fill, batches))
        return rows


class _Layers:
    """The pooled layers of a MiniLM side by side, as an `Encoder` that shares its forward passes."""

    def __init__(self, model: MiniLM) -> None:
        self._model = model
        self.name = f"{model.name}-layers"
        self.dimensions = BLOCKS * DIMENSIONS
        self.leading = DIMENSIONS

    def encode(self, texts: Sequence[str]) -> Matrix:
        import numpy as np

        rows: Matrix = self._model.pooled(texts) / np.float32(np.sqrt(BLOCKS))
        return rows


@functools.cache
def default_encoder() -> MiniLM:
    """The packaged model, loaded once a process.

    Raises:
        ModelFileError: the model is missing, truncated or altered.
    """
    return MiniLM()


def _readable(text: str) -> str:
    # Lone surrogates cannot be tokenized.
    return text[:MAX_CHARACTERS].encode("utf-8", "replace").decode("utf-8")


def _batches_by_length(encodings: list[Encoding]) -> list[list[int]]:
    lengths = [len(encoding.ids) for encoding in encodings]
    batches: list[list[int]] = []
    for index in sorted(range(len(lengths)), key=lengths.__getitem__):
        if not batches or (len(batches[-1]) + 1) * lengths[index] > BATCH_PIECES:
            batches.append([])
        batches[-1].append(index)
    return batches
