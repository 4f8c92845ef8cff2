"""How much of what is marked the redactor finds, and how much of what it finds is marked."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from hybrid_agent.redaction.redactor import Redactor
from hybrid_agent_evals.pii.data import Marked

SUPPORTED: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "CREDIT_CARD": ("card",),
        "EMAIL_ADDRESS": ("email",),
        "PHONE_NUMBER": ("phone",),
        "IBAN_CODE": ("iban",),
        "US_SSN": ("national_id",),
        "IP_ADDRESS": ("ip_address",),
        "DOMAIN_NAME": ("link",),
        "STREET_ADDRESS": ("address", "postcode"),
        "ZIP_CODE": ("postcode", "address"),
    }
)
"""Label of the data -> our kinds that are it: a postcode is part of an address, and an address holds one."""
BETA = 2.0
"""F2: a value that is missed counts more than one masked by mistake."""


@dataclass(frozen=True, slots=True)
class Score:
    """One label. `exact` is the share of its spans that were found from end to end.

    A span is found where something of its kind overlaps it, and what was found is right where it overlaps a
    span of a label that its kind is of. `marked` and `found` are the counts behind them.
    """

    label: str
    marked: int
    found: int
    recall: float
    precision: float
    f2: float
    exact: float


@dataclass(frozen=True, slots=True)
class _Counts:
    marked: int = 0
    met: int = 0
    exact: int = 0
    found: int = 0
    right: int = 0

    def plus(self, other: "_Counts") -> "_Counts":
        return _Counts(
            self.marked + other.marked,
            self.met + other.met,
            self.exact + other.exact,
            self.found + other.found,
            self.right + other.right,
        )


def score(texts: Sequence[Marked], redactor: Redactor) -> list[Score]:
    """Every supported label, and all of them together as "all supported"."""
    counts = dict.fromkeys(SUPPORTED, _Counts())
    for each in texts:
        found = [(one.kind, one.start, one.end) for one in redactor.find(each.text)]
        for label in SUPPORTED:
            counts[label] = counts[label].plus(_count(label, each, found))
    total = _Counts()
    for one in counts.values():
        total = total.plus(one)
    return [_score(label, one) for label, one in (*counts.items(), ("all supported", total))]


def _count(label: str, text: Marked, found: Sequence[tuple[str, int, int]]) -> _Counts:
    kinds = SUPPORTED[label]
    spans = [(start, end) for name, start, end in text.spans if name == label]
    ours = [(start, end) for kind, start, end in found if kind in kinds]
    own = [(start, end) for kind, start, end in found if kind == kinds[0]]
    good = [(start, end) for name, start, end in text.spans if kinds[0] in SUPPORTED.get(name, ())]
    return _Counts(
        marked=len(spans),
        met=sum(_meets(span, ours) for span in spans),
        exact=sum(span in ours for span in spans),
        found=len(own),
        right=sum(_meets(span, good) for span in own),
    )


def _meets(span: tuple[int, int], others: Iterable[tuple[int, int]]) -> bool:
    return any(span[0] < end and start < span[1] for start, end in others)


def _score(label: str, counts: _Counts) -> Score:
    recall = counts.met / counts.marked if counts.marked else 1.0
    precision = counts.right / counts.found if counts.found else 1.0
    weighed = BETA**2 * precision + recall
    f2 = (1 + BETA**2) * precision * recall / weighed if weighed else 0.0
    exact = counts.exact / counts.marked if counts.marked else 1.0
    return Score(label, counts.marked, counts.found, recall, precision, f2, exact)
