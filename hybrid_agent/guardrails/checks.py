"""Whether a reply may go out: every claim evident, nothing done but what the ledger holds, no pretence."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from hybrid_agent.guardrails.claims import Claim, claims
from hybrid_agent.state import Sentence

_DONE = (
    "refunded|cancelled|canceled|changed|updated|booked|rebooked|rescheduled|moved|closed|deleted|reset|sent|"
    "credited|processed|issued|arranged|submitted|completed|requested|placed|replaced|registered|paid back|"
    "reimbursed"
)
_DEED = re.compile(
    rf"\b(?:I|we)(?:'ve| have)?\s+(?:(?:just|now|already|successfully|also)\s+)*(?:{_DONE})\b"
    rf"|\b(?:has|have) (?:just|now) been (?:{_DONE})\b",
    re.IGNORECASE,
)
_HUMAN = re.compile(
    r"\bI(?:'m| am) (?:a |an )?(?:real |actual |live )?(?:human|person|man|woman)\b"
    r"|\bI(?:'m| am) not (?:a |an )?(?:ro)?(?:bot|machine|computer|AI|automated|assistant)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Ground:
    """What one evidence id carries: its claims, and whether the ledger holds it as done."""

    claims: frozenset[Claim]
    effect: bool = False


@dataclass(frozen=True, slots=True)
class Violation:
    """Why a sentence may not go out: `rule` is a name for the records, `what` the words that broke it."""

    rule: str
    what: str


def check(
    sentences: Iterable[Sentence], grounds: Mapping[str, Ground], policy: frozenset[Claim]
) -> list[Violation]:
    """All violations of a reply; `policy` are the claims of the catalog's own wording."""
    return [broken for sentence in sentences for broken in _sentence(sentence, grounds, policy)]


def _sentence(
    sentence: Sentence, grounds: Mapping[str, Ground], policy: frozenset[Claim]
) -> Iterator[Violation]:
    under = [grounds[each] for each in sentence.evidence if each in grounds]
    yield from (Violation("unknown_evidence", each) for each in sentence.evidence if each not in grounds)
    carried = policy.union(*(ground.claims for ground in under))
    for claim in sorted(claims(sentence.text)):
        if not _carried(claim, carried):
            yield Violation(f"unsupported_{claim.kind}", claim.value)
    deed = _DEED.search(sentence.text)
    if deed and not any(ground.effect for ground in under):
        yield Violation("not_on_the_ledger", deed.group())
    if human := _HUMAN.search(sentence.text):
        yield Violation("claims_to_be_human", human.group())


def _carried(claim: Claim, carried: frozenset[Claim]) -> bool:
    if claim in carried:
        return True
    if claim.kind == "date":
        return len(claim.value) == 5 and any(
            c.kind == "date" and c.value.endswith(claim.value) for c in carried
        )
    if claim.kind in ("number", "id"):
        return any(c.kind in ("number", "id") and c.value == claim.value for c in carried)
    return False
