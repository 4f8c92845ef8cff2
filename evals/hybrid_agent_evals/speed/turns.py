"""A whole order-status turn beside a bare graph on the same checkpointer, one after the other in turns."""

import asyncio
import statistics
import time
from collections.abc import Awaitable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal
from uuid import uuid4

from langchain_core.runnables import RunnableConfig
from langgraph.checkpoint.sqlite.aio import AsyncSqliteSaver

from hybrid_agent import Caller, Status, build_graph, load_deployment
from hybrid_agent_evals.speed.bare import bare_graph
from hybrid_agent_evals.speed.questions import Question, questions
from hybrid_agent_evals.speed.report import Aim, Figure

Durability = Literal["exit", "async"]
MOST_TIMES_BARE = Aim(3)


@dataclass(frozen=True, slots=True)
class Cost:
    """Milliseconds of wall time, and of CPU time in all threads of the process."""

    wall: float
    cpu: float


@dataclass(frozen=True, slots=True)
class Pair:
    """One whole turn and, right after it, one of the bare graph; `answered` says that it went all the way."""

    whole: Cost
    bare: Cost
    nodes: int
    answered: bool


async def compare(deployment: Path, count: int) -> list[Figure]:
    """Both turns `count` times at each durability, after a warm-up; checkpoints go to a new file."""
    warm_up = max(3, count // 10)
    figures: list[Figure] = []
    served = await asyncio.to_thread(load_deployment, deployment)
    asked = iter(questions(deployment, 2 * (warm_up + count), seed=1))
    path = deployment.parent / f"checkpoints-{uuid4()}.db"
    try:
        async with AsyncSqliteSaver.from_conn_string(str(path)) as checkpointer:
            graph = build_graph(served, checkpointer=checkpointer)
            for durability in Durability.__args__:  # type: ignore[attr-defined]
                pairs = [
                    await _pair(graph, checkpointer, next(asked), durability) for _ in range(warm_up + count)
                ]
                figures += _figures(pairs[warm_up:], durability)
    finally:
        await served.aclose()
    return figures


async def _pair(
    graph: Any, checkpointer: AsyncSqliteSaver, question: Question, durability: Durability
) -> Pair:
    given = {"messages": [("user", question.text)]}
    context = Caller.customer(question.customer_id)
    whole, result = await _timed(graph.ainvoke(given, _thread(), context=context, durability=durability))
    nodes = len(result["trail"])
    empty = bare_graph(nodes, checkpointer)
    bare, _ = await _timed(empty.ainvoke(given, _thread(), durability=durability))
    return Pair(whole, bare, nodes, result["status"] is Status.ANSWERED)


def _thread() -> RunnableConfig:
    return {"configurable": {"thread_id": str(uuid4())}}


async def _timed(run: Awaitable[Any]) -> tuple[Cost, Any]:
    wall, cpu = time.perf_counter(), time.process_time()
    result = await run
    return Cost((time.perf_counter() - wall) * 1000, (time.process_time() - cpu) * 1000), result


def _figures(pairs: Sequence[Pair], durability: Durability) -> Iterator[Figure]:
    part = f"a turn, durability={durability}"
    aim = MOST_TIMES_BARE if durability == "exit" else None
    whole = statistics.median(pair.whole.wall for pair in pairs)
    bare = statistics.median(pair.bare.wall for pair in pairs)
    whole_cpu = statistics.median(pair.whole.cpu for pair in pairs)
    bare_cpu = statistics.median(pair.bare.cpu for pair in pairs)
    yield Figure(part, "turns measured", len(pairs), "")
    yield Figure(part, "nodes a turn passes, median", statistics.median(pair.nodes for pair in pairs), "")
    yield Figure(part, "share answered", sum(pair.answered for pair in pairs) / len(pairs), "")
    yield Figure(part, "whole turn, median wall", whole, "ms")
    yield Figure(part, "bare graph, median wall", bare, "ms")
    yield Figure(part, "whole / bare, wall", whole / bare, "x", aim)
    yield Figure(part, "whole turn, median CPU", whole_cpu, "ms")
    yield Figure(part, "bare graph, median CPU", bare_cpu, "ms")
    yield Figure(part, "whole / bare, CPU", whole_cpu / bare_cpu, "x")
