"""What customers asked: from a file, or from the conversations that nobody could answer."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from hybrid_agent.cli.failing import NotPossibleError
from hybrid_agent.dialogue.reasons import NO_ANSWER
from hybrid_agent.loading import records_for
from hybrid_agent.portal import run_here
from hybrid_agent.records import Records, hand_offs
from hybrid_agent.records.models import HandOff
from hybrid_agent.settings import Settings

KEYS = ("question", "text", "message", "query")
MOST_BYTES = 50_000_000


def read_questions(path: Path) -> list[str]:
    """The questions of a file: one a line, or a line a JSON object with one of `KEYS`.

    Raises NotPossibleError if it cannot be read, with the line that is wrong.
    """
    try:
        if path.stat().st_size > MOST_BYTES:
            problem = f"has more than {MOST_BYTES // 1_000_000} MB"
            raise NotPossibleError(f"{path}: {problem}\n  Give the latest questions alone.")
        lines = path.read_text(encoding="utf-8-sig").splitlines()
    except OSError as error:
        raise NotPossibleError(
            f"{path}: cannot be read ({error.strerror})\n  Correct --questions."
        ) from error
    except UnicodeDecodeError as error:
        raise NotPossibleError(f"{path}: is not UTF-8 text\n  Save it as UTF-8.") from error
    return [_question(line, f"{path}, line {number}") for number, line in enumerate(lines, 1) if line.strip()]


def recorded_questions(settings: Settings, folder: Path) -> list[str]:
    """What was asked where a conversation was handed off unanswered, as it is on record."""
    return run_here(_recorded(records_for(settings, folder)))


async def _recorded(records: Records) -> list[str]:
    try:
        async with records.read() as connection:
            passed = await hand_offs.listing(connection, open_only=False)
    finally:
        await records.aclose()
    return [said for each in passed if NO_ANSWER in each.reasons for said in _asked(each)]


def _asked(passed: HandOff) -> Iterator[str]:
    packet = passed.packet if isinstance(passed.packet, dict) else {}
    requests: Any = packet.get("intents")
    for request in requests if isinstance(requests, list) else ():
        said = request.get("said") if isinstance(request, dict) else None
        if isinstance(said, str) and said.strip():
            yield said


def _question(line: str, where: str) -> str:
    if not line.lstrip().startswith("{"):
        return line.strip()
    try:
        told = json.loads(line)
    except ValueError as error:
        raise NotPossibleError(f"{where}: is no JSON object ({error})\n  Correct the line.") from error
    for key in KEYS:
        if isinstance(told.get(key), str):
            return str(told[key])
    raise NotPossibleError(
        f"{where}: has none of the keys {', '.join(KEYS)}\n  Name the question by one of them."
    )
