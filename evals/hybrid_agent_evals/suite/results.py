"""What a run of the suite says, as data: the same seed, cases and deployment give the same bytes."""

from hybrid_agent.frozen import Frozen
from hybrid_agent_evals.cases.models import Way
from hybrid_agent_evals.checks.outcome import Outcome, Verdict
from hybrid_agent_evals.playing.record import Played


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
    def passed(self) -> bool:
        """Whether no gating check failed, and at least one could be scored."""
        verdicts = [each.verdict for each in self.outcomes]
        return Verdict.FAILED not in verdicts and Verdict.PASSED in verdicts

    @property
    def scored(self) -> bool:
        """Whether it counts: what could not be scored has neither passed nor failed."""
        return any(each.verdict is not Verdict.NOT_SCORED for each in self.outcomes)


class Subject(Frozen):
    """What was evaluated: the deployment, and digests of all that decides how it serves."""

    deployment: str
    reasoner: str
    model: str = ""
    catalog: str = ""
    prompts: str = ""


class SuiteRun(Frozen):
    """A whole run. `problems` are cases that could not be read or played: they make the exit code 2.

    `command` is the command line that plays the same on the same again; reports add the case.
    """

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
