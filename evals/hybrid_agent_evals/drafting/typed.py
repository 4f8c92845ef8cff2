"""A conversation from the lines that `chat --jsonl` was given, with or without its answers between them."""

import json
from collections.abc import Iterable, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from pydantic import JsonValue

from hybrid_agent.cli.failing import NotPossibleError
from hybrid_agent.cli.lines import Line, read_line
from hybrid_agent_evals.cases.turns import NOBODY, Turn
from hybrid_agent_evals.drafting.recording import Recording, Staff, decision


def typed(file: Path, thread: str | None, at: datetime) -> Recording:
    """The conversation of a thread, or the only one. Raises NotPossibleError that names file and line."""
    lines = _lines(file)
    asked = [(number, _asked(each, f"{file}:{number}")) for number, each in lines if "status" not in each]
    threads = list(dict.fromkeys(line.thread for _, line in asked))
    if not threads:
        raise NotPossibleError(
            f"{file} has no customer's line\n  Give the lines that went into chat --jsonl."
        )
    if thread is None and len(threads) > 1:
        raise NotPossibleError(
            f"{file} has several conversations\n  Choose one with --thread: {', '.join(threads)}"
        )
    meant = thread or threads[0]
    own = [(number, line) for number, line in asked if line.thread == meant]
    if not own:
        raise NotPossibleError(f"{file} has no conversation {meant!r}\n  It has {', '.join(threads)}.")
    return Recording(
        source="lines of chat --jsonl",
        at=at,
        customer=_customer(line for _, line in own),
        turns=_turns(own, file),
        ended=tuple(f"status {each['status']}" for each in _answers(lines, meant)[-1:]),
        records=[_known(each) for each in _answers(lines, meant)],
    )


def _lines(file: Path) -> list[tuple[int, dict[str, Any]]]:
    try:
        text = file.read_text("utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        why = error.strerror if isinstance(error, OSError) else f"byte {error.start} is not UTF-8"
        raise NotPossibleError(f"{file} cannot be read: {why}\n  Check the path given to --from.") from None
    return [(number, _object(line, f"{file}:{number}")) for number, line in _numbered(text)]


def _numbered(text: str) -> Iterable[tuple[int, str]]:
    return ((number, line) for number, line in enumerate(text.split("\n"), 1) if line.strip())


def _object(line: str, where: str) -> dict[str, Any]:
    try:
        found = json.loads(line)
    except (ValueError, RecursionError):
        found = None
    if not isinstance(found, dict):
        raise NotPossibleError(f"{where}: is not a JSON object\n  Give one object a line.")
    return found


def _asked(line: Mapping[str, Any], where: str) -> Line:
    try:
        return read_line(json.dumps(line).encode())
    except NotPossibleError as error:
        raise NotPossibleError(f"{where}: {error}\n  Give the lines that went into chat --jsonl.") from None


def _answers(lines: Iterable[tuple[int, dict[str, Any]]], thread: str) -> list[dict[str, Any]]:
    return [each for _, each in lines if "status" in each and each.get("thread") == thread]


def _known(answer: Mapping[str, Any]) -> JsonValue:
    approval = answer.get("approval")
    return {"slots": answer.get("slots"), "approval": approval if isinstance(approval, dict) else None}


def _customer(lines: Iterable[Line]) -> str:
    return next((line.customer for line in lines if line.customer), NOBODY)


def _turns(lines: Iterable[tuple[int, Line]], file: Path) -> tuple[Turn, ...]:
    staff, own = Staff(), list(lines)
    first = _customer(line for _, line in own)
    return tuple(_turn(line, first, staff, f"{file}:{number}") for number, line in own)


def _turn(line: Line, first: str, staff: Staff, where: str) -> Turn:
    try:
        if line.decision is None:
            other = line.customer or NOBODY
            return Turn(customer=line.text, signed_in=other if other != first else None)
        wish, by = line.decision.wish, staff.name(line.decision.by or "")
        turn = decision(wish.type, by, says=wish.message, arguments=wish.args)
        return turn.model_copy(update={"roles": line.decision.roles and tuple(line.decision.roles)})
    except ValueError as error:
        raise NotPossibleError(f"{where}: cannot be a turn of a case: {error}") from None
