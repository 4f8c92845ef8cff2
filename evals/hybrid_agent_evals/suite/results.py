"""What a run of the suite says, as data: the same seed, cases and deployment give the same bytes."""

from collections.abc import Mapping
from typing import Final, Literal

from pydantic import Field

from hybrid_agent.frozen import Frozen
from hybrid_agent_evals.cases.models import Way
from hybrid_agent_evals.checks.outcome import Outcome, Verdict
from hybrid_agent_evals.playing.record import Played

FORMAT: Final = 1
"""Changes with what a run of the suite says of itself, so that an old file is not misread."""


class Result(Frozen):
    """One case played once; `repeat` counts from 0, `where` is `FILE:LINE`, `digest` the case's."""

    id: str
    says: str
    about: str
    tags: tuple[str, ...]
    where: str
    digest: str
    repeat: int
    way: Way
    outcomes: tuple[Outcome, ...]
    played: Played

    @property
    def verdict(self) -> Verdict:
        """Failed where any gating check failed; not scored where any, or all, could not be scored."""
        verdicts = [each.verdict for each in self.outcomes]
        if Verdict.FAILED in verdicts:
            return Verdict.FAILED
        whole = verdicts and Verdict.NOT_SCORED not in verdicts
        return Verdict.PASSED if whole else Verdict.NOT_SCORED

    @property
    def passed(self) -> bool:
        """Whether all was as it must be."""
        return self.verdict is Verdict.PASSED

    @property
    def scored(self) -> bool:
        """Whether it counts: what could not be scored has neither passed nor failed."""
        return self.verdict is not Verdict.NOT_SCORED


class Subject(Frozen):
    """What was evaluated: the deployment, and digests of all that decides how it serves, by name.

    `model` is empty where none was asked: then the same seed gives the same results. `version` is this
    package's, `parts` are named as in the files, such as `intents.NAME`, `prompts.NAME`, `knowledge.FILE`.
    """

    deployment: str
    reasoner: str
    model: str = ""
    version: str = ""
    parts: Mapping[str, str] = Field(default_factory=dict)


class SuiteRun(Frozen):
    """A whole run. `problems` are cases that could not be read or played: they make the exit code 2.

    `command` is the command line that plays the same on the same again; reports add the case.
    """

    format: Literal[1] = FORMAT
    subject: Subject
    results: tuple[Result, ...]
    problems: tuple[str, ...] = ()
    seed: int = 0
    repeats: int = 1
    command: str = "hybrid-agent eval"
    masked: bool = False

    @property
    def exit_code(self) -> int:
        """0: every case passed; 1: one failed; 2: something could not be read, played or scored."""
        if self.problems or not all(each.scored for each in self.results):
            return 2
        return int(not all(each.passed for each in self.results))
