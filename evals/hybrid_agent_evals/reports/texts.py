"""Words of strangers in a report: what a terminal, an XML parser or an eye would obey is written out."""

import json
import re
import shlex
import unicodedata

from hybrid_agent_evals.suite.results import Result, SuiteRun

_JOINERS = "\u200c\u200d"
_SUSPECT = re.compile(r"[^\n\t -~]")


def visible(text: str) -> str:
    """The text with control, direction and half characters written as their escapes."""
    return _SUSPECT.sub(lambda match: _shown(match.group()), text.replace("\r\n", "\n"))


def in_a_line(text: str) -> str:
    """The text with all its white space as single spaces."""
    return " ".join(visible(text).split())


def compact(value: object) -> str:
    """Any data on one line, as JSON with sorted keys; a text stands as it is."""
    if isinstance(value, str):
        return in_a_line(value)
    return in_a_line(as_written(value))


def as_written(value: object, indent: int | None = None) -> str:
    """Any data as JSON, half characters and all."""
    separators = (",", ": ") if indent else (",", ":")
    return json.dumps(
        value, sort_keys=True, ensure_ascii=False, default=str, indent=indent, separators=separators
    )


def again(run: SuiteRun, result: Result) -> str:
    """The line for a shell that plays this case once more."""
    return f"{run.command} --case {shlex.quote(result.id)}"


def _shown(character: str) -> str:
    category = unicodedata.category(character)
    if character in _JOINERS or not (category.startswith("C") or category in ("Zl", "Zp")):
        return character
    number = ord(character)
    return (
        f"\\x{number:02x}" if number < 256 else f"\\u{number:04x}" if number < 65536 else f"\\U{number:08x}"
    )
