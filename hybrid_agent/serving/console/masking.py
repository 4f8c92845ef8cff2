"""A case as one member of staff may see it: personal data as it is, or replaced by its kind."""

import asyncio
from dataclasses import replace
from typing import Any, cast

from pydantic import JsonValue

from hybrid_agent.caller import Caller
from hybrid_agent.deployment import Deployment
from hybrid_agent.dialogue.deciding.viewing import masked, may_see
from hybrid_agent.frozen import Frozen
from hybrid_agent.records.cases import deciders_of
from hybrid_agent.serving.console.casefile import CaseFile

SHOWN: dict[str, frozenset[str]] = {
    "messages": frozenset({"text", "citations"}),
    "approvals": frozenset({"operation", "summary", "payload", "decision", "reason"}),
    "signatures": frozenset({"reason"}),
    "hand_offs": frozenset({"detail", "summary", "packet"}),
    "effects": frozenset({"operation", "arguments", "summary", "result", "error", "note"}),
}
"""What of each record may hold personal data. Ids, digests, times and names of staff are none."""


def sees_all(file: CaseFile, viewer: Caller, deployment: Deployment) -> bool:
    """Whether this viewer sees the conversation's personal data as it is."""
    deciders = {role for each in file.approvals for role in deciders_of(each.rules)}
    return may_see(viewer, deployment, deciders, file.person)


async def for_staff(file: CaseFile, viewer: Caller, deployment: Deployment) -> CaseFile:
    """The file as this viewer may see it. What one record says is personal is masked in all of them.

    A long conversation takes a fifth of a second, in which other requests are answered.
    """
    if sees_all(file, viewer, deployment):
        return file
    return await asyncio.to_thread(_masked, file, deployment)


def _masked(file: CaseFile, deployment: Deployment) -> CaseFile:
    told = {part: [_plain(each, names) for each in getattr(file, part)] for part, names in SHOWN.items()}
    hidden = cast("dict[str, list[dict[str, Any]]]", masked(cast("JsonValue", told), deployment))
    shown: dict[str, Any] = {
        part: tuple(
            each.model_copy(update={name: new[name] for name in names if name != "operation"})
            for each, new in zip(getattr(file, part), hidden[part], strict=True)
        )
        for part, names in SHOWN.items()
    }
    return replace(file, **shown)


def _plain(record: Frozen, names: frozenset[str]) -> dict[str, JsonValue]:
    return cast("dict[str, JsonValue]", record.model_dump(mode="json", include=set(names)))
