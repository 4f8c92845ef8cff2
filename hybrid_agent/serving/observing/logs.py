"""Log lines without secrets and personal data, as a JSON object each where that is asked for.

LangGraph's server has structlog write its lines and ours, each with the ids of its request and run. Nothing
is added beside its handlers, which would double every line: the last step of their formatters is replaced.
"""

import json
import logging
import re
from collections.abc import Callable, Iterator, MutableMapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final

from hybrid_agent.redaction.redactor import Redactor
from hybrid_agent.serving.observing.measures import NO_ROUTE
from hybrid_agent.serving.observing.work import Ended, Kind, Work
from hybrid_agent.serving.settings.observing import LogForm

_log = logging.getLogger(__name__)

Line = MutableMapping[str, Any]
Step = Callable[[Any, str, Line], Any]

UNTOLD: Final = frozenset(
    {"req_header", "res_header", "query_string", "path_params", "path", "proto", "error_detail"}
)
"""What LangGraph's access log tells of a request beyond its route, its status and its time."""

TALKATIVE: Final = ("httpx", "presidio-analyzer")
"""Loggers that tell of each of our own calls to LangGraph's API, and of each part of the redactor."""

_RENAMED: Final = {"timestamp": "time"}
_PLAIN = re.compile(r"[\w.:/+{}-]{0,64}", re.ASCII)
_DIGITS = re.compile(r"\d{5}")
_OURS = re.compile(
    r"[0-9a-f]{8}(-?[0-9a-f]{4}){3}-?[0-9a-f]{12}"
    r"|\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(\.\d{1,6})?(Z|[+-]\d\d:\d\d)?",
    re.IGNORECASE,
)
"""An id that a machine made, or a time."""

REMEMBERED: Final = 2_000
"""Texts that are not masked anew: a server says the same few things all day, each takes a millisecond."""


def set_up_logs(form: LogForm, redactor: Redactor) -> None:
    """Have every handler of this process leave out what nobody should read; JSON lines if asked for.

    Where no handler is there yet and JSON is asked for, one that writes to stderr is added. JSON lines wait
    for the redactor to be loaded, a second.
    """
    as_json = _json_line(redactor) if form is LogForm.JSON else None
    if as_json and not any(_handlers()):
        logging.getLogger().addHandler(logging.StreamHandler())
    for handler in _handlers():
        _reform(handler, as_json)
    logging.getLogger("uvicorn.access").addFilter(without_query)
    for name in TALKATIVE:
        logging.getLogger(name).setLevel(logging.WARNING)


def without_query(record: logging.LogRecord) -> bool:
    """A filter that cuts the query off the path in uvicorn's access log."""
    if isinstance(record.args, tuple) and len(record.args) == 5:
        client, method, path, version, status = record.args
        record.args = client, method, str(path).partition("?")[0], version, status
    return True


def _handlers() -> Iterator[logging.Handler]:
    known = logging.Logger.manager.loggerDict.values()
    for logger in (logging.getLogger(), *(each for each in known if isinstance(each, logging.Logger))):
        yield from logger.handlers


def _json_line(redactor: Redactor) -> "JsonLine":
    redactor.warm()
    return JsonLine(lru_cache(REMEMBERED)(redactor.mask_at_once))


def _reform(handler: logging.Handler, as_json: "JsonLine | None") -> None:
    steps: tuple[Step, ...] | None = getattr(handler.formatter, "processors", None)
    if steps is not None:
        kept = tuple(each for each in steps if each is not told)
        handler.formatter.processors = (*kept[:-1], told, as_json or kept[-1])  # type: ignore[union-attr]
    elif as_json:
        handler.setFormatter(JsonLines(as_json))


def told(_: Any, __: str, line: Line) -> Line:
    """A structlog step: a request by its route, without its query, its headers and what its path names."""
    if "req_header" in line or "query_string" in line:
        route = line.get("route")
        route = route if isinstance(route, str) and route != "None" else NO_ROUTE
        line["event"] = f"{line.get('method')} {route} {line.get('status')}"
        line["route"] = route
    return {name: value for name, value in line.items() if name not in UNTOLD}


@dataclass(frozen=True, slots=True)
class JsonLine:
    """A structlog step: the line as JSON, its texts masked."""

    mask: Callable[[str], str]

    def __call__(self, _: Any, __: str, line: Line) -> str:
        shown = {_RENAMED.get(name, name): self._shown(value) for name, value in line.items()}
        first = {name: shown.pop(name, None) for name in ("time", "level", "event")}
        return json.dumps({**first, **shown}, ensure_ascii=False, default=str)

    def _shown(self, value: object) -> object:
        """Numbers and names as they are, other texts masked: those that may have been typed by somebody."""
        if value is None or isinstance(value, bool | int | float):
            return value
        text = value if isinstance(value, str) else str(value)
        if _OURS.fullmatch(text) or (_PLAIN.fullmatch(text) and not _DIGITS.search(text)):
            return text
        return self.mask(text)


class JsonLines(logging.Formatter):
    """The same lines where no structlog is."""

    def __init__(self, line: JsonLine) -> None:
        super().__init__()
        self._line = line

    def format(self, record: logging.LogRecord) -> str:
        """One line, with what `extra` added and the traceback."""
        text = super().format(record)
        added = {name: value for name, value in vars(record).items() if name not in _USUAL}
        about = {"time": self.formatTime(record, "%Y-%m-%dT%H:%M:%S%z"), "level": record.levelname.lower()}
        traceback = {"exception": record.exc_text} if record.exc_text else {}
        event = text.removesuffix(f"\n{record.exc_text}") if record.exc_text else text
        return self._line(None, "", {**about, "event": event, "logger": record.name, **added, **traceback})


_USUAL = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "color_message"}


@dataclass(frozen=True, slots=True)
class LoggedRuns:
    """A watcher that logs each run of the graph with its ids: what ties a request to a turn on record."""

    def began(self, work: Work) -> None:
        """A run is told of when it has ended."""

    def ended(self, work: Work, ended: Ended) -> None:
        """One line a run."""
        if work.kind is Kind.RUN:
            ids = dict(work.about)
            failed = f" ({ended.error})" if ended.error else ""
            ms = round(ended.seconds * 1000)
            _log.info("a run ended %s%s", ended.outcome, failed, extra={**ids, "ms": ms})
