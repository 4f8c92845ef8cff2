"""E-mail addresses, telephone numbers and web addresses, by how they are written."""

import re
from collections.abc import Iterator

EMAIL = re.compile(r"[\w.+%'-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,4}")
_SPELLED = re.compile(
    r"(?<![\w.])[\w.+-]{1,64}\s?(?:\(at\)|\[at\]|\bat\b|@)\s?[\w-]{1,63}"
    r"(?:\s?(?:\(dot\)|\[dot\]|\bdot\b)\s?[a-z]{2,24}){1,3}(?!\w)",
    re.IGNORECASE,
)
"""An address that is spelled out, such as "name at example dot com"."""

_RUN = r"\d(?:[ ()./-]{0,2}\d)"
PHONE = re.compile(
    rf"(?<![\w-])(?:\+|00){_RUN}{{6,14}}(?!\w)"
    r"|(?<![\w-])0\d{2,4}[ /-]\d(?:[ -]?\d){4,9}(?!\w)"
    r"|(?<![\w.,/+-])(?:\+?1[ .-])?(?:\(\d{3}\) ?|\d{3}[.-])\d{3}[ .-]\d{4}"
    r"(?:\s?x\.?\s?\d{1,5})?(?![\w-]|[.,]\d)"
)
"""Numbers with a country code, with a zero before the area code, or in North America's groups."""
_LABEL = (
    r"(?:phones?|(?:tele)?phone\s?number|telephone|tel\.?|telefon\w*|tél\w*\.?|teléfono|mobile|mobil|handy\w*|cell(?:phone)?|fax|"
    r"whatsapp|sms|call(?:ing)?|reach|text(?:ing)?(?=\s(?:me|us|my))|ring|dial|answering|contact\s?number|"
    r"messages?\s(?:to|on)|(?:desk|office|landline|work|home)(?=\s?:))"
)
_BEFORE = re.compile(
    rf"(?<!\w){_LABEL}(?!\w)(?:\s(?:me|us|him|her|them|back|my|our|your|number|no\.?|nr\.?|is|it's|at|on|to|under|with|the|"
    rf"registered|new|old|this|unter|auf|au|al|ist|est|es)(?!\w)){{0,5}}\s{{0,2}}[:#.=-]?\s{{0,8}}"
    rf"(?P<number>(?:\+|\()?{_RUN}{{5,14}}(?:\s?x\.?\s?\d{{1,5}})?)(?!\w|[.,]\d|\s?[€$£%])",
    re.IGNORECASE,
)
_AFTER = re.compile(
    rf"(?<![\w.,-])(?P<number>(?:\+|\()?{_RUN}{{5,14}}(?:\s?x\.?\s?\d{{1,5}})?)"
    r"[ ,]{0,2}-?\s?\(?(?:office|fax|mobile|cell|home|work|landline|desk)(?![\w'])",
    re.IGNORECASE,
)

WEB = re.compile(r"(?<![\w@])(?:https?://|www\.)[^\s<>\"'()\[\]{}|\\^`]{3,2000}", re.IGNORECASE)
_PRIVATE = re.compile(
    r"https?://[^\s/@]{1,200}:[^\s/@]{1,200}@"
    r"|[?&;#](?:[\w-]{0,30}(?:token|secret|passw(?:or)?d|session|signature|api[-_]?key)|pwd|sig|key|auth|code|otp|jwt|"
    r"e-?mail)=[^&\s]",
    re.IGNORECASE,
)
"""A part of a web address that lets its reader in, or names a person."""


def emails(text: str) -> Iterator[tuple[int, int]]:
    """E-mail addresses, also spelled out."""
    if "@" in text:
        yield from (match.span() for match in EMAIL.finditer(text))
    yield from (match.span() for match in _SPELLED.finditer(text))


def phones(text: str) -> Iterator[tuple[int, int]]:
    """Telephone numbers by an unmistakable form, or by what stands beside them."""
    yield from (match.span() for match in PHONE.finditer(text))
    for pattern in (_BEFORE, _AFTER):
        yield from (match.span("number") for match in pattern.finditer(text))


def websites(text: str) -> Iterator[tuple[int, int]]:
    """Web addresses of any kind."""
    for match in WEB.finditer(text):
        yield match.start(), match.start() + len(match.group().rstrip(".,;:!?"))


def private_links(text: str) -> Iterator[tuple[int, int]]:
    """Web addresses that let their reader in, or name a person."""
    return ((start, end) for start, end in websites(text) if _PRIVATE.search(text, start, end))
