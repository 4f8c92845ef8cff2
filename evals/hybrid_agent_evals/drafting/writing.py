"""A case as YAML in a file: new, or at the end of one that is there; whole or not at all."""

import os
import re
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import yaml

from hybrid_agent.cli.failing import NotPossibleError
from hybrid_agent_evals.cases.models import Case
from hybrid_agent_evals.cases.reading import read_cases
from hybrid_agent_evals.drafting.observing import Observation

HEAD = "# Cases of this deployment. docs/evals.md explains every key; `hybrid-agent eval` plays them."
_PLAIN = re.compile(r"\w(?:[\w .-]*\w)?")
AT = "# `at` is the moment of every case: the shop's dates are relative to it."


@dataclass(frozen=True, slots=True)
class Draft:
    """A case before it is written: the comments above it, and what is expected with what it means."""

    case: Case
    at: datetime
    shop: Path | None
    notes: tuple[str, ...]
    expected: tuple[Observation, ...]


def write(draft: Draft, file: Path, *, force: bool = False) -> None:
    """Write the case; with `force` the file is replaced. NotPossibleError: nothing was changed."""
    there = file.exists() and not force
    text = _appended(file, draft) if there else _whole(draft, file)
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        _replace(file, text, draft)
    except OSError as error:
        message = f"{file}: cannot be written: {error.strerror}\n  Name another file."
        raise NotPossibleError(message) from None


def _replace(file: Path, text: str, draft: Draft) -> None:
    """The file changes in one moment, and only if its cases can all be read."""
    handle, name = tempfile.mkstemp(dir=file.parent, prefix=".draft-", suffix=".tmp")
    beside = Path(name)
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as opened:
            opened.write(text)
        read = read_cases(beside)
        written = [each for each in read.placed if each.case == draft.case]
        if read.problems or not written:
            why = (
                "\n".join(read.problems).replace(name, str(file)) or "the case does not read as it was meant"
            )
            raise NotPossibleError(f"{why}\n  Nothing was written. Mend that, or name another file.")
        beside.chmod(file.stat().st_mode & 0o777 if file.exists() else 0o644)
        beside.replace(file)
    finally:
        beside.unlink(missing_ok=True)


def _whole(draft: Draft, file: Path) -> str:
    """A file of its own, whose shop is named from where it is."""
    shop = [f"shop: {inline(os.path.relpath(draft.shop, file.parent))}"] if draft.shop else []
    start = (HEAD, "#", AT, "", f"at: {draft.at.isoformat()}", *shop, "", "cases:", "")
    return "\n".join((*start, *_lines(draft, 2))) + "\n"


def _appended(file: Path, draft: Draft) -> str:
    """The file with the case behind its last one, indented as that one is."""
    try:
        text = file.read_text("utf-8")
        root = yaml.compose(text, Loader=yaml.SafeLoader)
    except (OSError, ValueError, yaml.YAMLError) as error:
        raise NotPossibleError(
            f"{file}: cannot be read: {' '.join(str(error).split())}\n  Mend it, or replace it with --force."
        ) from None
    keys = [(key.value, value) for key, value in root.value] if isinstance(root, yaml.MappingNode) else []
    last = keys[-1][1] if keys and keys[-1][0] == "cases" else None
    if not isinstance(last, yaml.SequenceNode) or last.flow_style or not last.value:
        raise NotPossibleError(
            f"{file}: does not end with a list of cases\n  Name another file, or replace it with --force."
        )
    return f"{text.rstrip()}\n\n" + "\n".join(_lines(draft, last.start_mark.column)) + "\n"


def _lines(draft: Draft, indent: int) -> Iterator[str]:
    space = " " * indent
    yield from (f"{space}# {note}" for note in draft.notes)
    for place, line in enumerate(_case(draft)):
        yield f"{space}{'- ' if place == 0 else '  '}{line}" if line else ""


def _case(draft: Draft) -> Iterator[str]:
    case = draft.case
    yield f"id: {case.id}"
    yield f"says: {inline(case.says)}"
    yield f"about: {case.about}"
    if case.tags:
        yield f"tags: {inline(list(case.tags))}"
    yield f"customer: {inline(case.customer)}"
    yield "turns:"
    for turn in case.turns:
        told = turn.model_dump(mode="json", exclude_defaults=True)
        for place, (key, value) in enumerate(told.items()):
            yield f"  {'- ' if place == 0 else '  '}{key}: {inline(_single(value))}"
    yield "expect:"
    for each in draft.expected:
        yield f"  {each.key}: {inline(each.value)}  # {each.means}"
    yield "  # told: []       # words that the customer must read; in a list of its own, one of them will do"
    yield "  # not_told: []   # words that they must not"


def _single(value: Any) -> Any:
    """What may be written without its list, without it."""
    if isinstance(value, Mapping) and isinstance(value.get("status"), list) and len(value["status"]) == 1:
        return {**value, "status": value["status"][0]}
    return value


def inline(value: Any) -> str:
    """Any value as YAML on one line."""
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{_inner(name)}: {_inner(each)}" for name, each in value.items()) + "}"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(map(_inner, value)) + "]"
    return _scalar(value, quoted=isinstance(value, str) and not value.isprintable())


def _inner(value: Any) -> str:
    """Within brackets more of a text has to be quoted."""
    if isinstance(value, str):
        return _scalar(value, quoted=not _PLAIN.fullmatch(value))
    return inline(value)


def _scalar(value: Any, *, quoted: bool) -> str:
    style = '"' if quoted else None
    text = yaml.safe_dump(value, default_style=style, allow_unicode=True, width=10**9)
    return text.removesuffix("\n").removesuffix("\n...")
