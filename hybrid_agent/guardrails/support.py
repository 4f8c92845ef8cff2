"""Whether what a sentence of a model says is said by what it rests on: words, deeds, polarity, conditions."""

import re
from collections.abc import Iterator, Sequence

from hybrid_agent.guardrails.basis import Support
from hybrid_agent.guardrails.claims import CODES, Claim
from hybrid_agent.guardrails.folding import folded, plain_words
from hybrid_agent.guardrails.forbidden import Broken
from hybrid_agent.guardrails.lexicon import lexicon
from hybrid_agent.guardrails.meaning import Words
from hybrid_agent.guardrails.naming import perfects, runs, torn
from hybrid_agent.guardrails.narrowing import narrower, opposed
from hybrid_agent.guardrails.placing import misplaced
from hybrid_agent.guardrails.qualifying import roots
from hybrid_agent.guardrails.reading import Segment, segments, stems
from hybrid_agent.guardrails.telling import Deed
from hybrid_agent.guardrails.turning import CONDITIONS, against, lost_limits

UNSUPPORTED_WORDS = "unsupported_words"
"""The rule that nearness in meaning may outweigh: too many words of its own."""

LEAST_SUPPORTED = 0.65
"""The part of a sentence's content words that its support must hold."""

SHORT = 6
"""The content words below which a sentence may hold none of its own: one word can turn it round."""


RULES = ("possible", "plain", "noun", "rule")
"""The moods that tell how things are done and of no case; there a deed that is not told of is a word."""


_ACCEPTS = {
    "done": {"done"},
    "state": {"done", "state", "rule"},
    "promise": {"promise", "plain", "state", "rule"},
    "plain": {"plain", "promise", "state", "done", "rule"},
    "rule": {"plain", "promise", "state", "done", "rule", "possible", "noun"},
    "possible": {"possible", "plain", "promise", "state", "rule"},
    "noun": {"done", "state", "promise", "plain", "possible", "noun", "rule"},
}
_YES_NO = re.compile(r"(?:yes|no)(?=[,.!:]| -)")
_NAME = re.compile(r"(?:(?<=[\w,;] )[A-Z][a-z]{2,}|\b[A-Z]{2,})\b(?![\w'@.]*[\d@])")


def unsupported(text: str, support: Support) -> Iterator[Broken]:
    """What a sentence says beyond, or against, its support."""
    said = segments(text)
    yield from _words(text, said, support)
    yield from _names(text, support)
    yield from _exchanged(text, support)
    conditions = frozenset[str]().union(*(each.conditions for each in said))
    yield from _answer(text, support)
    yield from narrower(said, support)
    yield from opposed(said, support)
    for segment in said:
        yield from _deeds(segment, support)
        yield from against(segment, conditions, support)
        yield from lost_limits(segment, frozenset[Claim]().union(*(each.claims for each in said)), support)
        yield from (Broken("misplaced_claim", each.value) for each in misplaced(segment, support))


def words_of(text: str, support: Support) -> Words:
    """How many content words a sentence has, and how many of them its support lacks."""
    said = segments(text)
    lacking = frozenset[str]().union(*(each.stems for each in said)) - support.stems
    return Words(
        count=len(frozenset[str]().union(*(each.stems for each in said))),
        lacking=len(lacking),
        conditional=any(each.stems & lacking for each in said if each.conditions & CONDITIONS),
    )


def _words(text: str, said: Sequence[Segment], support: Support) -> Iterator[Broken]:
    content = frozenset[str]().union(*(each.stems for each in said))
    lacking = content - support.stems
    least = LEAST_SUPPORTED if len(content) >= SHORT else 1.0
    if content and 1 - len(lacking) / len(content) < least:
        yield Broken(UNSUPPORTED_WORDS, " ".join(sorted(lacking)))
    if not content and said and not any(each.claims for each in said):
        yield Broken("nothing_said", "nothing but plain words")
    strict = frozenset[str]().union(*(each.strict for each in said)) - support.strict - support.worded
    if strict:
        yield Broken("unsupported_word", " ".join(sorted(strict)))


def _names(text: str, support: Support) -> Iterator[Broken]:
    lists = lexicon()
    for match in _NAME.finditer(folded(text)):
        low = match[0].lower()
        if low not in lists.plain and low not in CODES and not stems(low) <= support.stems:
            yield Broken("unsupported_name", match[0])


def _exchanged(text: str, support: Support) -> Iterator[Broken]:
    """Names put together from several or told of another field; what is said to be done and nowhere is."""
    low = plain_words(text)
    spoken = runs(text)
    for run in spoken:
        if torn(run, support.names):
            yield Broken("misplaced_name", " ".join(run))
    named = [each for each in support.fields if each.value and each.name]
    spoken_roots = roots(low)
    for one in (each for each in named if " ".join(each.value) in low):
        if any(
            each.name <= spoken_roots
            and (not one.name <= spoken_roots or one.name < each.name)
            and not set(each.value) & set(low.split())
            for each in named
        ):
            yield Broken("misplaced_name", " ".join(one.value))
    for done in perfects(low):
        if done not in support.literal and done not in lexicon().deeds:
            yield Broken("unsupported_deed", done)


def _deeds(segment: Segment, support: Support) -> Iterator[Broken]:
    for deed in sorted(segment.deeds):
        alike = [each for each in support.deeds if each.group == deed.group]
        if deed.mood in RULES:
            told = not alike or any(_agrees(each, deed) for each in alike)
        else:
            told = any(_tells(each, deed) for each in alike)
        if not told:
            yield Broken("unsupported_deed", f"{deed.group} ({'not ' if deed.denied else ''}{deed.mood})")


def _tells(known: Deed, said: Deed) -> bool:
    if said.open:
        return True
    mood = "possible" if known.open and known.mood in ("done", "state", "promise", "rule") else known.mood
    return _agrees(known, said) and mood in _ACCEPTS[said.mood]


def _agrees(known: Deed, said: Deed) -> bool:
    """Whether both are told of the same one, and neither denies what the other tells."""
    if known.actor and said.actor and known.actor != said.actor:
        return False
    return said.open or known.denied == said.denied


def _answer(text: str, support: Support) -> Iterator[Broken]:
    """A yes where a point begins with no, or the other way round."""
    said = _YES_NO.match(plain_words(text))
    if said and any((told := _YES_NO.match(each)) and told[0] != said[0] for each in support.openings):
        yield Broken("changed_polarity", said[0])
