"""The first lines of every report."""

from hybrid_agent_evals.reports.figures import figures
from hybrid_agent_evals.suite.results import SuiteRun

MASKED = "Personal data is replaced by its kind, such as [email]; --unmasked shows it."


def headline(run: SuiteRun) -> str:
    """How many passed, in a sentence."""
    total = figures(run.results).total
    passed = f"{total.passed} of {total.scored} conversations passed"
    parts = [passed if run.results else "nothing was played"]
    if total.not_scored:
        parts.append(f"{total.not_scored} could not be scored")
    if run.problems:
        parts.append(f"{len(run.problems)} {'problem' if len(run.problems) == 1 else 'problems'}")
    return ", ".join(parts)


def subject_line(run: SuiteRun) -> str:
    """What was evaluated, and how."""
    subject = run.subject
    model = f", {subject.model}" if subject.model else ""
    repeats = f", {run.repeats} repeats" if run.repeats > 1 else ""
    return f"{subject.deployment}: {subject.reasoner} reasoner{model}, seed {run.seed}{repeats}"
