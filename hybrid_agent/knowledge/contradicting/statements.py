"""A statement of an article, read so that it can be held against another: topic, conditions, answers."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache

from hybrid_agent.guardrails.claims import Claim, claims
from hybrid_agent.guardrails.counting import in_digits
from hybrid_agent.guardrails.folding import folded, plain_words
from hybrid_agent.guardrails.lexicon import lexicon
from hybrid_agent.guardrails.reading import stems
from hybrid_agent.guardrails.stems import stem
from hybrid_agent.knowledge.contradicting.contrasts import Contrasts, contrasts
from hybrid_agent.knowledge.contradicting.quantities import Quantity, quantities

_NAME = re.compile(r"(?<=[\w,;:] )(?:[A-Z][\w&-]*(?: [A-Z][\w&-]*)*)|\b(?:[A-Z]{2,}|[A-Z][a-z]+[A-Z]\w*)\b")
_ROW = re.compile(r"(?:^|; )(?P<column>[^:;]{1,60}): (?P<cell>[^;]*)")
_WORD = re.compile(r"[^\W\d_]+(?:['-][^\W\d_]+)*")
_BREAK = re.compile(r"[.,;:!?()]")
_MONTH = r"(?:january|february|march|april|may|june|july|august|september|october|november|december)"
_UNIT = r"(?:seconds?|minutes?|hours?|days?|weeks?|months?|years?)"
_ANCHOR = re.compile(rf"(?<=\d )(?P<unit>(?:\w+ )?{_UNIT}) (?:of|after|from|before|since)\b[^.,;:!?()]*")
_VALUE = re.compile(
    rf"(?:\b{_MONTH} )?\S*\d\S*(?: (?:of )?{_MONTH}\b| (?:eur|usd|gbp|euros?|dollars?|pounds?|percent)\b)?"
)
_REACH = 4
"""The words behind a preposition that belong to it."""


@dataclass(frozen=True, slots=True)
class Statement:
    """What a statement is about, whom it holds for, and what it answers.

    `topic` are its stems with those of its headings, `own` without; `placed`, `names`, `ids`, `kinds` and a
    row's `key` say whom or what it holds for; `sides` and `said` what it answers to a question, and how.
    """

    topic: frozenset[str]
    own: frozenset[str]
    placed: frozenset[str]
    names: frozenset[str]
    ids: frozenset[Claim]
    kinds: Mapping[int, frozenset[str]]
    sides: Mapping[str, bool]
    said: Mapping[str, str]
    denied: bool
    conditional: bool
    key: str
    words: frozenset[str]
    values: tuple[Quantity, ...]
    claims: frozenset[Claim]

    def claimed(self, *kinds: str) -> frozenset[Claim]:
        """Its claims of these kinds."""
        return frozenset(claim for claim in self.claims if claim.kind in kinds)


@dataclass(frozen=True, slots=True)
class _About:
    """What any text is about, a statement's or its headings'."""

    stems: frozenset[str]
    words: frozenset[str]
    kinds: Mapping[int, frozenset[str]]
    claims: frozenset[Claim]


@lru_cache(maxsize=4096)
def statement(text: str, under: str = "") -> Statement:
    """Reads a statement; `under` are the headings it stands under, which say what it is about, too."""
    lists = contrasts()
    plain = plain_words(text)
    said = _said(plain, lists)
    own, above = _about(text), _about(under)
    return Statement(
        topic=(own.stems | above.stems) - lists.light,
        own=own.stems - lists.light,
        placed=frozenset(_placed(_bare(plain), lists)) | _cells(text),
        names=_names(text),
        ids=frozenset(claim for claim in own.claims | above.claims if claim.kind == "id"),
        kinds={**above.kinds, **own.kinds},
        sides={name: phrase in lists.sides[name].first for name, phrase in said.items()},
        said=said,
        denied=_denied(plain, lists),
        conditional=lists.conditional.search(plain) is not None,
        key=_key(text),
        words=own.words | above.words,
        values=quantities(text),
        claims=own.claims,
    )


@lru_cache(maxsize=4096)
def _about(text: str) -> _About:
    plain = plain_words(text)
    bare = _bare(plain)
    words = stems(plain) | {stem(word) for word in _WORD.findall(plain)}
    return _About(stems(bare), words, _kinds(bare, contrasts()), claims(text))


def _bare(plain: str) -> str:
    """Plain words without values, and without what only says from when a time counts ("of delivery")."""
    return _VALUE.sub(" ", _ANCHOR.sub(" ", in_digits(plain)))


def _placed(plain: str, lists: Contrasts) -> Iterator[str]:
    """The content words behind a preposition."""
    for match in lists.place.finditer(plain):
        behind = _BREAK.split(plain[match.end() :], maxsplit=1)[0]
        yield from stems(" ".join(behind.split()[:_REACH])) - lists.light


def _cells(text: str) -> frozenset[str]:
    """The words of a table row's cells without digits: its key."""
    found = [
        stems(plain_words(match["cell"]))
        for match in _ROW.finditer(text)
        if not re.search(r"\d", match["cell"])
    ]
    return frozenset[str]().union(*found) if text.count(": ") > 1 else frozenset()


def _key(text: str) -> str:
    """The first cell of a table row: another one is another row."""
    cells = [match["cell"] for match in _ROW.finditer(text)]
    return plain_words(cells[0]) if len(cells) > 1 else ""


def _names(text: str) -> frozenset[str]:
    """Names as written, but for the first word of a sentence, which everybody writes large."""
    found = set()
    for match in _NAME.finditer(folded(text)):
        before = text[: match.start()].rstrip()
        if before and before[-1] not in ".!?:":
            found |= {stem(word.lower()) for word in match[0].split()}
    return frozenset(found) - contrasts().units


def _kinds(plain: str, lists: Contrasts) -> dict[int, frozenset[str]]:
    found: dict[int, set[str]] = {}
    for match in lists.kind.finditer(plain):
        found.setdefault(lists.kinds[match[0]], set()).add(match[0])
    return {number: frozenset(words) for number, words in found.items()}


def _said(plain: str, lists: Contrasts) -> dict[str, str]:
    """For each question that the statement answers, in which words; not those that it answers both ways."""
    found = {}
    for name, sides in lists.sides.items():
        phrases = sides.phrase.findall(plain)
        if len({phrase in sides.first for phrase in phrases}) == 1:
            found[name] = phrases[0]
    return found


def _denied(plain: str, lists: Contrasts) -> bool:
    """Whether it denies beyond the answers that it gives."""
    for sides in lists.sides.values():
        plain = sides.phrase.sub(" ", plain)
    return len(lexicon().no.findall(lexicon().idle_no.sub(" ", plain))) % 2 == 1
