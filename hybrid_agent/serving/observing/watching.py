"""Watching the graph from outside: by LangChain's callbacks, and calls to systems by the toolbox."""

import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID, uuid4

from langchain_core.callbacks import BaseCallbackHandler, BaseCallbackManager
from langchain_core.outputs import LLMResult
from langchain_core.runnables.config import var_child_runnable_config
from langgraph.errors import GraphBubbleUp

from hybrid_agent.nodes import NODES
from hybrid_agent.serving.observing.work import DONE, PAUSED, Ended, Kind, Watcher, Work

KNOWN = ("thread_id", "run_id", "request_id")
"""What of a run's metadata watchers are told."""


@dataclass(eq=False)
class Watching(BaseCallbackHandler):
    """Tells watchers of every run of the graph that has it among its callbacks, and of what happens in it.

    The toolbox's calls are watched by `call`. A watcher that fails is LangChain's to log: no run ends by it.
    """

    watchers: Sequence[Watcher]
    run_inline: bool = True
    _going: dict[UUID, tuple[Work, float]] = field(default_factory=dict)

    @property
    def ignore_custom_event(self) -> bool:
        """The pieces of a reply are nobody's business here."""
        return True

    def on_chain_start(
        self,
        serialized: Mapping[str, Any] | None,
        inputs: Any,
        *,
        run_id: UUID,
        parent_run_id: UUID | None = None,
        metadata: Mapping[str, Any] | None = None,
        name: str = "",
        **_: Any,
    ) -> None:
        """The graph begins a run, or one of its nodes."""
        known = metadata or {}
        if parent_run_id is None:
            about = {key: str(known[key]) for key in KNOWN if known.get(key)}
            self._begin(Work(Kind.RUN, "turn", run_id, None, {"run_id": str(run_id), **about}))
        elif name in NODES and known.get("langgraph_node") == name:
            self._begin(Work(Kind.NODE, name, run_id, parent_run_id))

    def on_chain_end(self, outputs: Any, *, run_id: UUID, **_: Any) -> None:
        """A run or a node has ended; a run that says nothing of itself ended before its turn did."""
        status = outputs.get("status") if isinstance(outputs, Mapping) else None
        work = self._going.get(run_id)
        is_run = work is not None and work[0].kind is Kind.RUN
        self._end(run_id, str(status or "none") if is_run else DONE)

    def on_chain_error(self, error: BaseException, *, run_id: UUID, **_: Any) -> None:
        """A run or a node failed, or a node pauses for people."""
        if isinstance(error, GraphBubbleUp):
            self._end(run_id, PAUSED)
        else:
            self._end(run_id, "failed", error)

    def on_chat_model_start(
        self,
        serialized: Mapping[str, Any] | None,
        messages: Any,
        *,
        run_id: UUID,
        parent_run_id: UUID | None = None,
        metadata: Mapping[str, Any] | None = None,
        **_: Any,
    ) -> None:
        """A language model is asked."""
        name = str((metadata or {}).get("ls_model_name") or "unnamed")
        provider = str((metadata or {}).get("ls_provider") or "unknown")
        self._begin(Work(Kind.MODEL, name, run_id, parent_run_id, {"provider": provider}))

    def on_llm_end(self, response: LLMResult, *, run_id: UUID, **_: Any) -> None:
        """A language model has answered."""
        self._end(run_id, DONE, about=_tokens(response))

    def on_llm_error(self, error: BaseException, *, run_id: UUID, **_: Any) -> None:
        """A language model failed."""
        self._end(run_id, "failed", error)

    @contextmanager
    def call(self, name: str) -> Iterator[None]:
        """A call to a connected system, as `Toolbox.watched` wants it."""
        work = Work(Kind.CALL, name, uuid4(), _node_here())
        self._begin(work)
        try:
            yield
        except BaseException as error:
            self._end(work.id, "failed", error)
            raise
        self._end(work.id, DONE)

    def _begin(self, work: Work) -> None:
        self._going[work.id] = work, time.perf_counter()
        for each in self.watchers:
            each.began(work)

    def _end(
        self,
        id: UUID,
        outcome: str,
        error: BaseException | None = None,
        about: Mapping[str, int] | None = None,
    ) -> None:
        work, since = self._going.pop(id, (None, 0.0))
        if work is None:
            return
        failed = None if error is None else type(error).__name__
        ended = Ended(outcome, time.perf_counter() - since, failed, about or {})
        for each in self.watchers:
            each.ended(work, ended)


def _node_here() -> UUID | None:
    """The run that LangChain made for the node whose code is running; None outside of the graph."""
    callbacks = (var_child_runnable_config.get() or {}).get("callbacks")
    return callbacks.parent_run_id if isinstance(callbacks, BaseCallbackManager) else None


def _tokens(response: LLMResult) -> dict[str, int]:
    """The tokens that the provider counted, if it did."""
    made = [getattr(each, "message", None) for row in response.generations for each in row]
    usage = next((found for each in made if (found := getattr(each, "usage_metadata", None))), None)
    return {name: int(usage[name]) for name in ("input_tokens", "output_tokens")} if usage else {}
