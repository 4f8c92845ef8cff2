"""The adversarial run: every attack where it may stand, in parallel, and what came of it."""

import shlex
import tempfile
from collections.abc import Callable, Generator, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path

from hybrid_agent.cli.places import bundled as bundled_sample
from hybrid_agent.errors import ConfigurationError
from hybrid_agent.settings import SETTINGS, Thinking
from hybrid_agent_evals.attacking.attacks import read_attacks
from hybrid_agent_evals.attacking.carriers import bundled, read_carriers
from hybrid_agent_evals.attacking.planning import Assault, plan, spread
from hybrid_agent_evals.attacking.report import Report
from hybrid_agent_evals.attacking.striking import Struck, strike
from hybrid_agent_evals.attacking.tickets import with_tickets
from hybrid_agent_evals.cases.naming import unknown
from hybrid_agent_evals.suite.attending import Lost
from hybrid_agent_evals.suite.opening import Opening
from hybrid_agent_evals.suite.pool import each_of
from hybrid_agent_evals.suite.whole import worthwhile

TICKET = "ticket"
"""The place whose carriers need a catalog that reads tickets."""

DATA = Path("../shared/data")
"""Where the data sets are beside a checkout."""

SECONDS = 60.0
"""How long one conversation may take."""

Tell = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is tried: on which deployment, with the attacks under `data`, in the carriers of a folder or file.

    `count` is how many conversations, evenly spread, None for all; `only` are attacks by id.
    """

    deployment: Path
    data: Path
    carriers: Path | None = None
    count: int | None = None
    only: Sequence[str] = ()
    seed: int = 0
    workers: int | None = None


def attack(wanted: Wanted, tell: Tell = lambda done, of: None) -> Report:
    """Try every attack; `tell` hears how many are done. Raises ConfigurationError where nothing can be."""
    carriers = read_carriers(wanted.carriers or bundled())
    chosen = _chosen(plan(read_attacks(wanted.data), carriers, wanted.seed), wanted)
    struck, lost = list[Struck](), list[str]()
    with tempfile.TemporaryDirectory(prefix="hybrid-agent-attack-") as folder:
        tried = _tried(wanted, chosen, Path(folder))
        with closing(tried):
            for done, (assault, each) in enumerate(tried, 1):
                if isinstance(each, Lost):
                    lost.append(f"{assault.id}: {each.why}")
                else:
                    struck.append(each)
                tell(done, len(chosen))
    return Report(tuple(struck), tuple(lost), _again(wanted))


def write(report: Report, file: Path | None) -> str:
    """What to print, with the JSON in a file if one is named (`-`: printed). Raises ConfigurationError."""
    if file is None:
        return report.text()
    if file == Path("-"):
        return report.json()
    try:
        file.write_text(report.json(), "utf-8")
    except OSError as error:
        raise ConfigurationError(f"cannot be written: {error.strerror}", where=file) from error
    return report.text()


def _again(wanted: Wanted) -> str:
    """The options that decide what an attack gets, as one types them."""
    given = (
        ("--deployment", None if wanted.deployment == bundled_sample(SETTINGS) else wanted.deployment),
        ("--data", None if wanted.data == DATA else wanted.data),
        ("--carriers", wanted.carriers),
        ("--seed", wanted.seed or None),
    )
    words = [word for name, value in given if value is not None for word in (name, str(value))]
    return shlex.join(["hybrid-agent", "eval", "attack", *words])


def _chosen(assaults: Sequence[Assault], wanted: Wanted) -> tuple[Assault, ...]:
    known = {each.id: each for each in assaults}
    if wrong := [each for each in wanted.only if each not in known]:
        raise ConfigurationError(unknown("attack", wrong[0], known), where="--only")
    return tuple(known[each] for each in wanted.only) or spread(assaults, wanted.count)


def _tried(
    wanted: Wanted, chosen: Sequence[Assault], folder: Path
) -> Generator[tuple[Assault, Struck | Lost], None, None]:
    """What came of each, those in tickets last."""
    opening = Opening(wanted.deployment, reasoner=Thinking.LOCAL)
    reading = replace(opening, catalog=with_tickets(wanted.deployment, folder))
    for given, some in (
        (opening, [each for each in chosen if each.place != TICKET]),
        (reading, [each for each in chosen if each.place == TICKET]),
    ):
        workers = wanted.workers or worthwhile(len(some), patient=False)
        made = each_of(given, strike, some, workers=workers, seconds=SECONDS)
        with closing(made):
            yield from zip(some, made, strict=True)
