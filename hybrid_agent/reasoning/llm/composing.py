"""A model words the answers of a turn: a sentence a line, each behind the numbers of what it rests on."""

import re
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing

from hybrid_agent.catalog import Catalog
from hybrid_agent.chat_model import ChatModel, stream
from hybrid_agent.reasoning.llm.brief import composing_values, sources
from hybrid_agent.reasoning.llm.veil import Personal, veil_over, veiled
from hybrid_agent.reasoning.protocol import Brief
from hybrid_agent.redaction.placeholders import Placeholders
from hybrid_agent.state import Sentence
from hybrid_agent_prompts import Prompt

PURPOSE = "compose"
MOST_REPEATS = 2
"""Equal lines after which a model is going round in circles."""
_LINE = re.compile(r"\s*[-*]?\s*\[\s*(\d{1,3}(?:\s*[,;]\s*\d{1,3})*)\s*\]\s*(\S.*?)\s*")


async def compose_reply(
    brief: Brief, model: ChatModel, prompt: Prompt, catalog: Catalog, personal: Personal
) -> AsyncGenerator[Sentence, None]:
    """The sentences as they come, personal data restored. Raises ModelError.

    A line without numbers, with a number that there is not, or with a placeholder that was not given out is
    passed over.
    """
    veil = veil_over((*brief.earlier, brief.heard), brief.evidence, personal)
    filled = prompt.fill(**composing_values(catalog, _veiled(brief, veil)))
    under = sources(brief)
    seen: dict[str, int] = {}
    async with aclosing(_lines(stream(model, filled, purpose=PURPOSE))) as lines:
        async for line in lines:
            seen[line] = seen.get(line, 0) + 1
            if seen[line] > MOST_REPEATS:
                return
            sentence = _sentence(line, under, len(brief.points), veil) if seen[line] == 1 else None
            if sentence is not None:
                yield sentence


async def _lines(deltas: AsyncGenerator[str, None]) -> AsyncGenerator[str, None]:
    """Whole lines out of pieces of text."""
    rest = ""
    async with aclosing(deltas):
        async for delta in deltas:
            *whole, rest = (rest + delta).split("\n")
            for line in whole:
                yield line
    yield rest


def _sentence(
    line: str, under: Sequence[tuple[str, ...]], points: int, veil: Placeholders
) -> Sentence | None:
    match = _LINE.fullmatch(line)
    if match is None or veil.leftovers(match[2]):
        return None
    places = [int(each) - 1 for each in re.findall(r"\d+", match[1])]
    if not all(0 <= place < len(under) for place in places):
        return None
    evidence = dict.fromkeys(each for place in places for each in under[place])
    says = tuple(dict.fromkeys(place for place in places if place < points))
    return Sentence(text=veil.restore(match[2]), evidence=tuple(evidence), says=says)


def _veiled(brief: Brief, veil: Placeholders) -> Brief:
    return brief.model_copy(
        update={
            "points": tuple(
                point.model_copy(update={"text": veil.mask(point.text)}) for point in brief.points
            ),
            "evidence": tuple(veiled(item, veil) for item in brief.evidence),
            "heard": veil.mask(brief.heard),
        }
    )
