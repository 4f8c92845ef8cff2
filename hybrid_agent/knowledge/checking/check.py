"""One check of a whole help centre."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from hybrid_agent.knowledge.checking.contradictions import contradictions
from hybrid_agent.knowledge.checking.duplicates import duplicates
from hybrid_agent.knowledge.checking.findings import LEVELS, Finding
from hybrid_agent.knowledge.checking.freshness import outdated
from hybrid_agent.knowledge.checking.instructions import instructions
from hybrid_agent.knowledge.checking.links import broken, links_in
from hybrid_agent.knowledge.checking.neighbours import near_pairs
from hybrid_agent.knowledge.checking.online import unreachable
from hybrid_agent.knowledge.indexing.dense import Flat
from hybrid_agent.knowledge.indexing.index import Index
from hybrid_agent.knowledge.report import Progress

if TYPE_CHECKING:
    from hybrid_agent.encoding import Encoder

NEAR = 0.5
"""The cosine from which two passages are compared statement by statement."""

NEIGHBOURS = 16
"""The nearest passages that each is compared with."""


@dataclass(frozen=True, slots=True)
class Plan:
    """How a help centre is checked: as it is on a day; `folders` are those that articles are read from.

    `online` asks for every address on the web.
    """

    on: date
    stale_after: timedelta = timedelta(days=365)
    folders: tuple[Path, ...] = ()
    online: bool = False


def check(index: Index, encoder: "Encoder", plan: Plan, progress: Progress) -> list[Finding]:
    """Everything found, errors first. Blocks: half a minute for 10,000 passages, longer online."""
    found = list(_steps(index, encoder, plan, progress))
    return sorted(found, key=lambda each: (LEVELS.index(each.level), each.kind, each.where))


def _steps(index: Index, encoder: "Encoder", plan: Plan, progress: Progress) -> Iterator[Finding]:
    if not isinstance(index.dense, Flat):
        raise TypeError(f"vectors in {type(index.dense).__name__} cannot be compared: check the index itself")
    passages = index.passages
    progress(0, 5, "links")
    links = links_in(passages)
    yield from broken(links, passages, plan.folders)
    progress(1, 5, "dates")
    yield from outdated(passages, plan.on, plan.stale_after)
    progress(2, 5, "duplicates")
    pairs = near_pairs(index.dense.vectors, NEAR, NEIGHBOURS)
    yield from duplicates(passages, pairs)
    progress(3, 5, "contradictions")
    yield from contradictions(passages, pairs, encoder)
    progress(4, 5, "instructions")
    yield from instructions(passages, encoder)
    progress(5, 5, "instructions")
    if plan.online:
        yield from unreachable(links, progress)
