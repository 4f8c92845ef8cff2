"""What a message is screened for before anything reads it: attacks, and another language than the bot's."""

from __future__ import annotations

import re
from dataclasses import dataclass

from hybrid_agent.frozen import Frozen
from hybrid_agent.guardrails.screening.injection import FOUND, Detector
from hybrid_agent.guardrails.screening.language import other_language

_WORDS = re.compile(r"[^\W\d_]{2,}")
LEAST_WORDS = 3
"""A message of fewer words is a value, a yes or a no: nobody is talked into anything by it."""


class Seen(Frozen):
    """`attack` is 0..1, found from `FOUND` on; `language` is that of the message if it is another one."""

    attack: float = 0.0
    language: str | None = None

    @property
    def refused(self) -> bool:
        """Whether the message is an attack."""
        return self.attack >= FOUND


@dataclass(frozen=True, slots=True)
class Screen:
    """Screens messages for a bot that answers in `language`."""

    detector: Detector
    language: str

    def look(self, text: str) -> Seen:
        """What is seen of a message. Blocks for milliseconds, longer for long texts."""
        wordy = len(_WORDS.findall(text)) >= LEAST_WORDS
        attack = round(self.detector.score(text), 3) if wordy else 0.0
        return Seen(attack=attack, language=other_language(text, self.language))
