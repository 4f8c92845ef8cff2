"""deepeval without its voice: nothing sent, nothing stored, nothing read from files it finds."""

import importlib
import io
import os
from collections.abc import Mapping
from contextlib import redirect_stdout
from pathlib import Path
from types import MappingProxyType

SET: Mapping[str, str] = MappingProxyType(
    {
        "DEEPEVAL_TELEMETRY_OPT_OUT": "1",
        "DEEPEVAL_DISABLE_DOTENV": "1",
        "DEEPEVAL_DISABLE_LEGACY_KEYFILE": "1",
        "DEEPEVAL_UPDATE_WARNING_OPT_IN": "0",
        "DEEPEVAL_FILE_SYSTEM": "READ_ONLY",
        "DEEPEVAL_CACHE_FOLDER": str(Path(__file__).with_name("never-made")),
        "DEEPEVAL_NO_INSPECT_PROMPT": "1",
        "CONFIDENT_TRACING_ENABLED": "NO",
        "CONFIDENT_TRACE_VERBOSE": "0",
        "CONFIDENT_TRACE_FLUSH": "0",
        "CONFIDENT_OPEN_BROWSER": "0",
    }
)
"""What deepeval 4.3 reads from the environment before it sends, stores, prompts or looks into files."""

UNSET = (
    "CONFIDENT_API_KEY",
    "DEEPEVAL_TELEMETRY_ENABLED",
    "DEEPEVAL_RESULTS_FOLDER",
    "DEEPEVAL_DEFAULT_SAVE",
    "DEEPEVAL_LOCAL_STORE",
    "DEEPEVAL_DEBUG_ASYNC",
    "DEEPEVAL_VERBOSE_MODE",
)
"""With any of these it would upload results, or write them."""


def quiet() -> None:
    """Silence deepeval in this process and its children, and import it.

    To be called before anything else imports it: what it reads at its import (where its folder is, whether it
    may write) is not changed later. The rest is read again whenever it is needed, so that even a late call
    stops what would be sent.
    """
    os.environ.update(SET)
    for name in UNSET:
        os.environ.pop(name, None)
    with redirect_stdout(io.StringIO()):  # where it may not write, it prints that it does not
        importlib.import_module("deepeval")
