"""One spelling of a text for everything that judges it, and the text without what nobody can see."""

import re
import unicodedata
from functools import lru_cache

MAX_TEXT = 4_000
"""Characters of a sentence that are judged; a longer one does not pass for its length alone."""

_HOMOGLYPHS = str.maketrans(
    "\u0430\u0435\u043e\u0440\u0441\u0443\u0445\u0456\u0455\u0458\u04bb\u0501\u051b\u051d\u0442\u043a\u043c\u043d"
    "\u0410\u0412\u0415\u041a\u041c\u041d\u041e\u0420\u0421\u0422\u0423\u0425\u0406\u0405\u0408"
    "\u03bf\u03b1\u03b5\u03b9\u03ba\u03bd\u03c1\u03c4\u03c5\u03c7\u0391\u0392\u0395\u0396\u0397\u0399\u039a\u039c"
    "\u039d\u039f\u03a1\u03a4\u03a5\u03a7\u0131\u0261\u0251\u2024\u2044",
    "aeopcyxisjhdqwtkmhABEKMHOPCTYXISJoaeikvptuxABEZHIKMNOPTYXiga./",
)
_SAME = str.maketrans(
    {
        **dict.fromkeys("\u2018\u2019\u201a\u201b\u02bc\u02b9\u00b4`\u2032\uff07", "'"),
        **dict.fromkeys("\u201c\u201d\u201e\u201f\u00ab\u00bb\u2033", '"'),
        **dict.fromkeys("\u2010\u2011\u2012\u2013\u2014\u2015\u2212\u2043\ufe58\ufe63\uff0d", "-"),
        **dict.fromkeys("\u2028\u2029\x85", "\n"),
    }
)
_FILLERS = "\u115f\u1160\u17b4\u17b5\u3164\uffa0\u2800"
"""Letters and symbols that show as nothing."""


def hidden(text: str) -> str:
    """The characters of a text that nobody sees or that change how others are shown; line ends are not."""
    if text.isascii() and text.isprintable():
        return ""
    return "".join(each for each in text if _is_hidden(each))


def visible(text: str) -> str:
    """The text without hidden characters: control, format and direction marks, fillers, private use."""
    if text.isascii() and text.isprintable():
        return text
    return "".join(each for each in text if not _is_hidden(each))


@lru_cache(maxsize=256)
def folded(text: str) -> str:
    """The text as it is read for claims: one kind of digit, quote, dash and space, look-alikes undone."""
    if text.isascii():
        return text
    plain = unicodedata.normalize("NFKC", visible(text.translate(_SAME))).translate(_SAME)
    latin = sum(each.isascii() and each.isalpha() for each in plain)
    if 2 * latin >= sum(each.isalpha() for each in plain):
        plain = plain.translate(_HOMOGLYPHS)
    return "".join(_digit(each) for each in plain)


@lru_cache(maxsize=256)
def plain_words(text: str) -> str:
    """The folded text in lower case, without accents, with single spaces: as word lists are written."""
    low = folded(text).lower()
    if not low.isascii():
        split = unicodedata.normalize("NFD", low)
        low = unicodedata.normalize(
            "NFC", "".join(each for each in split if unicodedata.category(each) != "Mn")
        )
    return re.sub(r"[^\S\n]+", " ", low).strip()


def _digit(char: str) -> str:
    return str(unicodedata.decimal(char)) if not char.isascii() and char.isdecimal() else char


def _is_hidden(char: str) -> bool:
    if char == "\n":
        return False
    return unicodedata.category(char) in ("Cc", "Cf", "Co", "Cs", "Cn") or char in _FILLERS
