"""The check of a sentence that a model wrote: what holds for any sentence, and that its support says it."""

from collections.abc import Iterator, Mapping, Sequence

from hybrid_agent.guardrails.basis import Support
from hybrid_agent.guardrails.carrying import carried
from hybrid_agent.guardrails.checks import Violation, check
from hybrid_agent.guardrails.claims import Claim, claims
from hybrid_agent.guardrails.folding import plain_words
from hybrid_agent.guardrails.forbidden import LONGEST, never
from hybrid_agent.guardrails.grounds import PLACES, Ground
from hybrid_agent.guardrails.naming import literal, runs
from hybrid_agent.guardrails.reading import Segment, segments
from hybrid_agent.guardrails.support import unsupported
from hybrid_agent.state import Point, Sentence


def check_worded(
    sentence: Sentence, grounds: Mapping[str, Ground], *, points: Sequence[Point]
) -> list[Violation]:
    """All violations of one sentence that a model wrote for the turn's `points`; empty if it may go out.

    `grounds` are made by `ground` for the evidence that the sentence names; a point counts if it names
    some of it, too, or none at all. What the customer said lends nothing.
    """
    text = sentence.text[: LONGEST + 1]
    policy = frozenset[Claim]().union(*(claims(point.literal) for point in points))
    broken = check([sentence.model_copy(update={"text": text})], grounds, policy)
    broken += [Violation(*each) for each in never(text, of_model=True)]
    if len(sentence.text) > LONGEST:
        broken.append(Violation("too_long", f"{len(sentence.text)} characters"))
    broken += _beyond(text, sentence.evidence, grounds, points)
    return list(dict.fromkeys(broken))


def _beyond(
    text: str, evidence: Sequence[str], grounds: Mapping[str, Ground], points: Sequence[Point]
) -> Iterator[Violation]:
    """What the sentence says beyond the points and the evidence that it names."""
    support, told = supporting(evidence, grounds, points)
    for claim in sorted(claims(text)):
        if not carried(claim, told, strictly=True) and not _spread(claim, support.prose):
            yield Violation(f"unsupported_{claim.kind}", claim.value)
    yield from (Violation(*each) for each in unsupported(text, support))


def supporting(
    evidence: Sequence[str], grounds: Mapping[str, Ground], points: Sequence[Point]
) -> tuple[Support, frozenset[Claim]]:
    """What a sentence that names `evidence` rests on: its statements, and its claims."""
    under = [grounds[each] for each in evidence if each in grounds]
    cited = [point for point in points if not point.evidence or set(point.evidence) & set(evidence)]
    support = Support(
        points=tuple(each for point in cited for each in segments(point.text)),
        texts=tuple(each for ground in under for each in ground.prose),
        fields=tuple(each for ground in under for each in ground.fields),
        openings=tuple(plain_words(point.text) for point in cited),
        records=frozenset[str]().union(*(ground.record for ground in under)),
        names=frozenset[tuple[str, ...]]().union(
            *(ground.names for ground in under), *(runs(point.text) for point in cited)
        ),
        literal=frozenset[str]().union(
            *(ground.literal for ground in under), *(literal(plain_words(point.text)) for point in cited)
        ),
    )
    said = frozenset[Claim]().union(*(claims(point.text) for point in cited))
    return support, said.union(*(_held(ground) for ground in under))


def _held(ground: Ground) -> frozenset[Claim]:
    """The claims of a ground; where the customer is sent, only if a record or article says it itself."""
    written = ground.places.union(*(segment.claims for segment in ground.prose))
    return frozenset(claim for claim in ground.claims if claim.kind not in PLACES or claim in written)


def _spread(claim: Claim, prose: Sequence[Segment]) -> bool:
    """Whether a duration is said in parts: "by card 3 to 5 working days, by PayPal 1 to 2"."""
    if claim.kind != "duration":
        return False
    amount, _, unit = claim.value.partition(" ")
    numbers = {Claim("number", each) for each in amount.split("-")}
    return any(
        numbers <= each.claims
        and any(other.kind == "duration" and other.value.partition(" ")[2] == unit for other in each.claims)
        for each in prose
    )
