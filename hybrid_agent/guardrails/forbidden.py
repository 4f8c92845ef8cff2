"""Words that may not go out whatever the evidence: pretence, requests for secrets, markup, repetition."""

import re
from collections.abc import Iterator
from typing import NamedTuple

from hybrid_agent.guardrails.folding import MAX_TEXT, hidden, plain_words
from hybrid_agent.guardrails.lexicon import lexicon

LONGEST = 600
"""Characters of one sentence of a model."""
_TAG = re.compile(r"</?[a-z!][^>\n]{0,300}>?|&(?:#x?[0-9a-f]+|[a-z]{2,8});", re.IGNORECASE)
_LIVE = re.compile(
    r"<\s*/?\s*(?:a|script|iframe|img|svg|object|embed|form|input|button|style|link|meta|base|video|audio)\b[^>]{0,300}>?"
    r"|!?\[[^\]\n]{0,300}\]\s?[(\[]"
    r"|\b(?:javascript|vbscript|data)\s?:\s?(?=\S{0,100}[(/;,])\S{1,80}",
    re.IGNORECASE,
)
_MARKUP = re.compile(
    r"```|`[^`]+`|\*\*|__|^\s{0,3}(?:#{1,6}\s|[-*+>]\s|\d{1,2}[.)]\s|\|)|^\s*\|.*\|", re.MULTILINE
)
_PLACEHOLDER = re.compile(
    r"[<\[{]{1,2}\s*[A-Za-z][\w .|-]{0,40}\s*[>\]}]{1,2}|\b[A-Z]{3,}_\d+\b|\$\{|%\w+%|\bX{3,}\b|_{3,}"
)
_CODE = re.compile(
    r"[{};]\s*$|\w\(\)|=>|->|==|!=|&&|\|\||</|\\[nrtux]|\b(?:def|import|function|const|var|return|print|SELECT|"
    r"INSERT|UPDATE|DELETE FROM|DROP TABLE|curl|sudo|rm -rf|console\.log)\b\s*[\w({*.'\"-]*[(={*;]"
    r"|\b0x[0-9a-f]+\b",
)
_WORD = re.compile(r"[^\W_]+(?:'[^\W_]+)?")
_LETTER = re.compile(r"[^\W\d_]")
_STUTTER = re.compile(r"(.)\1{5,}|(\S{2,20}?)\2{3,}|\b(\w+)(?:\W+\3\b){2,}", re.IGNORECASE)


class Broken(NamedTuple):
    """A rule that words break, and the words."""

    rule: str
    what: str


def never(text: str, *, of_model: bool) -> Iterator[Broken]:
    """What a text holds that may not go out. Text of our own is held to fewer rules than a model's."""
    lists, low = lexicon(), plain_words(text[:MAX_TEXT])
    for rule, patterns in lists.never.items():
        if of_model or rule in lists.everyone:
            found = next((match for each in patterns if (match := each.search(low))), None)
            if found:
                yield Broken(rule, found[0].strip())
    if live := _LIVE.search(text):
        yield Broken("live_markup", live[0])
    if unseen := hidden(text):
        yield Broken("hidden_characters", " ".join(f"U+{ord(each):04X}" for each in unseen[:8]))
    if of_model:
        yield from _unfit(text, low)


def _unfit(text: str, low: str) -> Iterator[Broken]:
    """Text that is no sentence for a customer."""
    if not _LETTER.search(low):
        yield Broken("empty", low[:20])
    for rule, pattern in (
        ("markup", _MARKUP),
        ("markup", _TAG),
        ("placeholder", _PLACEHOLDER),
        ("code", _CODE),
    ):
        if found := pattern.search(text):
            yield Broken(rule, found[0][:60])
    if repeated := _repeated(low):
        yield Broken("repetition", repeated)


def _repeated(low: str) -> str:
    if found := _STUTTER.search(low[:LONGEST]):
        return found[0][:60]
    words = _WORD.findall(low)
    runs = [" ".join(words[place : place + 4]) for place in range(len(words) - 3)]
    return next((run for run in runs if runs.count(run) > 2), "")
