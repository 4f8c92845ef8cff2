"""Weakening how an intent is served: who may have it, what is known for it, what the bot does alone."""

from collections.abc import Iterator

from hybrid_agent.catalog.models import Autonomy, Intent, Scope
from hybrid_agent_evals.mutating.changes import Change
from hybrid_agent_evals.mutating.loosening import without_lines
from hybrid_agent_evals.mutating.operators.rulings import same_rulings
from hybrid_agent_evals.mutating.operators.wording import never_looked_up, said, short
from hybrid_agent_evals.mutating.sites import GONE, Site


def intents_removed(site: Site) -> Iterator[Change]:
    """Each intent taken out: what customers then want is taken for something else."""
    for name, intent in site.value.items():
        kind = "a refusal deleted" if intent.refuse else "an intent deleted"
        yield Change(
            kind,
            (*site.place, name),
            GONE,
            f"the intent {name} is not there any more",
            f"someone asks for {name} ({intent.title}) in words of their own",
        )


def refusal_answered(site: Site) -> Iterator[Change]:
    """A wish that is refused, looked up in the help centre instead."""
    if site.value is None or not isinstance(site.owner, Intent):
        return
    tags = {tag for each in site.catalog.intents.values() if each.knowledge for tag in each.knowledge.tags}
    answered = site.owner.model_copy(update={"refuse": None, "knowledge": Scope(tags=tuple(sorted(tags)))})
    yield Change(
        "a refusal deleted",
        site.place[:-1],
        answered,
        f"{site.part}: it is not refused, the help centre answers",
        "someone asks for it and is refused, with no source and no hand-off",
    )


def autonomy_raised(site: Site) -> Iterator[Change]:
    """Every higher autonomy."""
    levels, intent = list(Autonomy), site.owner
    if not isinstance(intent, Intent) or intent.action is None:
        return
    for level in levels[levels.index(site.value) + 1 :]:
        yield Change(
            "autonomy raised",
            site.place,
            level,
            f"{site.part}: autonomy is {level}, not {site.value}",
            "the action with its happy path: nothing is done before the customer or staff agreed",
            equivalent=same_rulings(site, intent, intent.model_copy(update={"autonomy": level})),
        )


def without_sign_in(site: Site) -> Iterator[Change]:
    """Served without an account."""
    if site.value and isinstance(site.owner, Intent) and site.owner.refuse is None:
        yield Change(
            "sign-in dropped",
            site.place,
            False,
            f"{site.part}: it is served without an account",
            "someone who is not signed in asks for it and must sign in first",
        )


def slots_removed(site: Site) -> Iterator[Change]:
    """Each slot no longer asked for."""
    for number, name in enumerate(site.value):
        yield Change(
            "a slot removed",
            (*site.place, number),
            GONE,
            f"{site.part}: {name} is not asked for",
            f"someone asks for it without {name}, and is asked for it",
        )


def candidates_widened(site: Site) -> Iterator[Change]:
    """What counts for a slot, without the intent's own condition or without a line of it."""
    for name, condition in site.value.items():
        place = (*site.place, name)
        catch = f"a customer who has just one {name} where {said(condition)}, and others that are not so"
        yield Change("candidates widened", place, {}, f"{site.part}: any record counts for {name}", catch)
        yield Change(
            "candidates removed", place, GONE, f"{site.part}: for {name} the slot's own rule counts", catch
        )
        for looser, words in without_lines(condition):
            yield Change("candidates widened", place, looser, f"{site.part}: {name} {words}", catch)


def reads_removed(site: Site) -> Iterator[Change]:
    """Each read not done."""
    for name, read in site.value.items():
        yield Change(
            "a read removed",
            (*site.place, name),
            GONE,
            f"{site.part}: {name} ({read.operation}) is not looked up",
            f"the intent with `reads: [{read.operation}]`",
        )


def knowledge_removed(site: Site) -> Iterator[Change]:
    """The help centre not asked."""
    if site.value is not None:
        yield Change(
            "knowledge removed",
            site.place,
            None,
            f"{site.part}: the help centre is not looked into",
            "the intent with the title that is cited",
            equivalent=never_looked_up(site),
        )


def action_removed(site: Site) -> Iterator[Change]:
    """Nothing done."""
    if site.value is not None:
        yield Change(
            "an action removed",
            site.place,
            None,
            f"{site.part}: {site.value.operation} is not done",
            "the action with its happy path and what is written",
        )


def escalations_removed(site: Site) -> Iterator[Change]:
    """Each reason to bring in a person taken away."""
    for number, rule in enumerate(site.value):
        yield Change(
            "an escalation removed",
            (*site.place, number),
            GONE,
            f"{site.part}: nobody is brought in for {rule.reason} where {said(rule.when)}",
            f"someone asks for it where {said(rule.when)}, and a person gets it for {rule.reason}",
        )


def answers_removed(site: Site) -> Iterator[Change]:
    """Each answer that always holds taken away, where nothing else does."""
    for number, answer in enumerate(site.value):
        if not answer.when:
            yield Change(
                "an answer removed",
                (*site.place, number),
                GONE,
                f"{site.part}: {short(answer.say)} is not said",
                "the intent where no other answer fits, with what is told",
            )
