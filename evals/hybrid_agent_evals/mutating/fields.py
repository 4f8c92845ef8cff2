"""Which operators weaken which field of a catalog, and why the others are left alone: every field is one or
the other."""

from collections.abc import Mapping
from types import MappingProxyType

from hybrid_agent_evals.mutating.changes import Operator
from hybrid_agent_evals.mutating.operators import (
    actions,
    answering,
    gates,
    intents,
    policies,
    reading,
    slots,
)

WORDING = "wording: a control rewords it, and no case may depend on it"
NO_ORDER = "no value of it is looser than another: it says where the shop is"
ELSEWHERE = "another one is another part of the catalog, which `hybrid-agent check` holds to its types"
TEXT = (answering.values_left_out,)
CLAIM = (answering.values_left_out, answering.said_too_early)

OPERATORS: Mapping[str, tuple[Operator, ...]] = MappingProxyType(
    {
        "Catalog.business": (gates.fact_changed,),
        "Catalog.policies": (policies.policies_removed,),
        "Catalog.intents": (intents.intents_removed,),
        "Catalog.out_of_scope": (gates.scope_forgotten,),
        "Catalog.phrases": (gates.phrases_dropped,),
        "Thresholds.understand": (gates.threshold_lowered,),
        "Thresholds.act": (gates.threshold_lowered,),
        "Signals.anger": (gates.signal_loosened,),
        "Signals.failures": (gates.signal_loosened,),
        "Signals.misunderstood": (gates.signal_loosened,),
        "Signals.attacks": (gates.signal_loosened,),
        "Policy.says": TEXT,
        "Policy.value": (policies.value_multiplied,),
        "Policy.tags": (policies.tags_dropped,),
        "Policy.url": (policies.link_dropped,),
        "Policy.audience": (policies.made_public,),
        "Policy.locale": (policies.validity_dropped,),
        "Policy.product": (policies.validity_dropped,),
        "Policy.valid_from": (policies.validity_dropped,),
        "Policy.valid_until": (policies.validity_dropped,),
        "Slot.kind": (slots.kind_widened,),
        "Slot.pattern": (slots.pattern_widened,),
        "Slot.labels": (slots.labels_dropped,),
        "Slot.choices": (slots.choices_moved,),
        "Slot.prefer": (slots.preference_turned,),
        "Slot.known_from": (reading.record_not_used,),
        "Slot.remember": (slots.memory_turned,),
        "KnownFrom.when": (reading.known_widened,),
        "KnownFrom.offer": (reading.offered_bare,),
        "Read.arguments": (reading.arguments_dropped,),
        "Read.title": (reading.source_unnamed,),
        "Read.required": (reading.not_required,),
        "Intent.autonomy": (intents.autonomy_raised,),
        "Intent.sign_in": (intents.without_sign_in,),
        "Intent.slots": (intents.slots_removed,),
        "Intent.candidates": (intents.candidates_widened,),
        "Intent.reads": (intents.reads_removed,),
        "Intent.knowledge": (intents.knowledge_removed,),
        "Intent.action": (intents.action_removed,),
        "Intent.answers": (intents.answers_removed, answering.answers_swapped),
        "Intent.escalate": (intents.escalations_removed,),
        "Intent.refuse": (intents.refusal_answered,),
        "Scope.tags": (reading.tags_widened,),
        "Scope.use": (reading.use_changed,),
        "Scope.product": (reading.product_dropped,),
        "Answer.when": (answering.answer_always, answering.answer_looser),
        "Answer.say": TEXT,
        "Escalate.when": (answering.escalation_tightened,),
        "Escalate.reason": (answering.reason_renamed,),
        "Escalate.say": TEXT,
        "Allow.when": (actions.allow_loosened,),
        "Allow.otherwise": CLAIM,
        "ActionRule.arguments": (actions.argument_elsewhere,),
        "ActionRule.summary": TEXT,
        "ActionRule.allow": (actions.allow_removed,),
        "ActionRule.risk": (actions.risk_lowered,),
        "ActionRule.ask_customer": (actions.asks_nobody,),
        "ActionRule.approval": (actions.approval_removed,),
        "ActionRule.confirm": CLAIM,
        "ActionRule.pending": CLAIM,
        "ActionRule.done": TEXT,
        "ActionRule.rejected": CLAIM,
        "Approval.by": (actions.approvers_added,),
        "Approval.four_eyes": (actions.four_eyes_closed,),
        "Approval.expires_after": (actions.approval_lasts,),
        "Approver.when": (actions.approver_uncapped,),
    }
)

LEFT_ALONE: Mapping[str, str] = MappingProxyType(
    {
        "Catalog.version": "there is one version",
        "Catalog.language": NO_ORDER,
        "Catalog.country": NO_ORDER,
        "Catalog.timezone": NO_ORDER,
        "Catalog.thresholds": "its fields have operators",
        "Catalog.signals": "its fields have operators",
        "Catalog.slots": "a slot goes with the intents that ask for it: see Intent.slots",
        "Policy.title": WORDING,
        "Policy.updated": "it says how fresh a rule is, and decides nothing",
        "Slot.title": WORDING,
        "Slot.ask": WORDING,
        "Slot.retry": WORDING,
        "KnownFrom.read": "its fields have operators",
        "KnownFrom.field": ELSEWHERE,
        "Read.operation": ELSEWHERE,
        "Intent.title": WORDING,
        "Intent.examples": "one more or less is no rule: controls add some, `bench intents` measures them",
        "ActionRule.operation": ELSEWHERE,
        "Approver.role": "another role is one that is added: see Approval.by",
    }
)

SAID = frozenset(
    {
        "Answer.say",
        "Escalate.say",
        "Escalate.reason",
        "Allow.otherwise",
        "ActionRule.summary",
        "ActionRule.confirm",
        "ActionRule.pending",
        "ActionRule.done",
        "ActionRule.rejected",
        "Read.title",
        "Slot.ask",
        "Slot.retry",
        "Intent.refuse",
        "Policy.url",
    }
)
"""Fields that decide nothing: a change of one is seen where it is said, and nowhere else."""
