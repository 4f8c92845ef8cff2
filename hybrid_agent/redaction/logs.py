"""Logs without personal data: records of this package are masked as they are made, for every handler."""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from hybrid_agent.redaction.redactor import Redactor

OURS: Final = frozenset({"hybrid_agent", "hybrid_agent_tools", "hybrid_agent_prompts", "hybrid_agent_evals"})
"""Whose loggers are meant: the embedding app's own say what they say."""


@dataclass(frozen=True, slots=True)
class MaskedRecords:
    """Makes log records as before, then masks those that are ours by every one of the redactors."""

    make: Callable[..., logging.LogRecord]
    redactors: tuple[Redactor, ...]

    def __call__(self, *args: Any, **kwargs: Any) -> logging.LogRecord:
        record = self.make(*args, **kwargs)
        if record.name.partition(".")[0] in OURS:
            for redactor in self.redactors:
                _mask(record, redactor)
        return record


def mask_logs(redactor: Redactor) -> None:
    """Mask what this package logs from now on, in this process: message, arguments and tracebacks.

    Deployments of one process that find the same share a redactor. Attributes that `extra` adds are not seen.
    """
    current = logging.getLogRecordFactory()
    if not isinstance(current, MaskedRecords):
        logging.setLogRecordFactory(MaskedRecords(current, (redactor,)))
    elif not any(_alike(redactor, each) for each in current.redactors):
        logging.setLogRecordFactory(MaskedRecords(current.make, (*current.redactors, redactor)))


def _alike(one: Redactor, other: Redactor) -> bool:
    return one.settings == other.settings and one.country == other.country


def _mask(record: logging.LogRecord, redactor: Redactor) -> None:
    """The message as it would read, and the traceback as text: no handler formats them anew."""
    record.msg, record.args = redactor.mask(record.getMessage()), ()
    if record.exc_info:
        record.exc_text = logging.Formatter().formatException(record.exc_info)
        record.exc_info = None
    if record.exc_text:
        record.exc_text = redactor.mask(record.exc_text)
