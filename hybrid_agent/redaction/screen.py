"""Screening a message before anything stores it or reads it."""

import re
import unicodedata
from dataclasses import dataclass

from hybrid_agent.redaction.masking import DIGITS, card_in

MAX_TEXT = 4_000
"""Characters of a message that are kept: what is longer is a paste, and its end is cut."""

_CARD_REMOVED, _REMOVED, _CUT = "[card number removed]", "[removed]", "[the rest was cut off]"
_SECRET = re.compile(
    r"(?i)\b((?:password|passwort|passcode|pin(?: code)?|cvc|cvv|mot de passe|contraseña|wachtwoord)"
    r"(?:\s*[:=]\s*|\s+(?:is|ist|est|es|was|now)\b\s*[:=]?\s*))(\S{3,64})"
)
_SPACES = re.compile(r"[^\S\n]+")


@dataclass(frozen=True, slots=True)
class Screened:
    """A message as it may be stored; `secrets` says that some were removed, `cut` that it was too long."""

    text: str
    secrets: bool = False
    cut: bool = False


def screen_text(text: str) -> Screened:
    """The message without control characters, card numbers and passwords, and not over MAX_TEXT.

    What was taken out leaves its mark, so that a text that was screened before says so again.
    """
    head = text[: MAX_TEXT * 2]
    kept = (each for each in head if each == "\n" or not unicodedata.category(each).startswith("C"))
    plain = _SPACES.sub(" ", "".join(kept)).strip()
    safe = _SECRET.sub(_secret, DIGITS.sub(_card, plain))
    if (len(safe) > MAX_TEXT or len(text) > len(head)) and not safe.endswith(_CUT):
        safe = f"{safe[: MAX_TEXT - len(_CUT) - 1]} {_CUT}"
    return Screened(safe, secrets=_CARD_REMOVED in safe or _REMOVED in safe, cut=safe.endswith(_CUT))


def _card(match: re.Match[str]) -> str:
    run, card = match.group(), card_in(match.group())
    return f"{run[: card[0]]}{_CARD_REMOVED}{run[card[1] :]}" if card else run


def _secret(match: re.Match[str]) -> str:
    return f"{match[1]}{_REMOVED}"
