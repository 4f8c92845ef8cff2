"""Writing to a system of record, through the ledger only: claim, call, settle; after a crash, read back."""

from pydantic import JsonValue

from hybrid_agent.deployment import Deployment
from hybrid_agent.dialogue.facts import as_data
from hybrid_agent.records import Transaction, ledger
from hybrid_agent.records.models import Effect, EffectStatus, Outcome
from hybrid_agent_tools import NotFound, OutcomeUnknown, Rejected, ToolError
from hybrid_agent_tools.toolbox import Result

FINAL = (EffectStatus.SUCCEEDED, EffectStatus.FAILED, EffectStatus.DROPPED)


async def carry_out(action_id: str, deployment: Deployment) -> Effect:
    """Do an approved action, once, and return how it stands.

    Whoever loses the claim learns what became of it; one that a crash left behind is read back first. An
    effect that comes back as `unknown` or `executing` needs a person's eyes.
    """
    async with deployment.records.write() as tx:
        claim = await ledger.claim(
            tx, action_id, worker=deployment.worker, now=deployment.clock(), lease=deployment.lease
        )
    if claim.won:
        return await _call(claim.effect, deployment)
    if claim.effect.status in (EffectStatus.EXECUTING, EffectStatus.UNKNOWN):
        return await reconcile(claim.effect, deployment)
    return claim.effect


async def reconcile(effect: Effect, deployment: Deployment) -> Effect:
    """Find out by reading back how an abandoned write ended; while its lease runs it is left alone.

    A write that surely did not happen is cleared for one more claim with the same idempotency key.
    """
    now = deployment.clock()
    running = effect.claimed_until is not None and effect.claimed_until > now
    if effect.status is EffectStatus.EXECUTING and running and effect.claimed_by != deployment.worker:
        return effect
    try:
        found = await deployment.toolbox.read_back(
            effect.operation, effect.arguments, customer_id=effect.customer_id, key=effect.key
        )
    except ToolError as error:
        return await _enter_found(effect, ledger.unknown(str(error)), deployment)
    if found is not None:
        return await _enter_found(effect, ledger.succeeded(_data(found, deployment)), deployment)
    async with deployment.records.write() as tx:
        await ledger.rearm(tx, effect, by=deployment.worker, how="read back: it did not happen", now=now)
    return await carry_out(effect.id, deployment)


async def _call(effect: Effect, deployment: Deployment) -> Effect:
    try:
        result = await deployment.toolbox.write(
            effect.operation, effect.arguments, customer_id=effect.customer_id, key=effect.key
        )
        outcome = ledger.succeeded(_data(result, deployment))
    except OutcomeUnknown as error:
        outcome = await _read_back(effect, error, deployment)
    except ToolError as error:
        outcome = ledger.failed(failure(error))
    async with deployment.records.write() as tx:
        return await _settle(tx, effect, outcome, deployment)


async def _read_back(effect: Effect, error: ToolError, deployment: Deployment) -> Outcome:
    """Once, at once: a write whose answer was lost has often happened. Not found is not yet proof of no."""
    try:
        found = await deployment.toolbox.read_back(
            effect.operation, effect.arguments, customer_id=effect.customer_id, key=effect.key
        )
    except ToolError:
        found = None
    return ledger.unknown(str(error)) if found is None else ledger.succeeded(_data(found, deployment))


async def _settle(tx: Transaction, effect: Effect, outcome: Outcome, deployment: Deployment) -> Effect:
    return await ledger.settle(tx, effect.id, outcome, worker=deployment.worker, now=deployment.clock())


async def _enter_found(effect: Effect, outcome: Outcome, deployment: Deployment) -> Effect:
    async with deployment.records.write() as tx:
        return await ledger.reconcile(
            tx, effect, outcome, by=deployment.worker, how="read back", now=deployment.clock()
        )


def _data(result: Result, deployment: Deployment) -> JsonValue:
    return as_data(result, deployment.catalog.timezone)


def failure(error: ToolError) -> str:
    """Why a write did not happen; `rejected: ` begins what the system's own rules said."""
    rejected = isinstance(error, Rejected | NotFound)
    return f"{'rejected' if rejected else 'failed'}: {error.message} {error.advice}"
