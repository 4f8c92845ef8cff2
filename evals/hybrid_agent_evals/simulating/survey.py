"""What the customers of a shop have, and what must come of their wishes, as its systems say at the start."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from pydantic import JsonValue

from hybrid_agent import Deployment
from hybrid_agent.catalog import Autonomy, Intent, holds, look_up
from hybrid_agent.catalog.policies import policy_values
from hybrid_agent.dialogue.facts import as_data
from hybrid_agent.dialogue.gathering.reads import arguments, arguments_for, slots_in
from hybrid_agent.slots import SlotKind
from hybrid_agent_evals.simulating.personas import Prospect
from hybrid_agent_tools import InvalidArguments, NotFound, ToolError


@dataclass(frozen=True, slots=True)
class Survey:
    """A shop that is looked at and never changed. `deployment` has its toolbox and clock."""

    deployment: Deployment
    customers: Sequence[str]

    def is_record(self, slot: str) -> bool:
        """Whether a slot is known from records that a customer has, whatever else is said."""
        source = self.deployment.catalog.slots[slot].known_from
        return source is not None and not slots_in(source.read) and not _about_slots(source.when)

    async def had(self, customer: str, slot: str, intent: str) -> list[JsonValue]:
        """The values of a slot that a customer's records have; of what can only be chosen, those on offer."""
        here = self.deployment.catalog
        source = here.slots[slot].known_from
        if source is None:
            return []
        chosen = here.slots[slot].kind is SlotKind.CHOICE
        counts = here.intents[intent].candidates.get(slot, source.when) if chosen else {}
        scope = self._scope({})
        records = [each for each in await self._records(customer, slot) if holds(counts, {**each, **scope})]
        values = [look_up(each, source.field) for each in records]
        return [value for value in values if value is not None]

    async def _records(self, customer: str, slot: str) -> list[dict[str, JsonValue]]:
        here, source = self.deployment, self.deployment.catalog.slots[slot].known_from
        if source is None:
            return []
        operation, timezone = here.toolbox.operations[source.read.operation], here.catalog.timezone
        given = arguments(source.read, operation, self._scope({}), timezone)
        if given is None:
            return []
        try:
            result = await here.toolbox.read(source.read.operation, given, customer_id=customer)
        except ToolError:
            return []
        data = as_data(result, timezone)
        items = data.get("items", [data]) if isinstance(data, dict) else []
        return [each for each in items if isinstance(each, dict)] if isinstance(items, list) else []

    def _scope(self, slots: Mapping[str, JsonValue]) -> dict[str, JsonValue]:
        here = self.deployment
        return {
            "slot": dict(slots),
            "business": dict(here.catalog.business),
            "policy": dict(policy_values(here.catalog.policies, here.today())),
        }

    async def prospect(self, name: str, slots: Mapping[str, JsonValue], customer: str | None) -> Prospect:
        """What must come of an intent with these values for this customer."""
        intent = self.deployment.catalog.intents[name]
        if intent.refuse is not None:
            return Prospect.REFUSED
        if intent.sign_in and customer is None:
            return Prospect.SIGN_IN
        if any(name not in slots and self._is_chosen(name) for name in intent.slots):
            return Prospect.PERSON
        try:
            scope = await self._facts(intent, slots, customer)
        except (NotFound, InvalidArguments):
            return Prospect.NO_SUCH
        if any(holds(each.when, scope) for each in intent.escalate):
            return Prospect.PERSON
        return Prospect.TOLD if intent.action is None else self._acted(intent, scope)

    def _is_chosen(self, slot: str) -> bool:
        """Whether it is one of the customer's records that nobody names: without any, a person helps."""
        given = self.deployment.catalog.slots[slot]
        return given.kind is SlotKind.CHOICE and not given.choices and self.is_record(slot)

    async def _facts(
        self, intent: Intent, slots: Mapping[str, JsonValue], customer: str | None
    ) -> dict[str, JsonValue]:
        here, scope = self.deployment, self._scope(slots)
        for name, read in intent.reads.items():
            given = arguments(read, here.toolbox.operations[read.operation], scope, here.catalog.timezone)
            if given is None:
                continue
            try:
                result = await here.toolbox.read(read.operation, given, customer_id=customer)
            except ToolError:
                if read.required:
                    raise
            else:
                scope[name] = as_data(result, here.catalog.timezone)
        return scope

    def _acted(self, intent: Intent, scope: Mapping[str, JsonValue]) -> Prospect:
        here, rule = self.deployment, intent.action
        if rule is None:
            return Prospect.TOLD
        operation = here.toolbox.operations[rule.operation]
        given = arguments_for(rule.arguments, operation, scope, here.catalog.timezone)
        known = {**scope, "argument": given}
        if not all(holds(each.when, known) for each in rule.allow):
            return Prospect.NOT_ALLOWED
        return Prospect.PERSON if intent.autonomy is Autonomy.SHADOW else Prospect.DONE


def _about_slots(condition: Mapping[str, object]) -> bool:
    return "slot." in str(condition)
