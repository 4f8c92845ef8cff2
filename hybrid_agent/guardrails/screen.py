"""Screening a message before anything stores it or reads it."""

import re
import unicodedata
from dataclasses import dataclass

from hybrid_agent.guardrails.masking import CARD, luhn

MAX_TEXT = 4_000
"""Characters of a message that are kept: what is longer is a paste, and its end is cut."""

_SECRET = re.compile(
    r"(?i)\b((?:my |the |new |old )?(?:password|passwort|passcode|pin|cvc|cvv|mot de passe|contraseña)"
    r"\s*(?:is|ist|est|es|:|=)\s*)(\S{3,64})"
)
_SPACES = re.compile(r"[^\S\n]+")


@dataclass(frozen=True, slots=True)
class Screened:
    """A message as it may be stored; `secrets` says that some were removed, `cut` that it was too long."""

    text: str
    secrets: bool = False
    cut: bool = False


def screen_text(text: str) -> Screened:
    """The message without control characters, card numbers and passwords, and not over MAX_TEXT."""
    head = text[: MAX_TEXT * 2]
    plain = "".join(each for each in head if each == "\n" or not unicodedata.category(each).startswith("C"))
    plain = _SPACES.sub(" ", plain).strip()
    safe = _SECRET.sub(r"\1[removed]", CARD.sub(_card, plain))
    return Screened(safe[:MAX_TEXT], secrets=safe != plain, cut=len(safe) > MAX_TEXT or len(text) > len(head))


def _card(match: re.Match[str]) -> str:
    return "[card number removed]" if luhn(match.group()) else match.group()
