"""What a model's message holds: its text, what it took, a JSON object, and how sure its tokens were."""

import json
import math
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from langchain_core.messages import AIMessage

CHARACTERS_A_TOKEN: Final = 4
"""Characters of English text in a token, roughly, for servers that do not count."""


MOST_TOKENS: Final = 10_000_000
"""A count beyond it is no count of one call."""

MOST_CHARACTERS: Final = 65_536
MOST_OBJECTS: Final = 100
MOST_CALLS: Final = 64
"""How much of an answer is read, since reading holds up all other conversations."""

LEAST_LOGPROB: Final = -1e6
ROUNDING: Final = 1e-3
"""How far above 0 a log-probability may be by rounding."""


@dataclass(frozen=True, slots=True)
class Token:
    """One token of an answer, and the natural logarithm of its probability after those before it."""

    text: str
    logprob: float


@dataclass(frozen=True, slots=True)
class Spent:
    """Tokens in and out; `estimated` from the text's length where the server did not count."""

    tokens_in: int
    tokens_out: int
    estimated: bool = False


def estimate(text: str) -> int:
    """About how many tokens a text has."""
    return -(-len(text) // CHARACTERS_A_TOKEN)


def spent_on(message: "AIMessage", asked: int) -> Spent:
    """What a message took; `asked` is the estimate of the tokens in."""
    if (counted := counted_in(message)) and any(counted):
        return Spent(*counted)
    called = "".join(f"{call['name']}{call['args']}" for call in message.tool_calls)
    return Spent(asked, estimate(message.text + called), estimated=True)


def counted_in(message: "AIMessage") -> tuple[int, int] | None:
    """The server's own count of tokens in and out; None where it gave none, or numbers that cannot be."""
    used = message.usage_metadata
    if not used:
        return None
    counted = (used.get("input_tokens"), used.get("output_tokens"))
    return counted if possible(*counted) else None


def possible(*counts: object) -> bool:
    """Whether these can be counts of tokens; a server may send anything."""
    return all(type(each) is int and 0 <= each <= MOST_TOKENS for each in counts)


def calls_in(message: "AIMessage") -> list[tuple[str, dict[str, Any]]]:
    """The first tool calls of a message that can be read: name and arguments."""
    return [(call["name"], call["args"]) for call in message.tool_calls[:MOST_CALLS]]


def tokens_of(message: "AIMessage") -> tuple[Token, ...]:
    """The tokens of a message's text with their log-probabilities.

    None where the server gave none, or one that cannot be: the others would not be worth more.
    """
    given = message.response_metadata.get("logprobs")
    content = given.get("content") if isinstance(given, dict) else None
    if not isinstance(content, list):
        return ()
    tokens = [_token(each) for each in content[:MOST_CHARACTERS]]
    return tuple(token for token in tokens if token is not None) if None not in tokens else ()


def _token(given: Any) -> Token | None:
    if not isinstance(given, dict):
        return None
    text, logprob = given.get("token"), given.get("logprob")
    if not isinstance(text, str) or not isinstance(logprob, int | float) or isinstance(logprob, bool):
        return None
    return Token(text, min(0.0, float(logprob))) if LEAST_LOGPROB <= logprob <= ROUNDING else None


def objects_in(text: str) -> Iterator[dict[str, Any]]:
    """The JSON objects in a text, in order, whatever stands around them; none inside of another.

    Given up after some braces, since one that begins none costs as much as the text behind it is long.
    """
    decoder = json.JSONDecoder(strict=False)
    text = text[:MOST_CHARACTERS]
    at, tried = text.find("{"), 0
    while at >= 0 and tried < MOST_OBJECTS:
        tried += 1
        try:
            value, end = decoder.raw_decode(text, at)
            yield value
        except (ValueError, RecursionError):
            end = at + 1
        at = text.find("{", end)


def written_calls(text: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """Tool calls that stand in a text, as models write them whose server does not read their calls."""
    for value in objects_in(text):
        name = value.get("name")
        arguments = value.get("arguments", value.get("parameters"))
        if isinstance(name, str) and isinstance(arguments, dict):
            yield name, arguments


def confidence_of(value: str, tokens: Sequence[Token]) -> float | None:
    """The probability that the model gave to exactly this JSON string value, of its first occurrence.

    It is the product over the tokens that spell the value and the quote that ends it, so that a name which
    begins another is told from it: by the chain rule the probability of the value after all before it.
    None where the tokens do not hold the value.
    """
    span = _span(value, "".join(token.text for token in tokens))
    if span is None:
        return None
    return min(1.0, math.exp(sum(token.logprob for token in _within(tokens, *span))))


def _span(value: str, text: str) -> tuple[int, int] | None:
    spellings = {json.dumps(value), json.dumps(value, ensure_ascii=False)}
    pattern = "|".join(re.escape(each) for each in sorted(spellings))
    found = re.search(rf"(?:{pattern})(?!\s*:)", text)
    return (found.start() + 1, found.end()) if found else None


def _within(tokens: Sequence[Token], start: int, end: int) -> Iterator[Token]:
    at = 0
    for token in tokens:
        if at < end and at + len(token.text) > start:
            yield token
        at += len(token.text)
