"""Traces without personal data: what a LangSmith client may send of a run."""

from typing import TYPE_CHECKING, Any, cast

from hybrid_agent.redaction.records import Places, mask_records
from hybrid_agent.redaction.redactor import Redactor

if TYPE_CHECKING:
    from langsmith import Client


def client(redactor: Redactor, places: Places, **options: Any) -> "Client":
    """A LangSmith client that masks inputs, outputs, metadata and errors before it sends them.

    `places` are a deployment's `personal_places()`; `options` are those of `langsmith.Client`. Give it to
    `langsmith.configure(client=...)` for all runs of a process, or to a `LangChainTracer` among a run's
    callbacks.
    """
    from langsmith import Client

    def masked(sent: dict[str, Any]) -> dict[str, Any]:
        return cast("dict[str, Any]", mask_records(sent, redactor, places))

    return Client(anonymizer=masked, **options)
