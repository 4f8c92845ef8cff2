"""Asking within limits: time-outs, the circuit breaker, the turn's budget; each try is recorded."""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, TypeVar

from hybrid_agent.chat_model.errors import Failure, Feature, ModelError
from hybrid_agent.chat_model.metering import Budget, Meter, meter
from hybrid_agent.chat_model.model import ChatModel
from hybrid_agent.chat_model.reading import Spent, estimate
from hybrid_agent.chat_model.retrying import retrying
from hybrid_agent.usage import Call
from hybrid_agent_prompts import Filled

if TYPE_CHECKING:
    from langchain_core.language_models import BaseChatModel

T = TypeVar("T")

UNHEARD: Final = (Failure.UNREACHABLE, Failure.UNAUTHORISED, Failure.UNKNOWN_MODEL, Failure.RATE_LIMITED)
"""Outcomes in which no model worked, so that nothing was spent."""

OPTIONAL: Final = frozenset({Feature.LOGPROBS, Feature.OUTPUT_LIMIT, Feature.STREAMED_USAGE})
"""What a request can do without and still be the same request."""

_LIMITS: Final = ("max_tokens", "max_output_tokens", "num_predict", "max_new_tokens")
_LEAST_ANSWER: Final = 16


@dataclass(frozen=True, slots=True)
class Errand:
    """One thing asked of a model: which one, with which prompt, what for."""

    model: ChatModel
    prompt: Filled
    purpose: str
    logprobs: bool = False
    streamed: bool = False

    @property
    def tokens_in(self) -> int:
        """About how many tokens the prompt has."""
        return estimate(self.prompt.system) + estimate(self.prompt.user)


@dataclass(slots=True)
class Trial:
    """One attempt under way: the LangChain model to use, until when, and what came of it.

    `short`: the turn's budget ends it before a call's own time-out would.
    """

    client: "BaseChatModel"
    deadline: float
    short: bool = False
    spent: Spent | None = None
    outcome: str = "ok"


@asynccontextmanager
async def trial(errand: Errand) -> AsyncIterator[Trial]:
    """One metered attempt. Raises ModelError for whatever the client raises, or where the budget is spent."""
    metering = meter()
    left = _affordable(errand, metering)
    timeout = errand.model.limits.timeout
    seconds = min(timeout, left.seconds) if left else timeout
    until = asyncio.get_running_loop().time() + seconds
    running = Trial(_tuned(errand, left), until, short=seconds < timeout)
    began = time.perf_counter()
    try:
        yield running
    except ModelError as error:
        running.outcome = error.kind
        raise
    except GeneratorExit:
        running.outcome = "closed"
        raise
    except asyncio.CancelledError:
        running.outcome = "cancelled"
        if not _is_our_own():
            running.outcome = Failure.UNREACHABLE
            message = f"{errand.model.name} broke off"
            raise ModelError(Failure.UNREACHABLE, message, transient=True) from None
        raise
    except Exception as raised:
        failure = _failure(raised, errand, running)
        running.outcome = failure.kind
        raise failure from None
    finally:
        metering.add(_call(errand, running, (time.perf_counter() - began) * 1000))


async def persist(errand: Errand, once: Callable[[], Awaitable[T]]) -> T:
    """Do `once`, and again after transient failures, or without a part of the request that is refused.

    Raises ModelError.
    """
    with errand.model.memory.breaker.watching(errand.model.name):
        return await insist(errand, once)


async def insist(errand: Errand, once: Callable[[], Awaitable[T]]) -> T:
    """As `persist`, for who watches by the circuit breaker already."""

    async def attempt() -> T:
        return await once()

    while True:
        try:
            return await retrying(errand.model.limits)(attempt)
        except ModelError as error:
            if error.refused not in OPTIONAL or not errand.model.memory.refuse(error.refused):
                raise


def offers_tokens(model: ChatModel) -> bool:
    """Whether token log-probabilities can be asked for: the model's class and its server know them."""
    known = "logprobs" in type(model.clients.here()).model_fields
    return known and Feature.LOGPROBS not in model.memory.refused


async def before(deadline: float, answer: Awaitable[T]) -> T:
    """The answer, if it is there before the loop's clock shows `deadline`; raises TimeoutError."""
    async with asyncio.timeout_at(deadline):
        return await answer


def config() -> Any:
    """How LangChain runs a call: nothing goes into LangGraph's stream, since no guard has seen it yet."""
    return {"tags": ["nostream"]}


def messages(prompt: Filled) -> list[tuple[str, str]]:
    """The prompt as LangChain takes it."""
    return [("system", prompt.system), ("user", prompt.user)]


def _affordable(errand: Errand, metering: Meter) -> Budget | None:
    left = metering.left()
    needed = errand.tokens_in + _LEAST_ANSWER
    if left is not None and (left.spent or left.tokens < needed):
        message = f"the turn's budget for {errand.model.name} is spent"
        raise ModelError(Failure.OVER_BUDGET, message)
    return left


def _tuned(errand: Errand, left: Budget | None) -> "BaseChatModel":
    client, refused = errand.model.clients.here(), errand.model.memory.refused
    fields = type(client).model_fields
    changes: dict[str, Any] = {} if errand.streamed else {"disable_streaming": True}
    if errand.logprobs and "logprobs" in fields and Feature.LOGPROBS not in refused:
        changes["logprobs"] = True
    if errand.streamed and "stream_usage" in fields:
        changes["stream_usage"] = Feature.STREAMED_USAGE not in refused
    limit = next((name for name in _LIMITS if name in fields), None)
    if limit is not None and Feature.OUTPUT_LIMIT not in refused:
        most = getattr(client, limit) or errand.model.limits.output_tokens
        changes[limit] = min(most, left.tokens - errand.tokens_in) if left else most
    return client.model_copy(update=changes)


def _failure(raised: Exception, errand: Errand, running: Trial) -> ModelError:
    from hybrid_agent.chat_model.failing import failure_of

    if running.short and isinstance(raised, TimeoutError):
        message = f"the turn's time for {errand.model.name} ran out"
        return ModelError(Failure.OVER_BUDGET, message)
    return failure_of(raised, errand.model.name)


def _is_our_own() -> bool:
    task = asyncio.current_task()
    return task is not None and task.cancelling() > 0


def _call(errand: Errand, running: Trial, ms: float) -> Call:
    prompt, prices = errand.prompt, errand.model.prices
    unheard = Spent(0, 0) if running.outcome in UNHEARD else Spent(errand.tokens_in, 0, estimated=True)
    spent = running.spent or unheard
    return Call(
        purpose=errand.purpose,
        model=errand.model.name,
        prompt=f"{prompt.name}@{prompt.digest[:12]}",
        tokens_in=spent.tokens_in,
        tokens_out=spent.tokens_out,
        estimated=spent.estimated,
        ms=ms,
        cost=prices.cost(spent.tokens_in, spent.tokens_out) if prices else None,
        outcome=running.outcome,
    )
