"""From sentences to a reply: sources numbered in the order in which they are used, and its check."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace

from hybrid_agent.catalog import Catalog
from hybrid_agent.dialogue.facts import BUSINESS, OFFERED, POLICY
from hybrid_agent.dialogue.transcript import earlier_texts
from hybrid_agent.guardrails import Ground, Violation, check, plain_ground
from hybrid_agent.guardrails.claims import Claim, claims, claims_of
from hybrid_agent.state import (
    Citation,
    Evidence,
    EvidenceKind,
    Phase,
    PointKind,
    Question,
    QuestionKind,
    Reply,
    Request,
    Sentence,
    State,
    Status,
)

Grounding = Callable[..., Ground]
"""`ground` for a model's sentences, `plain_ground` for the catalog's."""


def as_reply(sentences: Sequence[Sentence], evidence: Iterable[Evidence]) -> Reply:
    """The reply with `[1]` behind each sentence that rests on a source; each place is listed once."""
    by_id = {item.id: item for item in evidence}
    numbers: dict[str, Citation] = {}
    written = []
    for sentence in sentences:
        marks = []
        for item in (by_id[each] for each in sentence.evidence if each in by_id):
            if item.title and item.kind is not EvidenceKind.EFFECT:
                new = Citation(number=len(numbers) + 1, title=item.title, url=item.url, evidence_id=item.id)
                marks.append(numbers.setdefault(item.url or item.title, new).number)
        written.append(sentence.text + "".join(f" [{mark}]" for mark in dict.fromkeys(marks)))
    return Reply(text=" ".join(written), citations=tuple(numbers.values()))


def violations(state: State, catalog: Catalog) -> list[Violation]:
    """What keeps the turn's sentences from going out. A colleague's own words are not judged."""
    people = {point.text for point in state["points"] if point.kind is PointKind.PERSON}
    own = [sentence for sentence in state["sentences"] if sentence.text not in people]
    spoken = [_without_wishes(sentence, state.get("question")) for sentence in own]
    policy = frozenset[Claim]().union(*(claims(point.literal) for point in state["points"]))
    return check(spoken, grounds_of(state, catalog, spoken, plain_ground), policy)


def _without_wishes(sentence: Sentence, question: Question | None) -> Sentence:
    """A list of what may be meant without its titles: "talking to a person" is a wish, and no pretence."""
    if question is None or question.kind is not QuestionKind.INTENT or OFFERED not in sentence.evidence:
        return sentence
    text = sentence.text
    for title in question.options.values():
        text = text.replace(title, "")
    return sentence.model_copy(update={"text": text})


def grounds_of(
    state: State, catalog: Catalog, spoken: Iterable[Sentence], ground: Grounding
) -> Mapping[str, Ground]:
    """What the evidence under these sentences carries, by its id; `ground` says how closely it is read."""
    used = {each for sentence in spoken for each in sentence.evidence}
    grounds = {
        item.id: _titled(
            ground(item.data, item.text, name=item.name, effect=item.kind is EvidenceKind.EFFECT), item
        )
        for item in state["evidence"]
        if item.id in used
    }
    for name, policy in catalog.policies.items():
        if (declared := f"{POLICY}.{name}") in used:
            grounds[declared] = ground(policy.data, policy.text, name=name)
    if BUSINESS in used:
        grounds[BUSINESS] = ground(dict(catalog.business), name=BUSINESS)
    if OFFERED in used:
        grounds[OFFERED] = _offered(state.get("question"), ground)
    for request in state["requests"]:
        if any(each.startswith(request.id) for each in used):
            grounds |= _said(request, state, ground)
    return grounds


def _titled(of_text: Ground, item: Evidence) -> Ground:
    """The ground of a text with what its title says; a record's title is made from its data."""
    return replace(of_text, claims=of_text.claims | claims(item.title)) if item.quoted else of_text


def _offered(question: Question | None, ground: Grounding) -> Ground:
    """The options of the open question, and their places in the list."""
    options = list(question.options.values()) if question else []
    return ground([*options, *range(1, len(options) + 1)])


def _said(request: Request, state: State, ground: Grounding) -> dict[str, Ground]:
    """What the customer said, or is being proposed: it may be said back to them."""
    told = "\n".join((*earlier_texts(state), request.text, state["heard"]))
    arguments = dict(request.action.arguments) if request.action else {}
    summary = request.action.summary if request.action else ""
    return {
        f"{request.id}.slot": ground({name: slot.value for name, slot in request.slots.items()}),
        f"{request.id}.argument": Ground(claims_of(arguments) | claims(summary)),
        f"{request.id}.wrong": Ground(claims(told)),
    }


def status_of(state: State) -> Status:
    """How the turn ends; without a reply it is a person's to go on."""
    if state["reply"] is None:
        return Status.HANDED_OFF
    points = {point.kind for point in state["points"]}
    if PointKind.REFUSAL in points and not state["heard"]:  # a stranger: whatever waits here is not theirs
        return Status.REFUSED
    if state["escalation"] is not None or PointKind.HAND_OFF in points:
        return Status.HANDED_OFF
    if any(request.phase is Phase.APPROVING for request in state["requests"]):
        return Status.AWAITING_APPROVAL
    if state.get("question") is not None or PointKind.ASK in points:
        return Status.AWAITING_CUSTOMER
    return Status.REFUSED if PointKind.REFUSAL in points else Status.ANSWERED
