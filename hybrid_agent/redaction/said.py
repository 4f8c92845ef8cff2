"""What is personal by the words that announce it: secrets, national ids, birth dates, postcodes, names."""

import re
from collections.abc import Iterator

_CALLED = (
    r"(?:pass\s?words?|passwort|kennwort|pass\s?code|pass\s?phrase|pin(?:[ -]?(?:code|number))?|cvc|cvv2?|"
    r"security\scode|tan|otp|one[ -]time\s(?:code|password)|api[ -]?key|access[ -]?token|secret(?:\skey)?|"
    r"mot\sde\spasse|contraseña|wachtwoord|senha)"
)
_SECRET = re.compile(
    rf"(?<!\w){_CALLED}(?:\s(?:is|ist|est|es|was|now)\b\s?[:=]?|\s?[:=])[^\S\n]?[\"'“«]?(?P<secret>[^\s\"'“”«»\[<(]\S{{2,63}})",
    re.IGNORECASE,
)
_BESIDE = re.compile(
    rf"(?<!\w){_CALLED}[^\S\n][\"'“«]?(?P<secret>(?=[^\W_])(?=[^\s]{{0,62}}\d)(?:(?=\S{{0,62}}[^\W\d_])\S{{5,64}}|\d{{3,8}}(?!\w)))",
    re.IGNORECASE,
)
"""A word with a digit in it, or a number, right behind such a word: nobody writes a sentence so."""
_HARMLESS = re.compile(
    r"(?:not|never|wrong|incorrect|correct|invalid|expired|secure|safe|too|the|a|an|for|on|in|at|of|my|your|it|its|that|"
    r"this|still|always|already|now|so|to|being|been|required|needed|working|different|unknown|stolen|lost|leaked|"
    r"compromised|forgotten|saved|used|what|which|reset|blocked|locked|changed|accepted|rejected|missing|gone|broken|nicht|falsch|pas|no)\W*",
    re.IGNORECASE,
)

_NATIONAL = re.compile(
    r"(?<!\w)(?:ssn|social\ssecurity(?:\s(?:number|no\.?|nr\.?))?|national\s(?:id|insurance)(?:\s(?:number|no\.?))?|"
    r"sozialversicherungsnummer|bsn|burgerservicenummer|passport\s(?:number|no\.?)|reisepassnummer|tax\s?(?:id|payer\sid)(?:\snumber)?|"
    r"steuer-?id\w*|driver'?s?\slicen[cs]e(?:\s(?:number|no\.?))?|dni|nif|nie)(?:\s?(?:is|ist|est|es|:|#|=))?\s?[:#]?\s?"
    r"(?P<id>(?=(?:[ .-]?[A-Z0-9]){0,14}\d)[A-Z0-9](?:[ .-]?[A-Z]{0,2}\d){4,13}[A-Z]{0,2})(?!\w)",
    re.IGNORECASE,
)

_MONTH = r"(?:jan|feb|mar|mär|apr|may|mai|jun|jul|aug|sep|oct|okt|nov|dec|dez|juin|août|déc)[a-zéû]{0,8}\.?"
_DATE = (
    rf"(?:\d{{1,4}}[./-]\d{{1,2}}[./-]\d{{2,4}}|\d{{1,2}}(?:st|nd|rd|th|\.)?\s(?:of\s)?{_MONTH},?\s\d{{2,4}}"
    rf"|{_MONTH}\s\d{{1,2}}(?:st|nd|rd|th)?,?\s\d{{2,4}})"
)
_BIRTH = re.compile(
    r"(?<!\w)(?:born(?:\son)?|birth\s?da(?:te|y)|date\sof\sbirth|d\.?o\.?b\.?|geboren(?:\s(?:am|op))?|geburtsdatum|né(?:e)?\sle|"
    rf"nacid[oa]\sel|fecha\sde\snacimiento|date\sde\snaissance|geboortedatum)(?:\s(?:is|ist|est|es))?\s?[:=]?\s?(?P<date>{_DATE})(?!\w)",
    re.IGNORECASE,
)

