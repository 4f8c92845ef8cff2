"""Many simulated conversations, in parallel, in the order of their numbers."""

from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from hybrid_agent.chat_model import ModelSettings
from hybrid_agent.frozen import Frozen
from hybrid_agent_evals.simulating.acting.performing import perform
from hybrid_agent_evals.simulating.conversing import Errand, Simulated, simulate
from hybrid_agent_evals.suite.attending import Lost
from hybrid_agent_evals.suite.opening import Opening
from hybrid_agent_evals.suite.pool import each_of
from hybrid_agent_evals.suite.results import Subject
from hybrid_agent_evals.suite.subject import subject_of
from hybrid_agent_evals.suite.whole import worthwhile


@dataclass(frozen=True, slots=True)
class Plan:
    """What is simulated, on what: `numbers` of personas drawn from `seed`; the rest as for an errand.

    `player` is a model that plays the personas, if one does; `seconds` are the longest that one conversation
    may take; `command` holds one of them again.
    """

    opening: Opening
    numbers: Sequence[int]
    seed: int = 0
    words: Path | None = None
    at: datetime | None = None
    shop: Path | None = None
    workers: int | None = None
    seconds: float = 60.0
    masked: bool = True
    player: ModelSettings | None = None
    command: str = "hybrid-agent eval simulate"


class Simulation(Frozen):
    """A whole run; `problems`, which make the exit code 2, are of conversations not held, or not scored."""

    subject: Subject
    seed: int
    conversations: tuple[Simulated, ...]
    problems: tuple[str, ...] = ()

    @property
    def exit_code(self) -> int:
        """0: the bot never did what it may not; 1: it did; 2: one could not be held or scored."""
        return 2 if self.problems else int(any(each.broken for each in self.conversations))


def errand_of(plan: Plan, number: int) -> Errand:
    """What one persona of the plan is to do."""
    return Errand(plan.seed, number, plan.words, plan.at, plan.shop, plan.masked, plan.player)


def run(plan: Plan, tell: Callable[[int, int], None] = lambda done, of: None) -> Simulation:
    """Hold the conversations; `tell` hears how many are done. Raises ConfigurationError."""
    errands = [errand_of(plan, number) for number in plan.numbers]
    workers = plan.workers or worthwhile(len(errands), patient=bool(plan.opening.model or plan.player))
    held, problems = list[Simulated](), list[str]()
    made = each_of(
        plan.opening, perform if plan.player else simulate, errands, workers=workers, seconds=plan.seconds
    )
    with closing(made):
        for done, (errand, each) in enumerate(zip(errands, made, strict=True), 1):
            if isinstance(each, Lost):
                problems.append(f"conversation {errand.number}: {each.why}")
            else:
                held.append(each)
                problems += [f"conversation {errand.number}: {problem}" for problem in each.unscored]
            tell(done, len(errands))
    return Simulation(
        subject=subject_of(plan.opening),
        seed=plan.seed,
        conversations=tuple(held),
        problems=tuple(problems),
    )
