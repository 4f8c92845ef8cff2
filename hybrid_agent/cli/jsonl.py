"""`chat --jsonl`: one JSON object a line in, one out for each, in order."""

import json
import time
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Protocol

from hybrid_agent.caller import Caller
from hybrid_agent.cli.desk import Desk
from hybrid_agent.cli.failing import in_words
from hybrid_agent.cli.lines import Decision, Line, as_json, read_line
from hybrid_agent.cli.spent import currency_of
from hybrid_agent.portal import run_here
from hybrid_agent.session import Turn

BYTE_ORDER_MARK = b"\xef\xbb\xbf"


class Sink(Protocol):
    """Where the answers go."""

    def write(self, data: bytes, /) -> object:
        """Take some bytes."""

    def flush(self) -> object:
        """Pass on what was written."""


@dataclass(frozen=True, slots=True)
class Counter:
    """The desk, and the agent who decides where a line names nobody."""

    desk: Desk
    agent: Caller


def serve(lines: Iterable[bytes], sink: Sink, counter: Counter) -> None:
    """Answer every line that is not blank; a line that cannot be served is answered with `error`."""
    for number, line in enumerate(lines, 1):
        text = line.removeprefix(BYTE_ORDER_MARK) if number == 1 else line
        if text.strip():
            answer = run_here(_answer(text, number, counter))
            sink.write(json.dumps(answer, ensure_ascii=False).encode("utf-8", "replace") + b"\n")
            sink.flush()


async def _answer(text: bytes, number: int, counter: Counter) -> dict[str, Any]:
    started = time.perf_counter()
    try:
        turn = await _turn(read_line(text), counter)
    except Exception as error:
        # Whatever one line runs into, the lines after it are other customers.
        return {"error": in_words(error), "line": number}
    currency = currency_of(counter.desk.session.deployment.model)
    return as_json(turn, (time.perf_counter() - started) * 1000, currency)


async def _turn(line: Line, counter: Counter) -> Turn:
    if line.decision is not None:
        person = _person(line.decision, counter.agent)
        return await counter.desk.decide(line.thread, line.decision.wish, person)
    caller = Caller.customer(line.customer) if line.customer else Caller()
    return await counter.desk.send(line.thread, line.text or "", caller, message_id=line.id)


def _person(decision: Decision, agent: Caller) -> Caller:
    roles = agent.roles if decision.roles is None else frozenset(decision.roles)
    return Caller.staff(decision.by or agent.id, *roles)