_POSTCODE = re.compile(
    r"(?<!\w)(?:zip(?:[ -]?code)?|post[ -]?code|postal\scode|plz|postleitzahl|code\spostal|c[oó]digo\spostal)"
    r"(?:\s(?:is|to|ist|est|es|of|in))?\s?[:=#]?\s?"
    r"(?P<code>\d{3,6}(?:[ -]\d{2,4})?(?:\s?[A-Z]{2}(?!\w))?|"
    r"[A-Z]{1,2}\d[A-Z\d]?\s?\d[A-Z]{2}|[A-Z]\d[A-Z]\s?\d[A-Z]\d)(?!\w|[.,]\d)",
    re.IGNORECASE,
)

_WORD = r"[^\W\d_a-zß-öø-ÿ][^\W\d_]+(?:['\u2019-][^\W\d_]+)*"
_NAME = (
    rf"(?P<name>{_WORD}(?:[^\S\n](?:[^\W\d_]\.|(?:van|von|de|der|den|da|di|del|la|le)(?=\s)|{_WORD})){{0,4}})"
)
_INTRODUCED = re.compile(
    r"(?<!\w)(?i:my\s(?:full\s)?name(?:\sis|'s|:)|mein\sname\sist|ich\shei(?:ß|ss)e|je\sm'appelle|mon\snom\sest|me\sllamo|"
    r"mi\snombre\ses|mijn\snaam\sis|ik\sheet|mi\schiamo|(?<=\n)name\s?:|(?:account|card)\s?holder(?:\sis|:)|dear|sehr\sgeehrte[r]?|"
    rf"liebe[r]?|cher|chère|estimad[oa])[^\S\n]{{1,8}}(?:(?:Mr|Mrs|Ms|Dr|Prof|Herr|Frau|Mme|M|Sr|Sra)\.?\s)?{_NAME}"
)
_SPEAKING = re.compile(rf"(?<!\w)(?i:this\sis|it's)\s{_NAME}(?=\s(?:speaking|here|from|calling|writing)\b)")
_SIGNED = re.compile(
    rf"(?<!\w)(?i:(?:(?:best|kind|warm|many)\s)?(?:regards|wishes)|sincerely(?:\syours)?|yours(?:\s(?:sincerely|truly|faithfully))?|cheers|"
    rf"(?:viele|beste|liebe|freundliche\w*|mit\sfreundlichen)\sgrü(?:ß|ss)en?|cordialement|saludos|groet(?:en|jes)?)[,.!]?\s{{0,3}}\n\s{{0,3}}{_NAME}(?=\s*(?:\n|$))"
)
_NOBODY = re.compile(
    r"(?:sir|madam|team|support|customer|service|all|both|friend|friends|bot|agent|kunde|kundin|damen|equipe|équipe|"
    r"monsieur|madame|señor|señora)(?:\W|$)",
    re.IGNORECASE,
)
"""Whom a letter is to where it is to nobody by name."""


def secrets(text: str) -> Iterator[tuple[int, int]]:
    """Passwords and codes that are named as such."""
    for pattern in (_SECRET, _BESIDE):
        for match in pattern.finditer(text):
            if not _HARMLESS.fullmatch(match["secret"]):
                yield match.start("secret"), match.start("secret") + len(match["secret"].rstrip(".,;"))


def national_ids(text: str) -> Iterator[tuple[int, int]]:
    """Numbers that a state gives its people, where they are named as such."""
    return (match.span("id") for match in _NATIONAL.finditer(text))


def birth_dates(text: str) -> Iterator[tuple[int, int]]:
    """Dates that are named as somebody's birth."""
    return (match.span("date") for match in _BIRTH.finditer(text))


def postcodes(text: str) -> Iterator[tuple[int, int]]:
    """Postcodes that are named as such: by form alone most are any number."""
    return (match.span("code") for match in _POSTCODE.finditer(text))


def names(text: str) -> Iterator[tuple[int, int]]:
    """Names with capitals that are introduced, addressed or signed with: others are found by records only."""
    for pattern in (_INTRODUCED, _SPEAKING, _SIGNED):
        for match in pattern.finditer(text):
            if not _NOBODY.match(match["name"]):
                yield match.span("name")
