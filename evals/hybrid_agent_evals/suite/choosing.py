"""Which cases are played: where they are, and which of them are meant."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from pathlib import Path

from hybrid_agent.cli.places import bundled as sample
from hybrid_agent.errors import ConfigurationError
from hybrid_agent.settings import SETTINGS
from hybrid_agent_evals.cases.models import Placed
from hybrid_agent_evals.cases.naming import unknown
from hybrid_agent_evals.cases.reading import Cases, bundled, read_cases

FOLDERS = ("evals", "cases")
"""Where a deployment's cases are, beside its file."""


@dataclass(frozen=True, slots=True)
class Choice:
    """The ids, tags and intents that are meant; of each kind that is given, a case needs one."""

    ids: Sequence[str] = ()
    tags: Sequence[str] = ()
    intents: Sequence[str] = ()


def place_of_cases(deployment: Path, named: Path | None) -> Path:
    """The cases that are meant: those named, or the deployment's. Raises ConfigurationError."""
    if named is not None:
        return named
    if deployment.resolve() == sample(SETTINGS).resolve():
        return bundled()
    home = deployment.resolve().parent
    found = next((home / each for each in FOLDERS if (home / each).is_dir()), None)
    if found is None:
        advice = "Name them with --cases, or write a first one: hybrid-agent eval new"
        problem = f"there are no cases beside it (looked for {' and '.join(FOLDERS)})"
        raise ConfigurationError(problem, where=deployment, advice=advice)
    return found


def chosen(place: Path, choice: Choice) -> Cases:
    """The cases of a place that are meant; a name that no case has is a problem."""
    read = read_cases(place)
    kinds = (
        ("--case", "case", choice.ids, [(each.case.id,) for each in read.placed]),
        ("--tag", "tag", choice.tags, [each.case.tags for each in read.placed]),
        ("--intent", "case about", choice.intents, [(each.case.about,) for each in read.placed]),
    )
    wrong = [
        f"{option} {name}: {unknown(what, name, known)}"
        for option, what, names, held in kinds
        for known in [{each for one in held for each in one}]
        for name in names
        if name not in known
    ]
    meant = tuple(each for each in read.placed if _meant(each, choice))
    if not meant and not wrong and not read.problems:
        wrong = ["no case is of all these at once; leave out --case, --tag or --intent"]
    return Cases(meant, (*read.problems, *wrong))


def _meant(placed: Placed, choice: Choice) -> bool:
    case = placed.case
    kinds: Sequence[tuple[Sequence[str], Collection[str]]] = (
        (choice.ids, (case.id,)),
        (choice.tags, case.tags),
        (choice.intents, (case.about,)),
    )
    return all(not wanted or set(wanted) & set(held) for wanted, held in kinds)
