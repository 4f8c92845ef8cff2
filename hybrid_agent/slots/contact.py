"""E-mail addresses and telephone numbers."""

from __future__ import annotations

import re
from collections.abc import Iterator

from hybrid_agent.slots.model import Hints, Hit

MAX_EMAIL = 254
_EMAIL = re.compile(r"(?<![\w.+%-])[\w.+%'-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,8}")
_DIGITS = re.compile(r"\+?\d(?:[\s().\-/]{0,3}\d){6,16}")


def find_email(text: str, hints: Hints) -> Iterator[Hit]:
    """Addresses of valid form; no look-up on the network is made."""
    if "@" not in text:
        return
    for match in _EMAIL.finditer(text):
        written = match.group().strip(".'-")
        value = email(written, hints)
        if value is not None:
            start = match.start() + match.group().index(written)
            yield Hit(value, start, start + len(written))


def email(written: object, hints: Hints) -> str | None:
    """The address with a lower-case domain, or None if it cannot be one."""
    from email_validator import EmailNotValidError, validate_email

    if not isinstance(written, str) or len(written) > MAX_EMAIL:
        return None
    try:
        return validate_email(written, check_deliverability=False).normalized
    except EmailNotValidError:
        return None


def find_phone(text: str, hints: Hints) -> Iterator[Hit]:
    """Numbers valid in the customer's country or written with a country code, in E.164."""
    if not _DIGITS.search(text):
        return
    import phonenumbers

    matcher = phonenumbers.PhoneNumberMatcher(text, hints.country, max_tries=50)
    for match in matcher:
        value = phonenumbers.format_number(match.number, phonenumbers.PhoneNumberFormat.E164)
        certain = hints.asked or not match.raw_string.isdigit()
        yield Hit(value, match.start, match.end, certain)


def phone(written: object, hints: Hints) -> str | None:
    """The number in E.164, or None if no such number exists in its country."""
    import phonenumbers

    if not isinstance(written, str):
        return None
    try:
        number = phonenumbers.parse(written, hints.country)
    except phonenumbers.NumberParseException:
        return None
    if not phonenumbers.is_valid_number(number):
        return None
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
