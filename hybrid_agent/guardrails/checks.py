"""Whether a reply may go out: every claim evident, nothing done but what the ledger holds, no pretence."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from hybrid_agent.guardrails.carrying import carried
from hybrid_agent.guardrails.claims import Claim, claims
from hybrid_agent.guardrails.folding import folded
from hybrid_agent.guardrails.forbidden import never
from hybrid_agent.guardrails.grounds import Ground
from hybrid_agent.state import Sentence

_DONE = (
    "refunded|cancelled|canceled|changed|updated|booked|rebooked|rescheduled|moved|closed|deleted|reset|sent|"
    "credited|processed|issued|arranged|submitted|completed|requested|placed|replaced|registered|paid back|"
    "reimbursed"
)
_DEED = re.compile(
    rf"\b(?:I|we)(?:'ve| have)?\s+(?:(?:just|now|already|successfully|also|(?:went|gone) ahead and)\s+)*"
    rf"(?:{_DONE})\b"
    rf"|\b(?:has|have) (?:just|now) been (?:{_DONE})\b",
    re.IGNORECASE,
)


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
    by = policy.union(*(ground.claims for ground in under))
    for claim in sorted(claims(sentence.text)):
        if not carried(claim, by):
            yield Violation(f"unsupported_{claim.kind}", claim.value)
    deed = _DEED.search(folded(sentence.text))
    if deed and not any(ground.effect for ground in under):
        yield Violation("not_on_the_ledger", deed.group())
    yield from (Violation(*broken) for broken in never(sentence.text, of_model=False))
