"""Writing to a system of record, through the ledger only: claim, call, settle; after a crash, look back."""

from collections.abc import Awaitable, Callable

from pydantic import JsonValue

from hybrid_agent.deployment import Deployment
from hybrid_agent.dialogue.facts import as_data
from hybrid_agent.records import ContradictionError, Transaction, ledger
from hybrid_agent.records.models import Effect, EffectStatus, Outcome
from hybrid_agent_tools import Idempotency, NotFound, OutcomeUnknown, Rejected, ToolError
from hybrid_agent_tools.toolbox import Result

BEGUN = (EffectStatus.EXECUTING, EffectStatus.UNKNOWN, EffectStatus.SUCCEEDED, EffectStatus.FAILED)
"""An action in one of these was claimed: it can no longer be taken back, only told."""

READ_BACK = "read back"
REJECTED = "rejected: "
"""How the ledger marks an error that the system's own rules gave."""


async def carry_out(action_id: str, deployment: Deployment) -> Effect:
    """Do an approved action, once, and return how it stands.

    Whoever loses the claim learns what became of it; one that a crash left behind is read back first. An
    effect that comes back as `unknown` or `executing` needs a person's eyes.
    """
    while True:
        async with deployment.records.write() as tx:
            claim = await ledger.claim(
                tx, action_id, worker=deployment.worker, now=deployment.clock(), lease=deployment.lease
            )
        if claim.won:
            return await _call(claim.effect, deployment)
        standing = await look_back(claim.effect, deployment)
        if standing.status is not EffectStatus.APPROVED:
            return standing


async def how_it_stands(action_id: str, deployment: Deployment) -> Effect:
    """What became of an action, read back if a crash left it behind; it is not done now."""
    async with deployment.records.read() as connection:
        standing = await ledger.require(connection, action_id)
    return await look_back(standing, deployment)


async def look_back(effect: Effect, deployment: Deployment) -> Effect:
    """Find out by reading back how an abandoned write ended; while its lease runs it is left alone.

    A write that surely did not happen is cleared for one more claim with the same idempotency key. Not so
    one that is `unknown`: it is with a person, who may have done it by other means.
    """
    if not _abandoned(effect, deployment):
        return effect
    try:
        found = await _found(effect, deployment)
    except ToolError as error:
        return await _doubted(effect, str(error), deployment)
    if found is not None:
        outcome = ledger.succeeded(_data(found, deployment))
        return await _reconciled(effect, outcome, READ_BACK, deployment)
    if not _repeatable(effect, deployment):
        return await _doubted(effect, "it cannot be told whether it happened", deployment)
    how = f"{READ_BACK}: it did not happen"
    return await _entered(
        effect,
        lambda tx: ledger.rearm(tx, effect, by=deployment.worker, how=how, now=deployment.clock()),
        deployment,
    )


def _abandoned(effect: Effect, deployment: Deployment) -> bool:
    if effect.status is EffectStatus.UNKNOWN:
        return True
    over = effect.claimed_until is None or effect.claimed_until <= deployment.clock()
    return effect.status is EffectStatus.EXECUTING and over


def _repeatable(effect: Effect, deployment: Deployment) -> bool:
    """Whether a late first attempt cannot add to a second one."""
    operation = deployment.toolbox.operations[effect.operation]
    return effect.status is EffectStatus.EXECUTING and operation.idempotency is not Idempotency.NONE


async def _call(effect: Effect, deployment: Deployment) -> Effect:
    outcome = await _outcome(effect, deployment)
    standing = await _entered(
        effect,
        lambda tx: ledger.settle(tx, effect.id, outcome, worker=deployment.worker, now=deployment.clock()),
        deployment,
    )
    if (standing.status, outcome.status) == (EffectStatus.UNKNOWN, EffectStatus.SUCCEEDED):
        return await _reconciled(standing, outcome, "the answer came late", deployment)
    return standing


async def _outcome(effect: Effect, deployment: Deployment) -> Outcome:
    try:
        result = await deployment.toolbox.write(
            effect.operation, effect.arguments, customer_id=effect.customer_id, key=effect.key
        )
    except OutcomeUnknown as error:
        return await _asked_again(effect, error, deployment)
    except ToolError as error:
        return ledger.failed(failure(error))
    return ledger.succeeded(_data(result, deployment))


async def _asked_again(effect: Effect, error: ToolError, deployment: Deployment) -> Outcome:
    """Once, at once: a write whose answer was lost has often happened. Not found is not yet proof of no."""
    try:
        found = await _found(effect, deployment)
    except ToolError:
        found = None
    return ledger.unknown(str(error)) if found is None else ledger.succeeded(_data(found, deployment))


async def _found(effect: Effect, deployment: Deployment) -> Result:
    return await deployment.toolbox.read_back(
        effect.operation, effect.arguments, customer_id=effect.customer_id, key=effect.key
    )


async def _doubted(effect: Effect, why: str, deployment: Deployment) -> Effect:
    if effect.status is EffectStatus.UNKNOWN:
        return effect
    return await _reconciled(effect, ledger.unknown(why), READ_BACK, deployment)


async def _reconciled(effect: Effect, outcome: Outcome, how: str, deployment: Deployment) -> Effect:
    return await _entered(
        effect,
        lambda tx: ledger.reconcile(
            tx, effect, outcome, by=deployment.worker, how=how, now=deployment.clock()
        ),
        deployment,
    )


async def _entered(
    effect: Effect, change: Callable[[Transaction], Awaitable[Effect]], deployment: Deployment
) -> Effect:
    """The effect after a change; where another worker was first, as that one left it."""
    try:
        async with deployment.records.write() as tx:
            return await change(tx)
    except ContradictionError:
        async with deployment.records.read() as connection:
            return await ledger.require(connection, effect.id)


def _data(result: Result, deployment: Deployment) -> JsonValue:
    return as_data(result, deployment.catalog.timezone)


def failure(error: ToolError) -> str:
    """Why a write did not happen; REJECTED begins what the system's own rules said."""
    kind = REJECTED if isinstance(error, Rejected | NotFound) else "failed: "
    return f"{kind}{error.message} {error.advice}"
