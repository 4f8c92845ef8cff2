"""The ONNX session: opened with the hidden layers as extra outputs, run on batches, pooled."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hybrid_agent.encoding.model_file import missing_package

if TYPE_CHECKING:
    import numpy as np
    import onnxruntime as ort  # type: ignore[import-untyped]
    from numpy.typing import NDArray
    from tokenizers import Encoding

    from hybrid_agent.encoding.protocol import Matrix

DIMENSIONS = 384
LAST = "last_hidden_state"
HIDDEN = ("layer_norm_10", "layer_norm_8", "layer_norm_6", "layer_norm_4", "layer_norm")
BLOCKS = 2 + len(HIDDEN)
"""Blocks of 384: the sentence vector, the maximum over the word pieces, the mean of each hidden layer."""


def open_session(model: bytes, threads: int) -> ort.InferenceSession:
    """A CPU session whose outputs are the last hidden state, then the `HIDDEN` layers.

    Raises:
        ModelFileError: `onnxruntime` is not installed.
    """
    try:
        import onnxruntime as ort
    except ImportError as error:
        raise missing_package(error) from error

    options = ort.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    options.log_severity_level = 3
    return ort.InferenceSession(model + _extra_outputs(HIDDEN), options, providers=["CPUExecutionProvider"])


def pool(session: ort.InferenceSession, encodings: list[Encoding]) -> Matrix:
    """Pooled blocks, each of unit length, shape (len(encodings), BLOCKS * DIMENSIONS)."""
    import numpy as np

    ids, mask = _padded(encodings)
    feeds: dict[str, Any] = {"input_ids": ids, "attention_mask": mask, "token_type_ids": np.zeros_like(ids)}
    last, *hidden = session.run([LAST, *HIDDEN], feeds)
    weights = (mask / mask.sum(axis=1, keepdims=True)).astype(np.float32)
    means = [np.einsum("nt,ntd->nd", weights, layer) for layer in (last, *hidden)]
    peak = np.where(mask[:, :, None] > 0, last, -np.inf).max(axis=1)
    blocks = np.stack([means[0], peak, *means[1:]], axis=1)
    blocks /= np.linalg.norm(blocks, axis=2, keepdims=True)
    rows: Matrix = blocks.reshape(len(encodings), BLOCKS * DIMENSIONS)
    return rows


def _padded(encodings: list[Encoding]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    import numpy as np

    shape = (len(encodings), max(len(encoding.ids) for encoding in encodings))
    ids, mask = np.zeros(shape, dtype=np.int64), np.zeros(shape, dtype=np.int64)
    for row, encoding in enumerate(encodings):
        ids[row, : len(encoding.ids)] = encoding.ids
        mask[row, : len(encoding.ids)] = 1
    return ids, mask


def _extra_outputs(names: tuple[str, ...]) -> bytes:
    # Protobuf merges a message that is appended to another, so ModelProto{graph{output{name}}} adds an output
    # to the file's graph (fields 7, 12, 1 of onnx.proto) without the onnx package.
    return b"".join(_field(7, _field(12, _field(1, name.encode()))) for name in names)


def _field(number: int, payload: bytes) -> bytes:
    if len(payload) > 127:
        raise ValueError("a one-byte length holds at most 127")
    return bytes([number << 3 | 2, len(payload)]) + payload
