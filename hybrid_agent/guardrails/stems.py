"""Light stemming, so that "refunds", "refunded" and "refunding" count as one word."""

from functools import lru_cache

_ENDINGS = (
    "ingly",
    "edly",
    "ings",
    "ing",
    "ions",
    "ion",
    "ies",
    "ied",
    "ers",
    "ed",
    "es",
    "ly",
    "er",
    "s",
    "e",
    "y",
)
_LEAST = 3
_ROUNDS = 2


@lru_cache(maxsize=8192)
def stem(word: str) -> str:
    """A word without its inflection. It needs no dictionary and may join words of one family."""
    word = word.removesuffix("'s").replace("'", "")
    for _ in range(_ROUNDS):
        ending = next((each for each in _ENDINGS if word.endswith(each)), None)
        if ending is None or word.endswith("ss") or len(word) - len(ending) < _LEAST:
            break
        word = word[: -len(ending)]
    if len(word) > _LEAST and word[-1] == word[-2] and word[-1] not in "aeosl":
        word = word[:-1]
    return word.removesuffix("e") if len(word) > _LEAST else word
