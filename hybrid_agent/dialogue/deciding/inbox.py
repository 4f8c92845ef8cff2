"""What a person sees of a pending action and may send back, as LangChain's human-in-the-loop inboxes have it.

The request has `action_requests` and `review_configs`, as those inboxes expect, and `approvals` beside them:
a decision must name the approval's `id` and `digest`, because a bare resume reaches whatever is pending.
"""

from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, JsonValue, TypeAdapter, ValidationError

from hybrid_agent.records.models import Approval, Signature
from hybrid_agent.redaction.screen import MAX_TEXT, screen_text


def _screened(text: str) -> str:
    return screen_text(text).text


Words = Annotated[str, Field(max_length=MAX_TEXT), AfterValidator(_screened)]
"""What a person writes: it is stored and customers read it, so it is screened as their own words are."""


class InvalidDecisionError(Exception):
    """A resume value that is no decision; the text says what is expected."""


class _Form(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    approval_id: str = Field(description="The id of the approval that this decides.")
    digest: str = Field(description="The digest that was shown with it.")


class ApproveForm(_Form):
    """Do exactly what was shown."""

    type: Literal["approve"]
    message: Words = ""


class EditedAction(BaseModel):
    """The action with other arguments."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str
    args: Mapping[str, JsonValue]


class EditForm(_Form):
    """Do this instead; arguments that are not named stay."""

    type: Literal["edit"]
    edited_action: EditedAction
    message: Words = ""


class RejectForm(_Form):
    """Do not do it; the message is the reason, told to the customer."""

    type: Literal["reject"]
    message: Words = ""


class RespondForm(_Form):
    """Do not do it, and tell the customer this instead."""

    type: Literal["respond"]
    message: Annotated[Words, Field(min_length=1)]


class TakeOverForm(_Form):
    """Do not do it; the person goes on with the conversation."""

    type: Literal["take_over"]
    message: Words = ""


Form = Annotated[
    ApproveForm | EditForm | RejectForm | RespondForm | TakeOverForm, Field(discriminator="type")
]


class Response(BaseModel):
    """What a run is resumed with: decisions, each for one approval."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    decisions: tuple[Form, ...] = Field(min_length=1, max_length=20)


_RESPONSE = TypeAdapter(Response)
SHOWN = {"id", "digest", "summary", "operation", "intent", "customer_id", "payload", "rules", "needed"}
DECISIONS = ("approve", "edit", "reject", "respond")
"""What LangChain's inboxes know; `take_over` is understood beside them."""


def read_response(value: object) -> Response:
    """The decisions in a resume value. Raises InvalidDecisionError, whose text says what is wrong."""
    try:
        return _RESPONSE.validate_python(value)
    except ValidationError as error:
        problems = "; ".join(
            f"{'.'.join(map(str, each['loc'])) or 'the value'}: {each['msg']}"
            for each in error.errors(include_input=False, include_url=False)[:3]
        )
        raise InvalidDecisionError(
            f"This is no decision ({problems}). Send {{'decisions': [{{'type': 'approve', "
            "'approval_id': ..., 'digest': ...}]}."
        ) from None


def inbox_request(
    pending: list[Approval], signed: Sequence[Signature], schemas: Mapping[str, Any], notices: list[str]
) -> dict[str, Any]:
    """The payload of the interrupt; `signed` is who has approved what is pending, `schemas` are the argument
    schemas by operation, for edit forms."""
    return {
        "action_requests": [_action_request(approval) for approval in pending],
        "review_configs": [
            {
                "action_name": approval.operation,
                "allowed_decisions": list(DECISIONS),
                "args_schema": schemas[approval.operation],
            }
            for approval in pending
        ],
        "approvals": [_approval(approval, signed) for approval in pending],
        "notices": notices,
    }


def _action_request(approval: Approval) -> dict[str, Any]:
    payload = approval.payload if isinstance(approval.payload, dict) else {}
    return {"name": approval.operation, "args": payload.get("arguments"), "description": approval.summary}


def _approval(approval: Approval, signed: Sequence[Signature]) -> dict[str, Any]:
    shown = approval.model_dump(mode="json", include=SHOWN)
    names = [each.by for each in signed if each.approval_id == approval.id and each.digest == approval.digest]
    times = {"created": approval.created.isoformat(), "expires": approval.expires.isoformat()}
    return {**shown, "signed": names, **times}
