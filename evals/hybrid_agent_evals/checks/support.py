"""Whatever a reply says stands on evidence, and sources are named as they are used."""

import re
from collections.abc import Iterator, Sequence

from hybrid_agent.guardrails import Ground as Carried
from hybrid_agent.guardrails import check
from hybrid_agent.state import EvidenceKind, Sentence
from hybrid_agent_evals.checks.outcome import Seen
from hybrid_agent_evals.checks.talks import known_claims
from hybrid_agent_evals.playing.overhearing import bare
from hybrid_agent_evals.playing.record import Ground, Played, PlayedTurn

QUOTED = 40
"""Letters and digits of a sentence of the help centre that no other text has by chance."""

_MARK = re.compile(r"\s?\[(\d{1,3})\]")
_END = re.compile(r"(?<=[.!?])\s+|\n+")
_ALL = "all"


def support(seen: Seen) -> Sequence[str] | None:
    """Numbers and sources of each reply agree, its claims are evident, and what it quotes is cited."""
    played = seen.played
    spoken = [
        (place, turn) for place, turn in enumerate(played.turns) if turn.reply and turn.deed != "respond"
    ]
    if not spoken:
        return None
    return [
        f"turn {place + 1}: {problem}"
        for place, turn in spoken
        for problem in (*_sources(turn), *_claims(place, turn, played), *_quotes(turn))
    ]


def _sources(turn: PlayedTurn) -> Iterator[str]:
    marks, numbers = {int(each) for each in _MARK.findall(turn.reply)}, {each.number for each in turn.cites}
    if marks - numbers:
        yield f"the reply has a number without a source: {sorted(marks - numbers)}"
    if numbers - marks:
        yield f"a source is listed that no number names: {sorted(numbers - marks)}"
    known = {(each.title, each.url) for each in turn.grounds}
    yield from (
        f"cited is {each.title!r}, which was never read"
        for each in turn.cites
        if (each.title, each.url) not in known
    )


def _claims(place: int, turn: PlayedTurn, played: Played) -> Iterator[str]:
    """Claims that nothing carries, deeds without an effect on the ledger, pretence to be a person."""
    done = any(each.kind is EvidenceKind.EFFECT for each in turn.grounds)
    carried = {_ALL: Carried(known_claims(played, place), effect=done)}
    told = Sentence(text=_MARK.sub("", turn.reply), evidence=(_ALL,))
    for each in check([told], carried, frozenset()):
        yield f"not evident ({each.rule}): {each.what}"


def _quotes(turn: PlayedTurn) -> Iterator[str]:
    reply, wording = bare(_MARK.sub("", turn.reply)), bare(" ".join(turn.wording))
    cited = {each.title for each in turn.cites} | {each.url for each in turn.cites if each.url}
    for each in turn.grounds:
        if each.kind in (EvidenceKind.PASSAGE, EvidenceKind.POLICY) and not {each.title, each.url} & cited:
            said = [one for one in _sentences(each) if one in reply and one not in wording]
            if said and not _elsewhere(said, turn, cited):
                yield f"{each.title!r} is quoted and not cited"


def _elsewhere(said: Sequence[str], turn: PlayedTurn, cited: set[str]) -> bool:
    """Whether a source that is cited says the same."""
    texts = [bare(each.text) for each in turn.grounds if {each.title, each.url} & cited]
    return all(any(one in text for text in texts) for one in said)


def _sentences(ground: Ground) -> list[str]:
    return [one for each in _END.split(ground.text) if len(one := bare(each)) >= QUOTED]
