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


MOST_MISSES: Final = 100


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
    counted = message.usage_metadata
    if counted and counted["input_tokens"] + counted["output_tokens"] > 0:
        return Spent(counted["input_tokens"], counted["output_tokens"])
    called = "".join(f"{call['name']}{call['args']}" for call in message.tool_calls)
    return Spent(asked, estimate(message.text + called), estimated=True)


def tokens_of(message: "AIMessage") -> tuple[Token, ...]:
    """The tokens of a message's text with their log-probabilities; none where the server gave none."""
    given = message.response_metadata.get("logprobs")
    content = given.get("content") if isinstance(given, dict) else None
    if not isinstance(content, list):
        return ()
    pairs = [(each.get("token"), each.get("logprob")) for each in content if isinstance(each, dict)]
    return tuple(
        Token(text, float(logprob))
        for text, logprob in pairs
        if isinstance(text, str) and isinstance(logprob, int | float)
    )


def objects_in(text: str) -> Iterator[dict[str, Any]]:
    """The JSON objects in a text, in order, whatever stands around them; none inside of another.

    Given up after some braces that begin none, since each costs as much as the text behind it is long.
    """
    decoder = json.JSONDecoder(strict=False)
    at, misses = text.find("{"), 0
    while at >= 0 and misses < MOST_MISSES:
        try:
            value, end = decoder.raw_decode(text, at)
            yield value
        except (ValueError, RecursionError):
            end, misses = at + 1, misses + 1
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
