"""Conversations on a LangGraph server, over its own API: this process's, or another's at an address."""

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final
from uuid import UUID

from hybrid_agent.serving.access.door import GRAPH
from hybrid_agent.serving.errors import (
    BadRequestError,
    InvalidCredentialError,
    NoSuchThreadError,
    NotAllowedError,
    ServerUnavailableError,
    ServingError,
    TooManyRequestsError,
)
from hybrid_agent.serving.people import Person
from hybrid_agent.serving.threads import Ran
from hybrid_agent.serving.web.correlation import HEADER, request_id

if TYPE_CHECKING:
    import httpx
    from langgraph_sdk.client import LangGraphClient

IN_PROCESS: Final = "http://in-process"
CONNECTS: Final = 5.0
"""Seconds until a server that does not answer is given up."""

NOTHING_WAITS: Final = "Nothing in this conversation waits for a decision."
PRESENT_AGAIN: Final[Mapping[str, Any]] = {"messages": []}
"""The input of a run in which staff have a pause presented again that a later message discarded."""

REFUSALS: Final[Mapping[int, type[ServingError]]] = {
    400: BadRequestError,
    401: InvalidCredentialError,
    403: NotAllowedError,
    404: NoSuchThreadError,
    422: BadRequestError,
    429: TooManyRequestsError,
}


@dataclass(frozen=True, slots=True, eq=False)
class OnLangGraph:
    """The conversations of a LangGraph server, each call made with the credential of whoever asks.

    `hybrid_agent.serving.threads.Threads` says what each call does.
    """

    client: "LangGraphClient"

    async def open(self, person: Person) -> str:
        async with _told("The conversation"):
            made = await self.client.threads.create(headers=_as(person))
            return str(made["thread_id"])

    async def send(self, thread: str, text: str, message_id: str, person: Person) -> AsyncIterator[str | Ran]:
        said: dict[str, Any] = {"messages": [{"type": "human", "content": text, "id": message_id}]}
        shown, last = "", dict[str, Any]()
        async with _told(thread):
            run = self.client.runs.stream(
                _known(thread),
                GRAPH,
                input=said,
                stream_mode=["custom", "values"],
                multitask_strategy="enqueue",
                on_disconnect="continue",
                stream_resumable=True,
                headers=_as(person),
            )
            async for part in run:
                if part.event == "error":
                    raise ServerUnavailableError("Your message could not be served. Please send it again.")
                if part.event == "values":
                    last = last | part.data
                elif part.event == "custom" and part.data["reply"].startswith(shown):
                    yield part.data["reply"][len(shown) :]
                    shown = part.data["reply"]
        whole = (last.get("reply") or {}).get("text", "")
        if whole.startswith(shown) and whole != shown:
            yield whole[len(shown) :]
        yield _ran(last)

    async def decide(self, thread: str, decisions: Sequence[Mapping[str, Any]], person: Person) -> Ran:
        async with _told(thread):
            if not await self._paused(_known(thread), person):
                return Ran(output={}, notices=(NOTHING_WAITS,))
            return await self._run(thread, person, command={"resume": {"decisions": list(decisions)}})

    async def delete(self, thread: str, person: Person) -> None:
        """Remove the conversation with all of its checkpoints; one that is not there is no error."""
        try:
            async with _told(thread):
                await self.client.threads.delete(_known(thread), headers=_as(person))
        except NoSuchThreadError:
            return

    async def aclose(self) -> None:
        """Let go of connections."""
        await self.client.aclose()

    async def _paused(self, thread: str, person: Person) -> bool:
        """Whether the conversation waits for a decision; a pause that was lost is presented again."""
        state = await self.client.threads.get_state(thread, headers=_as(person))
        if any(task["interrupts"] for task in state["tasks"]):
            return True
        return bool((await self._run(thread, person, input=PRESENT_AGAIN)).interrupts)

    async def _run(self, thread: str, person: Person, **what: Any) -> Ran:
        made: Any = await self.client.runs.wait(
            thread,
            GRAPH,
            multitask_strategy="enqueue",
            on_disconnect="continue",
            raise_error=False,
            headers=_as(person),
            **what,
        )
        if "__error__" in made:
            raise ServerUnavailableError("This could not be carried out. Please try again.")
        return _ran(made)


def on_langgraph(url: str) -> OnLangGraph:
    """The conversations of the server at this address; without one, those of this process."""
    import httpx
    from langgraph_sdk.client import LangGraphClient

    timeout = httpx.Timeout(connect=CONNECTS, read=None, write=30.0, pool=CONNECTS)
    # A turn holds its connection while it waits in the server's queue: how many there are is not ours to say.
    limits = httpx.Limits(max_connections=None, max_keepalive_connections=20)
    transport = httpx.AsyncHTTPTransport(retries=1, limits=limits) if url else _in_process()
    http = httpx.AsyncClient(base_url=url or IN_PROCESS, transport=transport, timeout=timeout)
    return OnLangGraph(LangGraphClient(http))


def _in_process() -> "httpx.AsyncBaseTransport":
    """The way to the server that runs in this process; it authenticates as it does from outside."""
    import httpx
    from langgraph_api.asgi_transport import ASGITransport  # type: ignore[import-untyped]
    from starlette.types import Receive, Scope, Send

    from hybrid_agent.serving.web import limits

    async def server(scope: Scope, receive: Receive, send: Send) -> None:
        # It imports us while it starts.
        from langgraph_api.server import app  # type: ignore[import-untyped]

        await app({**scope, limits.IN_PROCESS: True}, receive, send)

    transport: httpx.AsyncBaseTransport = ASGITransport(server, raise_app_exceptions=False)
    return transport


@asynccontextmanager
async def _told(thread: str) -> AsyncIterator[None]:
    """What LangGraph's API refuses or cannot do, in our errors."""
    import httpx

    try:
        yield
    except httpx.HTTPStatusError as error:
        refusal = REFUSALS.get(error.response.status_code)
        if refusal is NoSuchThreadError:
            raise NoSuchThreadError(f"There is no conversation {thread}.") from error
        if refusal is not None:
            raise refusal(_detail(error.response)) from error
        raise ServerUnavailableError("The conversations cannot be reached just now.") from error
    except httpx.HTTPError as error:
        raise ServerUnavailableError("The conversations cannot be reached just now.") from error


def _detail(response: "httpx.Response") -> str:
    """What the API says is wrong, if its answer was read and is its own."""
    try:
        return str(response.json()["detail"])
    except (RuntimeError, ValueError, KeyError, TypeError):
        return "LangGraph's API refused this."


def _ran(values: Mapping[str, Any]) -> Ran:
    paused = [each.get("value") or {} for each in values.get("__interrupt__", ())]
    return Ran(
        output={name: each for name, each in values.items() if name != "__interrupt__"},
        interrupts=paused,
        notices=[str(notice) for value in paused for notice in value.get("notices", ())],
    )


def _known(thread: str) -> str:
    """A thread's id as LangGraph's server has them. Raises NoSuchThreadError for what cannot be one."""
    try:
        return str(UUID(thread))
    except ValueError:
        raise NoSuchThreadError(f"There is no conversation {thread}.") from None


def _as(person: Person) -> dict[str, str]:
    known = {HEADER: request_id()} if request_id() else {}
    return {"Authorization": f"Bearer {person.credential}", **known}
