"""What came of each mutant, as data: the same seed, cases and deployment give the same bytes."""

from enum import StrEnum

from hybrid_agent.frozen import Frozen


class Fate(StrEnum):
    """How a mutant ended: a case failed, `check` refused it, nothing noticed it, it can have no effect, or it
    could not be tried."""

    NOTICED = "noticed"
    REFUSED = "refused"
    SURVIVED = "survived"
    EQUIVALENT = "equivalent"
    LOST = "lost"


class Tried(Frozen):
    """One mutant. `case` is the first that failed, `checks` which of its checks did, `why` what they say.

    `cases` are all that failed, of a control; `played` says how many were played.
    """

    id: str
    kind: str
    where: str
    says: str
    catch: str
    weakens: bool
    fate: Fate
    checks: tuple[str, ...] = ()
    cases: tuple[str, ...] = ()
    why: str = ""
    played: int = 0

    @property
    def counts(self) -> bool:
        """Whether it counts in the score."""
        return self.weakens and self.fate not in (Fate.EQUIVALENT, Fate.LOST)

    @property
    def noticed(self) -> bool:
        """Whether the suite or `check` noticed it."""
        return self.fate in (Fate.NOTICED, Fate.REFUSED)


class Mutated(Frozen):
    """A whole run. `cases` passed as the deployment is, and `broken` did not: they notice nothing.

    `sampled` is of how many mutants these are a seeded sample, None where all were tried.
    """

    deployment: str
    seed: int
    cases: int
    broken: tuple[str, ...]
    tried: tuple[Tried, ...]
    problems: tuple[str, ...] = ()
    sampled: int | None = None
