"""What a client may send with a run: a customer's words, or a person's decisions, and nothing that steers it.

The server stores a run as it was sent before any node sees it: so it is screened and rewritten here.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Final
from uuid import UUID, uuid4, uuid5

from langgraph_sdk import Auth

from hybrid_agent.caller import Caller, Kind
from hybrid_agent.redaction.screen import screen_text

GRAPH: Final = "support"
"""The graph's name in `langgraph.json`."""

ASSISTANT: Final = uuid5(UUID("6ba7b821-9dad-11d1-80b4-00c04fd430c8"), GRAPH)
"""The graph's own assistant: LangGraph derives its id from the graph's name."""

MOST_MESSAGES: Final = 10
LONGEST_ID: Final = 100

FROM_SERVER: Final = frozenset(
    {
        "langgraph_auth_user",
        "langgraph_auth_user_id",
        "langgraph_auth_permissions",
        "langgraph_request_id",
        "__request_start_time_ms__",
        "__after_seconds__",
        "__otel_traceparent__",
        "__otel_tracestate__",
    }
)
"""What the server itself puts into a run's `configurable`, over whatever the client sent there."""

STREAMED: Final[Mapping[bool, tuple[str, ...]]] = MappingProxyType(
    {False: ("values", "custom"), True: ("values", "custom", "updates")}
)
"""The stream modes by whether staff asked: others carry what has not passed the guard."""


class RefusedRunError(Auth.exceptions.HTTPException):
    """The run is not made; the detail says what may not be sent, or by whom."""


def check_run(caller: Caller, run: dict[str, Any]) -> None:
    """Let the run pass with what may be in it, rewritten in place; otherwise raise RefusedRunError."""
    kwargs = run["kwargs"]
    _same_graph(run)
    _nothing_steers(run, kwargs)
    if caller.kind is Kind.STAFF:
        _decisions(kwargs)
    else:
        _words(kwargs)
    _settle_rest(run, kwargs, staff=caller.kind is Kind.STAFF)


def _same_graph(run: Mapping[str, Any]) -> None:
    if str(run.get("assistant_id")) != str(ASSISTANT):
        raise _refusal(f"runs are made with the graph {GRAPH} itself; send assistant_id {GRAPH!r}")
    if run.get("thread_id") is None:
        raise _refusal("a run needs a conversation; open a thread and run it there")
    if run.get("if_not_exists") == "create":
        raise _refusal("a run does not open conversations; POST /threads first")


def _nothing_steers(run: Mapping[str, Any], kwargs: Mapping[str, Any]) -> None:
    """The caller comes from the credential, the way through the graph from the graph."""
    if kwargs.get("context"):
        raise _refusal("context is not taken: who calls is who is signed in", status=403)
    steering = [
        name
        for name in ("interrupt_before", "interrupt_after", "webhook", "temporary", "feedback_keys")
        if kwargs.get(name)
    ]
    config = kwargs.get("config") or {}
    steering += sorted(set(config.get("configurable") or {}) - FROM_SERVER)
    if steering:
        raise _refusal(f"may not be sent with a run: {', '.join(steering)}", status=403)
    if run.get("multitask_strategy") not in (None, "enqueue", "reject"):
        raise _refusal("a run waits for the one before it; send multitask_strategy 'enqueue'")
    if run.get("after_seconds"):
        raise _refusal("runs are not put off; leave out after_seconds")


def _words(kwargs: dict[str, Any]) -> None:
    """A customer sends new messages, each of which is kept as its screened text."""
    if kwargs.get("command"):
        raise _refusal("only staff decide; customers send messages", status=403)
    given = kwargs.get("input")
    messages = given.get("messages") if isinstance(given, dict) and set(given) == {"messages"} else None
    if not isinstance(messages, list) or not 1 <= len(messages) <= MOST_MESSAGES:
        raise _refusal(f"input must be {{'messages': [...]}} with 1 to {MOST_MESSAGES} messages")
    kwargs["input"] = {"messages": [_screened(each) for each in messages]}


def _screened(message: object) -> dict[str, Any]:
    """One message of a customer, with an id under which a run that is tried again is the same message.

    Raises RefusedRunError where it is anything else.
    """
    if not isinstance(message, dict) or (message.get("type") or message.get("role")) not in ("human", "user"):
        raise _refusal("a message must be {'type': 'human', 'content': ..., 'id': ...}")
    named = message.get("id")
    if named is not None and not (isinstance(named, str) and 0 < len(named) <= LONGEST_ID):
        raise _refusal(f"a message's id must be text of at most {LONGEST_ID} characters")
    kept = screen_text(named or "").text or str(uuid4())
    return {"type": "human", "content": screen_text(_text(message.get("content"))).text, "id": kept}


def _text(content: object) -> str:
    if isinstance(content, str):
        return content
    blocks = content if isinstance(content, list) else [None]
    texts = [each.get("text") for each in blocks if isinstance(each, dict) and each.get("type") == "text"]
    if len(texts) != len(blocks) or not all(isinstance(each, str) for each in texts):
        raise _refusal("a message's content must be text; files and pictures are not taken")
    return "\n".join(map(str, texts))


def _decisions(kwargs: Mapping[str, Any]) -> None:
    """Staff resume a pause with decisions, or send no message, which presents a lost pause again."""
    command, given = kwargs.get("command"), kwargs.get("input")
    if command:
        if given is not None or {name for name, each in command.items() if each is not None} != {"resume"}:
            raise _refusal("staff resume a pause, and send nothing else with it", status=403)
    elif given != {"messages": []}:
        raise _refusal(
            "staff decide here, and write on the console; send command {'resume': ...}", status=403
        )


def _settle_rest(run: dict[str, Any], kwargs: dict[str, Any], *, staff: bool) -> None:
    """At another durability the input would be kept as it came; metadata and tags would be anybody's words,
    and a limit on steps would stop the graph wherever the client likes.

    The request's id goes with the run, for whoever reads its logs and traces. The configuration is changed in
    place: the server makes the run with the one that it had before we were asked.
    """
    kwargs["durability"], kwargs["checkpoint_during"] = "exit", False
    asked = kwargs.get("stream_mode") or []
    kwargs["stream_mode"] = [each for each in asked if each in STREAMED[staff]] or ["values"]
    config = kwargs["config"] = kwargs.get("config") or {}
    configurable = config.get("configurable") or {}
    config.clear()
    config["configurable"] = configurable
    config["metadata"] = {"request_id": configurable.get("langgraph_request_id")}
    if isinstance(run.get("metadata"), dict):
        run["metadata"].clear()


def _refusal(what: str, *, status: int = 422) -> RefusedRunError:
    return RefusedRunError(status_code=status, detail=what)
