"""Facts: what was read or done for a request, as evidence and as the scope that paths are looked up in."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from pydantic import BaseModel, JsonValue

from hybrid_agent.catalog.paths import Scope
from hybrid_agent.catalog.phrasing import places
from hybrid_agent.catalog.policies import policy_values
from hybrid_agent.deployment import Deployment
from hybrid_agent.state import Evidence, EvidenceKind, Request
from hybrid_agent_tools.toolbox import Result

KEPT_REQUESTS = 20
NOT_FACTS = ("business", "policy", "argument")
"""The roots of paths that lead to what nobody looked up."""
BUSINESS = "business"
"""The evidence id of the catalog's own facts about the business."""
POLICY = "policy"
"""The root of the paths to policies."""
OFFERED = "question.options"
"""The evidence id of what the open question offers to choose from."""


@dataclass(frozen=True, slots=True)
class Facts:
    """The scope of one request, and which evidence each of its roots stands on."""

    scope: Scope
    ids: Mapping[str, str]

    def under(self, template: str) -> tuple[str, ...]:
        """The ids of the evidence that a template's places take their values from; a policy has its own."""
        parts = [path.replace("[]", "").split(".") for path in places(template)]
        found = (".".join(each[:2]) if each[0] == POLICY else self.ids.get(each[0]) for each in parts)
        return tuple(dict.fromkeys(each for each in found if each))


def facts_of(request: Request, evidence: Iterable[Evidence], deployment: Deployment) -> Facts:
    """What is known for a request: its own evidence, its slots and arguments, and what the catalog declares.

    Of the policies these are the values that hold today.
    """
    own = [item for item in evidence if item.request_id == request.id and not item.quoted]
    scope: dict[str, JsonValue] = {item.name: item.data for item in own}
    scope["slot"] = {name: slot.value for name, slot in request.slots.items()}
    scope["business"] = dict(deployment.catalog.business)
    scope[POLICY] = dict(policy_values(deployment.catalog.policies, deployment.today()))
    if request.action is not None:
        scope["argument"] = dict(request.action.arguments)
    ids = {item.name: item.id for item in own} | {"business": BUSINESS}
    return Facts(
        scope, ids | {root: said_id(request, root) for root in ("slot", "argument") if root in scope}
    )


def declared(deployment: Deployment) -> list[Evidence]:
    """The catalog's policies as evidence, under the ids that `Facts.under` gives."""
    return [
        Evidence(
            id=f"{POLICY}.{name}",
            request_id="",
            kind=EvidenceKind.POLICY,
            name=name,
            source=f"policies.{name}",
            at=deployment.clock(),
            title=policy.title,
            url=policy.url,
            text=policy.text,
            data=policy.data,
        )
        for name, policy in deployment.catalog.policies.items()
    ]


def said_id(request: Request, root: str) -> str:
    """The evidence id under which a request's slots or arguments count: what was said, or is proposed."""
    return f"{request.id}.{root}"


def fact(
    request: Request, name: str, result: Result, *, source: str, title: str, at: datetime, timezone: str
) -> Evidence:
    """The result of a read as evidence; a list becomes `items` with their `count`."""
    return Evidence(
        id=f"{request.id}.{name}",
        request_id=request.id,
        kind=EvidenceKind.FACT,
        name=name,
        source=source,
        title=title,
        at=at,
        data=as_data(result, timezone),
    )


def as_data(result: Result, timezone: str) -> JsonValue:
    """Records as JSON, their moments in the deployment's time zone, in which customers read them."""
    zone = ZoneInfo(timezone)
    if isinstance(result, BaseModel):
        return _local(result.model_dump(mode="json"), zone)
    if isinstance(result, list):
        return {
            "items": [_local(item.model_dump(mode="json"), zone) for item in result],
            "count": len(result),
        }
    return None


def replace_evidence(kept: Sequence[Evidence], new: Iterable[Evidence]) -> list[Evidence]:
    """The evidence with newer items in the place of older ones of the same id."""
    return list({item.id: item for item in (*kept, *new)}.values())


def of_requests(evidence: Iterable[Evidence], requests: Iterable[Request]) -> list[Evidence]:
    """The evidence that still belongs to a request that is remembered."""
    known = {request.id for request in requests}
    return [item for item in evidence if item.request_id in known]


def _local(value: JsonValue, zone: ZoneInfo) -> JsonValue:
    if isinstance(value, dict):
        return {name: _local(item, zone) for name, item in value.items()}
    if isinstance(value, list):
        return [_local(item, zone) for item in value]
    if isinstance(value, str) and len(value) >= 20 and value[10:11] == "T":
        return _moment(value, zone)
    return value


def _moment(value: str, zone: ZoneInfo) -> str:
    try:
        moment = datetime.fromisoformat(value)
    except ValueError:
        return value
    return value if moment.tzinfo is None else moment.astimezone(zone).isoformat()
