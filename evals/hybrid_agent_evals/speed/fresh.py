"""A fresh process, for the figures that an earlier measurement in the same process would spoil.

`python -m hybrid_agent_evals.speed.fresh SUPPORT_YAML TURNS IN_FLIGHT SWITCH_SECONDS` prints a line of JSON
after the first reply and one after the turns.
"""

import asyncio
import json
import os
import resource
import sys
import tempfile
from dataclasses import asdict
from pathlib import Path


def resident_mb() -> float:
    """The memory of this process in MB (10^6 bytes): now where /proc says it, else its peak."""
    try:
        pages = int(Path("/proc/self/statm").read_text().split()[1])
    except OSError:
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        return peak / 1e6 if sys.platform == "darwin" else peak * 1024 / 1e6
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6


async def _serve(deployment: Path, turns: int, in_flight: int) -> None:
    from langgraph.checkpoint.sqlite.aio import AsyncSqliteSaver

    from hybrid_agent import Caller, build_graph, load_deployment
    from hybrid_agent.session import Session
    from hybrid_agent_evals.speed.crowd import crowd
    from hybrid_agent_evals.speed.questions import questions

    served = load_deployment(deployment)
    asked = questions(deployment, 1 + in_flight + turns, seed=2)
    with tempfile.TemporaryDirectory(dir=deployment.parent) as folder:
        async with AsyncSqliteSaver.from_conn_string(f"{folder}/checkpoints.db") as checkpointer:
            session = Session(build_graph(served, checkpointer=checkpointer), served)
            turn = await session.send("first", asked[0].text, Caller.customer(asked[0].customer_id))
            heavy = [name for name in ("sklearn", "llama_index") if name in sys.modules]
            _say({"status": turn.status.value, "heavy": heavy, "resident_mb": resident_mb()})
            if turns:
                await crowd(session, asked[1 : 1 + in_flight], in_flight)
                found = await crowd(session, asked[1 + in_flight :], in_flight)
                _say({**asdict(found), "resident_mb": resident_mb()})
    await served.aclose()


def _say(found: dict[str, object]) -> None:
    sys.stdout.write(json.dumps(found) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.setswitchinterval(float(sys.argv[4]))
    asyncio.run(_serve(Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])))
