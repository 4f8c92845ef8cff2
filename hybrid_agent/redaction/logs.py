"""Logs without personal data: records of this package are masked as they are made, for every handler."""

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any, Final

from hybrid_agent.redaction.redactor import Redactor
from hybrid_agent.redaction.spans import Spans

OURS: Final = frozenset({"hybrid_agent", "hybrid_agent_tools", "hybrid_agent_prompts", "hybrid_agent_evals"})
"""Whose loggers are meant: the embedding app's own say what they say."""


@dataclass(frozen=True, slots=True)
class MaskedRecords:
    """Makes log records as before, then masks those that are ours by every one of the redactors."""

    make: Callable[..., logging.LogRecord]
    redactors: tuple[Redactor, ...]

    def __call__(self, *args: Any, **kwargs: Any) -> logging.LogRecord:
        record = self.make(*args, **kwargs)
        # A name that is None is a blank record, which `logging.makeLogRecord` fills afterwards.
        if (record.name or "").partition(".")[0] in OURS:
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
    return _shape(one) == _shape(other)


def _shape(redactor: Redactor) -> tuple[object, ...]:
    """What a redactor finds by, in a form that is equal for two that find the same."""
    recognisers = [(kind, *_parts(each)) for kind, each in redactor.recognisers]
    return redactor.settings, redactor.country, recognisers, redactor.ids


def _parts(spans: Spans) -> tuple[object, ...]:
    return (spans.func, spans.args, spans.keywords) if isinstance(spans, partial) else (spans,)


def _mask(record: logging.LogRecord, redactor: Redactor) -> None:
    """The message as it would read, and the traceback as text: no handler formats them anew.

    Where message and arguments do not fit, both stay, masked: the handler then says so as it always does.
    """
    try:
        _mask_parts(record, redactor)
    except Exception as error:
        record.msg, record.args = f"a log line could not be masked ({type(error).__name__})", ()
        record.exc_info = record.exc_text = None


def _mask_parts(record: logging.LogRecord, redactor: Redactor) -> None:
    try:
        record.msg, record.args = redactor.mask_at_once(record.getMessage()), ()
    except (TypeError, ValueError, KeyError):
        given = record.args.values() if isinstance(record.args, Mapping) else record.args or ()
        record.msg = redactor.mask_at_once(str(record.msg))
        record.args = tuple(redactor.mask_at_once(str(each)) for each in given)
    if record.exc_info:
        record.exc_text = logging.Formatter().formatException(record.exc_info)
        record.exc_info = None
    if record.exc_text:
        record.exc_text = redactor.mask_at_once(record.exc_text)
