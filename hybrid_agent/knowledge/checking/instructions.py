"""Passages that hold instructions to a language model rather than to a reader."""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from hybrid_agent.guardrails.screening import detector_for
from hybrid_agent.guardrails.screening.surface import SIGNS, surface
from hybrid_agent.guardrails.screening.windows import read_in_parts
from hybrid_agent.knowledge.checking.findings import Finding, Kind, place, quoted
from hybrid_agent.knowledge.passages import Passage

if TYPE_CHECKING:
    from hybrid_agent.encoding import Encoder


def instructions(passages: Sequence[Passage], encoder: "Encoder") -> Iterator[Finding]:
    """A warning for each passage that the screen takes for an attack, of those with signs of one."""
    detector = detector_for(encoder)
    for passage in passages:
        if _has_signs(passage.text) and detector.suspicious(passage.text):
            message = (
                f"{quoted(passage.text, 120)} reads like an instruction to a language model, "
                "which will not be shown it. Say it otherwise, or find out who wrote it."
            )
            yield Finding(kind=Kind.INSTRUCTION, level="warning", where=place(passage), message=message)


def _has_signs(text: str) -> bool:
    """A word or two marks of an attack: marks alone stand in many articles, as in code and tables."""
    return any(_signs_of_attack(part) for part in read_in_parts(text))


def _signs_of_attack(part: str) -> bool:
    *signs, _ = surface(part)
    return any(signs[: len(SIGNS)]) or sum(sign > 0 for sign in signs) > 1
