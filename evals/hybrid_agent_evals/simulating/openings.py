"""The message in which a goal is said: fresh words where a shop has them, else its own examples, changed."""

import re
from collections.abc import Mapping, Sequence

from hybrid_agent.catalog import Slot
from hybrid_agent.catalog.phrasing import places
from hybrid_agent.reasoning.hints import hints_for
from hybrid_agent.slots import SlotKind, find
from hybrid_agent_evals.simulating.values import Speaker

_PLACE = re.compile(r"\{(\w+)\}")


MOST = 3
"""Ways to say the same, for who is not understood at once."""


def openings(
    speaker: Speaker, intent: str, words: Mapping[str, str], withheld: frozenset[str]
) -> tuple[str, ...]:
    """A few ways to say the goal; the values of `withheld` are not in them."""
    told = {name: said for name, said in words.items() if name not in withheld}
    fresh = speaker.words.goals.get(intent)
    if fresh is None:
        return tuple(_example(speaker, text, told) for text in _some(speaker, _examples(speaker, intent)))
    fitting = [text for text in fresh if set(places(text)) <= told.keys()] or [
        text for text in fresh if "{" not in text
    ]
    full = [text for text in fitting if "{" in text]
    chosen = full if full and speaker.random.random() < 0.6 else fitting
    return tuple(_filled(text, told) for text in _some(speaker, chosen or fresh))


def _filled(text: str, told: Mapping[str, str]) -> str:
    return " ".join(_PLACE.sub(lambda match: told.get(match[1], ""), text).split())


def _some(speaker: Speaker, texts: Sequence[str]) -> list[str]:
    return speaker.random.sample(list(texts), min(MOST, len(texts)))


def _examples(speaker: Speaker, intent: str) -> Sequence[str]:
    return speaker.catalog.intents[intent].examples


def _example(speaker: Speaker, text: str, told: Mapping[str, str]) -> str:
    """An example of the catalog with the customer's own numbers and addresses in it, or with none."""
    for name, slot in speaker.catalog.slots.items():
        if slot.kind in (SlotKind.ID, SlotKind.EMAIL, SlotKind.ADDRESS):
            text = _replaced(speaker, text, slot, told.get(name, ""))
    return " ".join(text.split()).rstrip(" ?.!")


def _replaced(speaker: Speaker, text: str, slot: Slot, said: str) -> str:
    hints = hints_for(slot, speaker.catalog, speaker.now, asked=False)
    for each in reversed(find(slot.kind, text, hints)):
        text = text[: each.start] + said + text[each.end :]
    return text
