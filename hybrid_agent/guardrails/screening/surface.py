"""What a text shows on its surface of wanting to change how it is read: generic signs, no list of attacks."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from functools import cache
from types import MappingProxyType

_WORD_ENDS = r"(?<!\w)(?:{})(?!\w)"
_WORKINGS = (
    r"(?:(?:all|any|every|your|the|my|our|these|those|previous|prior|earlier|above|initial|original|"
    r"current|other|of|ethical|moral|internal|content|safety|shop'?s?|openai'?s?|\w+'s)\s+){0,5}"
    r"(?:instructions?|rules?|prompts?|guidelines?|polic(?:y|ies)|restrictions?|directives?|programming|"
    r"training|guardrails?|filters?|ethics|morals?|approval|limits|limitations|safeguards?|constraints?)"
)

SIGNS: Mapping[str, str] = MappingProxyType(
    {
        "override": rf"(?:ignor\w+|disregard\w*|forget\w*|overrid\w+|bypass\w*|neglect|violat\w+|break\w*|"
        rf"free\s+(?:of|from)|without|beyond|circumvent|disobey)\s+{_WORKINGS}",
        "override_abroad": r"(?:ignoriere?|vergiss|missachte|ignore[zr]?|oublie[zr]?|ignora|olvida|"
        r"negeer|vergeet|dimentica|zignoruj|esque[cç]a)\s+(?:\w+\s+){0,3}(?:\w*anweisung\w*|regeln|"
        r"instructions?|instrucciones|instructies|istruzioni|reglas|règles|regels|polecenia|instruç\w+|consignes)",
        "persona": r"(?:act(?:ing)?\s+as|pretend\s+(?:that\s+)?(?:to|you)|role-?\s?play(?:ing)?|"
        r"imagine\s+(?:that\s+)?you|(?:stay|remain)\s+in\s+character|simulat\w+|impersonat\w+|in\s+the\s+role\s+of|"
        r"you\s+(?:are|will\s+be|will)\s+now|you\s+will\s+(?:act|play|answer|respond|reply)|"
        r"take\s+on\s+the\s+(?:role|persona)|your\s+(?:new\s+)?(?:name|role|persona|character)\s+is)",
        "from_now_on": r"(?:from\s+now\s+on|for\s+the\s+rest\s+of\s+(?:this|the)\s+(?:chat|conversation)|"
        r"from\s+this\s+(?:moment|point)|new\s+(?:instructions?|rules?|polic(?:y|ies))|"
        r"your\s+new\s+(?:task|goal|polic(?:y|ies)|rules?|instructions?))",
        "unlimited": r"(?:jailbr(?:eak|oken)\w*|uncensored|unfiltered|unrestricted|unlimited\s+rights|amoral|"
        r"do\s+anything\s+now|can\s+do\s+anything|(?:no|any|without)\s+(?:moral|ethical|content|legal)?\s*"
        r"(?:limits?|limitations?|restrictions?|filters?|morals?|ethics|censorship|boundaries)|never\s+refuses?|"
        r"(?:developer|maintenance|debug|god|admin|dan)\s+mode|not\s+bound\s+by|full\s+authority|"
        r"illegal|unethical|immoral|nsfw)",
        "workings": r"(?:(?:system|initial|hidden|secret|original|confidential)\s+(?:\w+\s+){0,1}"
        r"(?:prompts?|instructions?|messages?|guidelines?|configuration)|your\s+(?:prompt|instructions|"
        r"configuration|guidelines|programming|developers|creators)|(?:text|everything|words?)\s+above|"
        r"(?:functions?|tools?)\s+(?:that\s+)?you\s+(?:can|have)|systemprompt|"
        r"message\s+système|prompt\s+di\s+sistema)",
        "the_machine": r"(?:chat\s?gpt|gpt-?\d?|openai|language\s+models?|llms?|an?\s+ai|ai|chat\s?bots?|"
        r"assistants?|artificial\s+intelligence|dan)",
        "the_answer": r"(?:(?:in|of|to|modify|end|change|write|provide|render|enhance|augment|shape)\s+"
        r"(?:each\s+of\s+)?your\s+(?:answers?|repl(?:y|ies)|responses?|message|output)|your\s+(?:response|output)|"
        r"respond\s+(?:only|with|as)|answer\s+(?:only|as)|repeat\s+after\s+me|prefix\s+\w+|word\s+for\s+word)",
    }
)
"""Regular expressions of whole words, by what they are a sign of."""

MARKS: Mapping[str, str] = MappingProxyType(
    {
        "roles": r"(?im)(?:^|[\n>\]#*\s])(?:system|assistant|user|role|ai|chatgpt|"
        r"tool(?:_call)?|tool\s+result)\s*\]?:",
        "markup": r"</?[a-z_]{3,}(?:\s[^>]*)?>|<!--|\[\[|\[/?(?:inst|system|internal)|###|\{\s*\"|```",
        "call": r"\w\.\w{1,60}\s*\(|\w_(?:(?!_)\w){1,60}\s*=|\bselect\s+\*?\s*\w*\s*from\b|\"arguments\"",
        "encoded": r"[A-Za-z0-9+/]{24,}={0,2}|(?:\b\w ){7}|\bbase64\b|\brot13\b|\\x[0-9a-f]{2}|"
        r"\b(?:[a-z]+\d+){2,}[a-z]*\b",
    }
)
"""Regular expressions of anything else."""

NAMES: tuple[str, ...] = (*SIGNS, *MARKS, "length")
LONG = 500
"""Characters from which on a text counts as long altogether."""


def surface(text: str) -> list[float]:
    """For each of `NAMES`: 0 without the sign, 0.5 with one, towards 1 with more; `length` is 0..1."""
    return [*(_often(search(text)) for search in _searches()), min(len(text) / LONG, 1.0)]


def has_words(text: str) -> bool:
    """Whether one of `SIGNS` stands in the text."""
    return any(search(text) for search in _searches()[: len(SIGNS)])


def _often(count: int) -> float:
    return 1 - 0.5 ** min(count, 4)


@cache
def _searches() -> tuple[Callable[[str], int], ...]:
    words = (re.compile(_WORD_ENDS.format(each), re.IGNORECASE) for each in SIGNS.values())
    marks = (re.compile(each, re.IGNORECASE) for each in MARKS.values())
    return tuple(_counter(each) for each in (*words, *marks))


def _counter(pattern: re.Pattern[str]) -> Callable[[str], int]:
    return lambda text: sum(1 for _ in pattern.finditer(text))
