"""What members of staff see of personal data: whoever may decide all of it, anybody else none."""

from collections.abc import Collection

from pydantic import JsonValue

from hybrid_agent.caller import Caller, Kind
from hybrid_agent.deployment import Deployment
from hybrid_agent.redaction.records import mask_records


def for_viewer(
    data: JsonValue,
    viewer: Caller,
    deployment: Deployment,
    *,
    deciders: Collection[str] = (),
    owner: str | None = None,
) -> JsonValue:
    """An approval, a hand-off's packet or an interrupt as this viewer may see it.

    It is as it was for staff with one of the `deciders`' roles or of the deployment's `unmasked_roles`, and
    for the `owner`, who has the conversation; for others personal data is replaced by its kind.
    """
    return data if may_see(viewer, deployment, deciders, owner) else masked(data, deployment)


def may_see(
    viewer: Caller, deployment: Deployment, deciders: Collection[str] = (), owner: str | None = None
) -> bool:
    """Whether this viewer sees personal data as it is."""
    roles = deployment.redactor.settings.unmasked_roles | set(deciders)
    return viewer.kind is Kind.STAFF and (viewer.id == owner or not roles.isdisjoint(viewer.roles))


def masked(data: JsonValue, deployment: Deployment) -> JsonValue:
    """The data with what its records and its texts say of persons replaced by its kind."""
    return mask_records(data, deployment.redactor, deployment.personal_places())
