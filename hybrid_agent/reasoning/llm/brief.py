"""What is filled into the prompts: the catalog's part, which stays the same, and the turn's.

Texts are given here masked. Whatever a customer, a system or an article wrote is fenced.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from hybrid_agent.catalog import Catalog
from hybrid_agent.catalog.models import Intent, Slot
from hybrid_agent.reasoning.llm.facts import fact_text, short
from hybrid_agent.reasoning.protocol import Brief, Choice, Utterance, Wanted
from hybrid_agent.state import Question, QuestionKind
from hybrid_agent_prompts import fenced

EARLIER: Final = 4
"""Earlier messages that are shown, the latest ones."""

MAX_EARLIER: Final = 300
"""Characters of an earlier message."""

NONE: Final = "none"

OPEN: Final = "(Answer the customer's question from the facts.)"
"""What stands for a point that the catalog has no words for."""

_DIGIT = re.compile(r"\d")
_LANGUAGES: Final = {
    "da": "Danish",
    "de": "German",
    "en": "English",
    "es": "Spanish",
    "fi": "Finnish",
    "fr": "French",
    "it": "Italian",
    "nl": "Dutch",
    "no": "Norwegian",
    "pl": "Polish",
    "pt": "Portuguese",
    "sv": "Swedish",
}


def deployment_values(catalog: Catalog, intents: Sequence[str] | None = None) -> dict[str, str]:
    """Every value that is the same in each turn; `intents` are those to choose from, by default all.

    The order is the catalog's, whatever the order of `intents`, so that equal sets give equal prefixes.
    """
    chosen = {name: each for name, each in catalog.intents.items() if intents is None or name in intents}
    slots = {name for each in chosen.values() for name in each.slots}
    return {
        "intents": "\n".join(_intent_line(name, each) for name, each in chosen.items()),
        "slots": "\n".join(_slot_line(name, each) for name, each in catalog.slots.items() if name in slots)
        or NONE,
        "language": _LANGUAGES.get(catalog.language, f"the language with the code {catalog.language!r}"),
    }


def understanding_values(catalog: Catalog, intents: Sequence[str], utterance: Utterance) -> dict[str, str]:
    """The values for `understand`; `intents` are those to choose from."""
    fixed = deployment_values(catalog, intents)
    return {
        "intents": fixed["intents"],
        "slots": fixed["slots"],
        "question": _question(catalog, utterance.question, utterance.wanted),
        "pending": _joined(utterance.pending, "pending") if utterance.pending else NONE,
        "earlier": _earlier(utterance.earlier),
        "message": fenced("message", utterance.text),
    }


def planning_values(catalog: Catalog, choice: Choice, about: Mapping[str, str]) -> dict[str, str]:
    """The values for `plan`; `about` says for each read on offer what it gives."""
    said = [f"{name}: {fact_text(slot.value)}" for name, slot in choice.slots.items()]
    facts = [f"{item.name}: {fact_text(item)}" for item in choice.facts]
    return {
        "intent": catalog.intents[choice.intent].title,
        "message": fenced("message", choice.text),
        "known": _joined([*said, *facts], "known") if said or facts else NONE,
        "reads": "\n".join(f"- {name}: {about[name]}" for name in choice.offered) or NONE,
    }


def composing_values(catalog: Catalog, brief: Brief) -> dict[str, str]:
    """The values for `compose`, numbered as in `sources`."""
    points = [f"[{at}] {point.text or OPEN}" for at, point in enumerate(brief.points, 1)]
    facts = [
        fenced(f"{at}: {item.title or item.name}", fact_text(item))
        for at, item in enumerate(brief.evidence, len(points) + 1)
    ]
    return {
        "language": deployment_values(catalog)["language"],
        "message": fenced("message", brief.heard),
        "points": _joined(points, "points"),
        "evidence": "\n".join(facts) or NONE,
    }


def sources(brief: Brief) -> tuple[tuple[str, ...], ...]:
    """The evidence ids that each number in `compose` stands for, from 1: the points, then the evidence."""
    return (*(point.evidence for point in brief.points), *((item.id,) for item in brief.evidence))


def _intent_line(name: str, intent: Intent) -> str:
    """The example has no digits: small models quote an example's number as if the message gave it."""
    example = next((each for each in intent.examples if not _DIGIT.search(each)), None)
    said = f'; "{example}"' if example else ""
    slots = f" | {', '.join(intent.slots)}" if intent.slots else ""
    return f"{name}: {intent.title}{said}{slots}"


def _slot_line(name: str, slot: Slot) -> str:
    choices = f"; {' | '.join(slot.choices)}" if slot.choices else ""
    return f"{name}: {slot.title}{choices}"


def _question(catalog: Catalog, question: Question | None, wanted: Wanted | None) -> str:
    """The open question in a line, and under it the slots that it waits for."""
    if question is None:
        return NONE
    waits = [_slot_line(name, catalog.slots[name]) for name in wanted.slots] if wanted else []
    lines = [_asked(catalog, question), *(["It waits for:", *waits] if waits else [])]
    return "\n".join(lines)


def _asked(catalog: Catalog, question: Question) -> str:
    named = question.options if question.kind is QuestionKind.INTENT else range(1, len(question.options) + 1)
    options = [f"{name}: {words}" for name, words in zip(named, question.options.values(), strict=True)]
    match question.kind:
        case QuestionKind.SLOT:
            asked = catalog.slots[question.slot].ask if question.slot else ""
        case QuestionKind.CONFIRM:
            asked = f"May this be done?\n{fenced('action', question.text)}"
        case QuestionKind.INTENT:
            asked = "Which of these do you want?"
        case QuestionKind.TOPIC:
            asked = "Which of these is it about?"
        case QuestionKind.PERSON:
            asked = "Shall a colleague take over?"
    return f"{asked}\n{_joined(options, 'options')}" if options else asked


def _earlier(texts: Sequence[str]) -> str:
    latest = [short(text, MAX_EARLIER) for text in texts[-EARLIER:]]
    return _joined(latest, "earlier messages") if latest else NONE


def _joined(lines: Iterable[str], label: str) -> str:
    return fenced(label, "\n".join(lines))
