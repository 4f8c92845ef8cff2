"""A trained classifier as one file: arrays in npz, the rest as JSON inside it. Nothing in it is executed."""

from __future__ import annotations

import json
import os
import tempfile
import zipfile
from dataclasses import asdict
from pathlib import Path
from typing import Any

from hybrid_agent.reasoning.intents.errors import SavedClassifierError
from hybrid_agent.reasoning.intents.kernel import KernelRidge
from hybrid_agent.reasoning.intents.scope import Calibration
from hybrid_agent.reasoning.intents.space import Space
from hybrid_agent.reasoning.intents.training import Fitted

FORMAT = "hybrid-agent intents 1"
RETRAIN = "Delete the file and train again."


def save(fitted: Fitted, encoder: str, path: Path) -> None:
    """Write to a file beside `path`, then move it there, so that readers never see half of it."""
    import numpy as np

    header = {
        "format": FORMAT,
        "encoder": encoder,
        "intents": fitted.intents,
        "calibration": asdict(fitted.calibration),
    }
    arrays: dict[str, Any] = {
        "header": np.frombuffer(json.dumps(header).encode(), dtype=np.uint8),
        "mean": fitted.space.mean,
        "basis": fitted.space.basis,
        "support": fitted.ridge.support,
        "weights": fitted.ridge.weights,
    }
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    partial = Path(name)
    try:
        with os.fdopen(handle, "wb") as file:
            np.savez(file, **arrays)
            file.flush()
            os.fsync(file.fileno())
        partial.replace(path)
    except BaseException:
        partial.unlink(missing_ok=True)
        raise


def load(path: Path, encoder: str) -> Fitted:
    """Read what `save` wrote, for the encoder of that name.

    Raises:
        SavedClassifierError: missing, damaged, of another version, or of another encoder.
    """
    try:
        header, arrays = _read(path)
    except FileNotFoundError as error:
        raise SavedClassifierError(
            "no saved classifier here", where=path, advice="Train and save it first."
        ) from error
    except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile) as error:
        raise SavedClassifierError(
            f"not a saved intent classifier, or damaged: {error}", where=path, advice=RETRAIN
        ) from error
    if header.get("format") != FORMAT:
        raise SavedClassifierError(
            f"holds format {header.get('format')!r}, this version reads {FORMAT!r}",
            where=path,
            advice=RETRAIN,
        )
    if header["encoder"] != encoder:
        raise SavedClassifierError(
            f"was trained with the encoder {header['encoder']!r}, not {encoder!r}",
            where=path,
            advice="Load it with that encoder, or train again.",
        )
    return _restored(header, arrays, path)


def _read(path: Path) -> tuple[dict[str, Any], dict[str, Any]]:
    import numpy as np

    with path.open("rb") as opened:
        file = np.load(opened, allow_pickle=False)
        if not isinstance(file, np.lib.npyio.NpzFile):
            raise ValueError("not an npz archive")
        arrays = {name: file[name] for name in ("header", "mean", "basis", "support", "weights")}
    header = json.loads(arrays.pop("header").tobytes())
    if not isinstance(header, dict):
        raise ValueError("the header is not an object")
    return header, arrays


def _restored(header: dict[str, Any], arrays: dict[str, Any], path: Path) -> Fitted:
    try:
        calibration = Calibration(
            **{**header["calibration"], "slopes": tuple(header["calibration"]["slopes"])}
        )
        intents = tuple(map(str, header["intents"]))
    except (KeyError, TypeError) as error:
        raise SavedClassifierError(
            f"the header is incomplete: {error}", where=path, advice=RETRAIN
        ) from error
    space, ridge = Space(arrays["mean"], arrays["basis"]), KernelRidge(arrays["support"], arrays["weights"])
    if not (
        space.mean.shape[1] == space.basis.shape[0]
        and space.basis.shape[1] == ridge.support.shape[1]
        and ridge.weights.shape == (len(ridge.support), len(intents))
    ):
        raise SavedClassifierError("its arrays do not fit together", where=path, advice=RETRAIN)
    return Fitted(intents, space, ridge, calibration)
