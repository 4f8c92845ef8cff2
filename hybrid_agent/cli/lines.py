"""The lines of `chat --jsonl`: what may come in, and what goes out for a turn."""

import unicodedata
from collections.abc import Mapping
from typing import Annotated, Any, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, JsonValue, ValidationError, model_validator

from hybrid_agent.cli.desk import Deed, Wish
from hybrid_agent.cli.failing import NotPossibleError
from hybrid_agent.cli.spent import spent_as_json
from hybrid_agent.session import Turn
from hybrid_agent.yamlfile import in_words


def _printable(text: str) -> str:
    if any(unicodedata.category(each).startswith("C") for each in text):
        raise ValueError("must not hold control characters")
    return text


Id = Annotated[str, Field(min_length=1, max_length=200), AfterValidator(_printable)]


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


class EditedAction(_Part):
    """The arguments that an edit changes; `name`, if given, is the operation that they are for."""

    name: str | None = None
    args: Mapping[str, JsonValue]


class Decision(_Part):
    """A person's decision; `by` and `roles` say who, if it is not the agent of the command line."""

    type: Deed
    approval_id: Id | None = None
    digest: str | None = None
    edited_action: EditedAction | None = None
    args: Mapping[str, JsonValue] | None = None
    message: str = ""
    by: Id | None = None
    roles: list[str] | None = None

    @model_validator(mode="after")
    def _arguments_where_they_belong(self) -> Self:
        given = (self.edited_action is not None) + (self.args is not None)
        if given != (self.type == "edit"):
            raise ValueError("an edit, and nothing else, takes either edited_action or args")
        return self

    @property
    def wish(self) -> Wish:
        """The decision for the desk."""
        edited = self.edited_action
        return Wish(
            type=self.type,
            approval_id=self.approval_id,
            digest=self.digest,
            operation=edited.name if edited else None,
            args=edited.args if edited else self.args,
            message=self.message,
        )


class Line(_Part):
    """A customer's message (`customer` null: anonymous; the same `id` is the same message) or a decision."""

    thread: Id
    text: str | None = None
    customer: Id | None = None
    id: Id | None = None
    decision: Decision | None = None

    @model_validator(mode="after")
    def _one_of_both(self) -> Self:
        if (self.text is None) == (self.decision is None):
            raise ValueError("give either text or decision")
        if self.decision is not None and (self.customer is not None or self.id is not None):
            raise ValueError("customer and id belong to text, not to a decision")
        return self


def read_line(line: bytes) -> Line:
    """The line as a message or decision. Raises NotPossibleError that names every problem."""
    try:
        return Line.model_validate_json(line)
    except ValidationError as error:
        problems = (
            ": ".join(filter(None, (".".join(map(str, each["loc"])), in_words(each["msg"]))))
            for each in error.errors(include_input=False, include_url=False, include_context=False)
        )
        raise NotPossibleError("; ".join(problems)) from None


def as_json(turn: Turn, ms: float, currency: str | None) -> dict[str, Any]:
    """The turn as one JSON object; `ms` is how long it took here, `currency` that of the model's prices."""
    served, shown = turn.served, [_approval(each) for each in turn.approvals]
    return {
        "thread": turn.thread,
        "reply": turn.reply.text if turn.reply else None,
        "status": turn.status.value,
        "citations": [
            {"number": each.number, "title": each.title, "url": each.url}
            for each in (turn.reply.citations if turn.reply else ())
        ],
        "intents": list(served.intents),
        "confidence": next(iter(served.intents.values()), None),
        "slots": served.slots,
        "question": served.question.model_dump(mode="json") if served.question else None,
        "approval": shown[0] if shown else None,
        **({"approvals": shown} if len(shown) > 1 else {}),
        "handoff": _hand_off(turn),
        "notices": list(turn.notices),
        **({"judged": [each.model_dump(mode="json") for each in served.judged]} if served.judged else {}),
        "trail": [{"node": step.node, "ms": round(step.ms, 1)} for step in turn.trail],
        "ms": round(ms, 1),
        **spent_as_json(turn.trail, served.total, currency),
    }


def _approval(approval: Mapping[str, Any]) -> dict[str, Any]:
    names = ("id", "digest", "operation", "summary", "expires")
    return {**{name: approval[name] for name in names}, "arguments": approval["payload"]["arguments"]}


def _hand_off(turn: Turn) -> dict[str, Any] | None:
    found = turn.hand_off
    return {"id": found.id, "reasons": list(found.reasons), "packet": found.packet} if found else None
