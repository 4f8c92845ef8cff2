"""The background loop by which sync code runs async parts."""

import os
import subprocess
import sys
import threading

import pytest

from hybrid_agent.portal import run_here

FORKING = """
import os, sys
from hybrid_agent.portal import _portal, run_here

async def answer():
    return 7

assert run_here(answer()) == 7
HOLD
child = os.fork()
if child == 0:
    os._exit(run_here(answer()))
_, status = os.waitpid(child, 0)
RELEASE
assert run_here(answer()) == 7
sys.exit(os.waitstatus_to_exitcode(status))
"""


@pytest.mark.skipif(not hasattr(os, "fork"), reason="forking needs a POSIX system")
@pytest.mark.parametrize("held", [False, True], ids=["at rest", "while a thread starts the loop"])
def test_a_forked_process_runs_async_parts(held: bool) -> None:
    """After a fork the child has a loop that runs, whatever the parent held, and the parent keeps its own."""
    hold, release = ("_portal.starting.acquire()", "_portal.starting.release()") if held else ("", "")
    code = FORKING.replace("HOLD", hold).replace("RELEASE", release)
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=30, check=False
    )
    assert done.returncode == 7, done.stderr


def test_all_threads_share_one_loop() -> None:
    """Threads that come at the same moment run what they have on the same background thread."""
    found, together = list[int](), threading.Barrier(8)

    async def where() -> int:
        return threading.get_ident()

    def ask() -> None:
        together.wait()
        found.append(run_here(where()))

    threads = [threading.Thread(target=ask) for _ in range(8)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert len(found) == 8 and len(set(found)) == 1
