"""Fences around what others wrote, so that a model can tell data from instructions."""

import re
from typing import Final

TAG: Final = "data"

_OPENS = re.compile(
    r"[<\uff1c\ufe64](?![A-Z_]{1,30}_\d{1,6}>)"
    r"(?=[\s/!?|\uff5c\\\u200b-\u200f\u2060-\u2064\ufeff]{0,20}[^\W\d_])"
)
_MARK = re.compile(r"\[(?=/?[A-Z_]{3,30}\])")
_LABEL = re.compile(r"[^\w .,:-]+")


def fenced(label: str, text: str) -> str:
    """The text between `<data>` tags, with a label that says what it is.

    Nothing inside can close the fence or begin another turn: whatever opens a tag there (`</data>`,
    `<|im_end|>`, `[INST]`) has its first character replaced by one that looks like it. Placeholders for
    masked values, such as `<EMAIL_1>`, stay as they are. No offset changes.
    """
    safe = _MARK.sub("\u27e6", _OPENS.sub("\u2039", text))
    return f'<{TAG} of="{_LABEL.sub(" ", label).strip()}">\n{safe}\n</{TAG}>'
