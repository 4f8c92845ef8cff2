"""What customers get to see of LangGraph's answers: what was said, and nothing of how it came about.

LangGraph's access rules say which conversations somebody reaches, not what of them: a state holds confidence,
rules, digests and what a colleague is shown. So the answers to customers are made anew from what is theirs.
"""

from collections.abc import Callable, Mapping
from typing import Any, Final

View = Callable[[Any], Any]

SAID_BY: Final = frozenset({"human", "ai"})
OF_A_RUN: Final = (
    "run_id",
    "thread_id",
    "assistant_id",
    "status",
    "created_at",
    "updated_at",
    "multitask_strategy",
)
OF_A_THREAD: Final = ("thread_id", "created_at", "updated_at", "status")
OF_THE_START: Final = ("run_id", "attempt")
FAILED: Final = {"error": "RunFailed", "message": "The message could not be served; send it again."}


def view_of(path: str) -> View:
    """How the answer of an address under /threads is shown."""
    last = path.rstrip("/").rsplit("/", 1)[-1]
    if last in ("wait", "join"):
        return output
    if last in ("state", "history"):
        return _each(state)
    return _each(run if "/runs" in path else thread)


def event(name: str, data: Any) -> Any:
    """The data of a streamed event, None where it is not for customers."""
    match name.partition("|")[0]:
        case "values":
            return output(data)
        case "custom":
            return {"reply": data["reply"]} if isinstance(data, dict) and "reply" in data else None
        case "metadata":
            return _part(data, OF_THE_START)
        case "error":
            return FAILED
        case _:
            return None


def output(values: Any) -> Any:
    """What a run returned: the conversation, the reply, how it ended and what the bot waits to hear."""
    if not isinstance(values, dict):
        return {}
    if "__error__" in values:
        return {"__error__": FAILED}
    shown: dict[str, Any] = {}
    if isinstance(values.get("messages"), list):
        shown["messages"] = [_message(each) for each in values["messages"] if each.get("type") in SAID_BY]
    served = values.get("served")
    if isinstance(served, dict):  # Until a turn is served, its reply has not passed the guard.
        shown |= _part(values, ("reply", "status"))
        shown["served"] = {"question": _question(served.get("question"))}
    return shown


def state(snapshot: Any) -> Any:
    """A state of the conversation, with what was said until then."""
    kept = _part(snapshot, ("created_at", "checkpoint", "parent_checkpoint"))
    return kept | {"values": output(snapshot.get("values")), "next": [], "tasks": [], "metadata": {}}


def thread(found: Any) -> Any:
    """A conversation as it stands."""
    return _part(found, OF_A_THREAD) | {
        "values": output(found.get("values")),
        "metadata": {},
        "interrupts": {},
    }


def run(made: Any) -> Any:
    """A run, without what it was made with."""
    return _part(made, OF_A_RUN) | {"metadata": {}, "kwargs": {}}


def _each(view: View) -> View:
    """The view of one, or of each in a list; a number is a count, and a `detail` says what went wrong."""

    def viewed(found: Any) -> Any:
        if isinstance(found, list):
            return [view(each) for each in found]
        return view(found) if isinstance(found, dict) and "detail" not in found else found

    return viewed


def _message(said: Mapping[str, Any]) -> dict[str, Any]:
    return _part(said, ("id", "type", "content"))


def _question(question: Any) -> dict[str, Any] | None:
    return _part(question, ("kind", "slot", "options")) if isinstance(question, dict) else None


def _part(of: Mapping[str, Any], names: tuple[str, ...]) -> dict[str, Any]:
    return {name: of[name] for name in names if name in of}
