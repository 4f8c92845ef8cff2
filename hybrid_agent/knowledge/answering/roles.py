"""What a sentence is for, and which sentences belong together, by the forms of English."""

import re

from hybrid_agent.knowledge.passages import Role

_STEP = re.compile(
    r"""^(?:please\s|first,?\s|then,?\s|next,?\s|now,?\s|finally,?\s|simply\s|just\s)*
    (?:(?:to\s\w+|if\s|in\sorder\sto\s|once\s|when\s|under\s|on\s|in\s)[^.]*,\s)?(?:please\s|just\s|simply\s)*
    (?:you\s(?:can|could|may|should|must|need\sto|have\sto)\s(?!(?:also\s)?(?:expect|be|have|get|receive|not)\b)
    |(?:add|ask|attach|bring|call|change|check|choose|click|close|complete|confirm|contact|copy|create|download|
    e-?mail|enable|enter|fill|follow|give|go|install|keep|log\sin|look|make|open|pack|paste|press|print|put|read|
    remove|reply|restart|return|run|save|scroll|select|send|set|show|sign\sin|start|switch|take|tap|tell|try|turn|
    type|update|upload|use|visit|wait|write)\b)""",
    re.IGNORECASE | re.VERBOSE,
)
_DURATION = re.compile(
    r"\b(?:\d+|an?|one|two|three|four|five|six|seven|eight|nine|ten|few|several|next|same)\b[\s-]*"
    r"(?:(?:to|or|and|working|business|calendar|full)\s|\d+\s|-)*(?:second|minute|hour|day|week|month|year)s?\b",
    re.IGNORECASE,
)
_LASTS = re.compile(
    r"\b(?:takes?|taking|arrives?|usually|normally|typically|expect|appears?|reach(?:es)?|up to|within"
    r"|process(?:ed|es)?|repl(?:y|ies)|answers?|ready|done|later|delivered|credited)\b",
    re.IGNORECASE,
)
_MONEY = re.compile(r"[€$£]\s?\d|\d\s?(?:[€$£]|[A-Z]{3}\b|euros?\b|dollars?\b|pounds?\b|cents?\b)|\bfree\b")
_WHEN = re.compile(
    r"\b\d{1,2}:\d\d\b|\b(?:mon|tues|wednes|thurs|fri|satur|sun)days?\b|\b\d{4}\b"
    r"|\b(?:january|february|march|april|may|june|july|august|september|october|november|december)\b",
    re.IGNORECASE,
)
_ASKS_HOW_LONG = re.compile(
    r"\b(?:how (?:long|soon|fast|late|early|old|many (?:seconds|minutes|hours|days|weeks|months|years))"
    r"|when|until when|what time|by what date|expires?)\b",
    re.IGNORECASE,
)
_ASKS_HOW_MUCH = re.compile(r"\b(?:how (?:much|expensive)|costs?|price|fee|charge)\b", re.IGNORECASE)
_ASKS_HOW = re.compile(
    r"\b(?:how (?:do|can|could|should|would|to|must|shall|am|does)|where (?:do|can)|what (?:do|should|must) i"
    r"|steps?)\b",
    re.IGNORECASE,
)
_QUALIFIES = re.compile(
    r"^(?:but|however|except|unless|otherwise|only|this does not|that does not|it does not|the exceptions?"
    r"|exceptions?|excluded|not included|in that case|if not|note|this (?:only )?applies|does not apply)\b"
    r"|\b(?:unless|except(?:ions?)?|excluding|does not apply|do not apply|does not (?:cover|include)"
    r"|(?:is|are) excluded|only (?:if|when|where|for))\b",
    re.IGNORECASE,
)


def role_of(sentence: str) -> Role:
    """What the customer can do, how long it takes, or else what is the case."""
    if _STEP.search(sentence):
        return Role.NEXT_STEP
    return Role.TIME if _DURATION.search(sentence) and _LASTS.search(sentence) else Role.ANSWER


def is_sought(query: str, sentence: str) -> bool:
    """Whether a sentence has the form that a question asks for: a time, an amount, or what to do."""
    if _ASKS_HOW_LONG.search(query):
        return bool(_DURATION.search(sentence) or _WHEN.search(sentence))
    if _ASKS_HOW_MUCH.search(query):
        return _MONEY.search(sentence) is not None
    return bool(_ASKS_HOW.search(query) and _STEP.search(sentence))


def qualifies(sentence: str) -> bool:
    """Whether a sentence names a condition or an exception to what stands before it."""
    return _QUALIFIES.search(sentence) is not None


def announces(sentence: str) -> bool:
    """Whether a sentence says nothing without the list or table under it."""
    return sentence.rstrip().endswith(":")
