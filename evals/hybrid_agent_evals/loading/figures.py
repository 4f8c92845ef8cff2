"""What was measured, as figures with the issue's aims."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from hybrid_agent_evals.loading.agents import Decision
from hybrid_agent_evals.loading.checking import Kept
from hybrid_agent_evals.loading.customers import CUT, FAILED, Sent, Visitor
from hybrid_agent_evals.loading.lines import Run
from hybrid_agent_evals.loading.memory import Sample, growth
from hybrid_agent_evals.loading.plan import Bounds, Plan
from hybrid_agent_evals.speed.report import Aim, Figure, Report, percentile

UNANSWERED = frozenset({FAILED, CUT, "None"})

NOTES = (
    "Our part of a turn is the graph's own run, with what it waits for in its process; the queue is the",
    "development server's. A decision's time is from the agent's request to the customer's page.",
)


@dataclass(frozen=True, slots=True)
class Crowd:
    """What came of everybody: the inbox in milliseconds, before the crowd and while it was there."""

    sent: Sequence[Sent]
    decisions: Sequence[Decision]
    inbox: Sequence[float]
    inbox_cpu: float
    inbox_busy: Sequence[float]
    memory: Sequence[Sample]
    kept: Kept
    visitors: Sequence[Visitor]


def report(plan: Plan, bounds: Bounds, crowd: Crowd, runs: Mapping[str, Run], kept_mb: float) -> Report:
    """The figures; `met` is false where a bound is missed. LangGraph's own store has `kept_mb` megabytes."""
    return Report(
        (
            *_turns(bounds, crowd, runs),
            *_messages(bounds, crowd),
            *_decisions(bounds, crowd, runs),
            *_inbox(plan, bounds, crowd),
            *_process(bounds, crowd, kept_mb),
        ),
        NOTES,
    )


def missed(measured: Report) -> list[str]:
    """The figures that miss their aims."""
    return [
        f"{each.part}: {each.name}"
        for each in measured.figures
        if each.aim is not None and not each.aim.met(each.value)
    ]


def _turns(bounds: Bounds, crowd: Crowd, runs: Mapping[str, Run]) -> list[Figure]:
    part, known = "turns", [runs[each.id] for each in crowd.sent if each.id in runs]
    ended = Counter(each.status for each in crowd.sent)
    unanswered = sum(count for status, count in ended.items() if status in UNANSWERED or "HTTP" in status)
    return [
        Figure(part, "sent", len(crowd.sent), ""),
        Figure(part, "not answered", unanswered, "", Aim(0)),
        *_spread(part, "our part", [each.ours for each in known], bounds.turn_ms),
        *_spread(part, "the server's queue", [each.queued for each in known]),
        *_spread(part, "round trip", [each.ms for each in crowd.sent]),
    ]


def _messages(bounds: Bounds, crowd: Crowd) -> list[Figure]:
    part, found = "messages", crowd.kept
    again = sum(max(0, each.page.opened - 1) for each in crowd.visitors)
    return [
        Figure(part, "in all transcripts", found.messages, ""),
        Figure(part, "sent and not in the transcript", found.not_stored, "", Aim(bounds.lost)),
        Figure(part, "in the transcript and not on the page", found.not_shown, "", Aim(bounds.lost)),
        Figure(part, "more than once", found.doubled, "", Aim(bounds.lost)),
        Figure(part, "pages opened again", again, ""),
    ]


def _decisions(bounds: Bounds, crowd: Crowd, runs: Mapping[str, Run]) -> list[Figure]:
    part = "decisions"
    told = [each for each in crowd.decisions if each.seconds is not None]
    queued = {each.request: runs[each.request].queued / 1000 for each in told if each.request in runs}
    ours = [each.seconds - queued[each.request] for each in told if each.seconds and each.request in queued]
    return [
        Figure(part, "made", len(crowd.decisions), ""),
        Figure(part, "never on the customer's page", len(crowd.decisions) - len(told), "", Aim(0)),
        *_spread(part, "to the page, beyond the queue", ours, bounds.decision_s, "s"),
        *_spread(part, "the server's queue", list(queued.values()), unit="s"),
    ]


def _inbox(plan: Plan, bounds: Bounds, crowd: Crowd) -> list[Figure]:
    part = f"inbox page, {plan.cases:,} cases"
    return [
        *_spread(part, "alone", crowd.inbox, bounds.inbox_ms),
        Figure(part, "alone, processor time", crowd.inbox_cpu, "ms"),
        *_spread(part, "while customers chat", crowd.inbox_busy),
    ]


def _process(bounds: Bounds, crowd: Crowd, kept_mb: float) -> list[Figure]:
    if not crowd.memory:
        return []
    part, sizes = "the server's process", [each.mb for each in crowd.memory]
    took = crowd.memory[-1].cpu - crowd.memory[0].cpu
    return [
        Figure(part, "processor time, all in all, a turn", took * 1000 / max(1, len(crowd.sent)), "ms"),
        Figure(part, "memory at the beginning", sizes[0], "MB"),
        Figure(part, "memory at the end", sizes[-1], "MB"),
        Figure(part, "LangGraph's own store of conversations", kept_mb, "MB"),
        Figure(part, "growth of memory, second half", growth(crowd.memory), "MB/min", Aim(bounds.growth_mb)),
    ]


def _spread(
    part: str, name: str, values: Sequence[float], bound: float | None = None, unit: str = "ms"
) -> list[Figure]:
    """The median and the 95th percentile; a bound is for the latter."""
    if not values:
        return []
    aim = None if bound is None else Aim(bound)
    return [
        Figure(part, f"{name}, p50", percentile(values, 0.5), unit),
        Figure(part, f"{name}, p95", percentile(values, 0.95), unit, aim),
    ]
