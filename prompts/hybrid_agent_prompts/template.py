"""A prompt as data: a Markdown template with named placeholders, and what comes of filling it."""

import hashlib
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Final

SYSTEM: Final = "System"
USER: Final = "User"

_HEADING = re.compile(rf"^# ({SYSTEM}|{USER})[ \t]*$", re.MULTILINE)
_PLACE = re.compile(r"\{([a-z][a-z0-9_]*)\}")


class PromptError(ValueError):
    """A prompt cannot be used: what, where, and what to do now."""

    def __init__(self, message: str, *, where: object, advice: str) -> None:
        super().__init__(f"{where}: {message}\n  {advice}")


@dataclass(frozen=True, slots=True)
class Filled:
    """A prompt ready to be sent; `digest` is that of its template."""

    name: str
    digest: str
    system: str
    user: str


@dataclass(frozen=True, slots=True)
class Prompt:
    """A template: `digest` is the SHA-256 of `text` in hex, `fields` are its placeholders, system's first.

    `where` is the file it was read from. Made by `parse`.
    """

    name: str
    text: str
    where: str
    digest: str
    fields: tuple[str, ...]
    system: str = field(repr=False)
    user: str = field(repr=False)

    def fill(self, **values: str) -> Filled:
        """Every placeholder replaced by its value, once: what stands in a value stays as it is.

        Raises PromptError unless there is a text for each placeholder and none besides.
        """
        if wrong := list(_misfits(self.fields, values)):
            raise PromptError("; ".join(wrong), where=self.where, advice="Fill it with other values.")
        return Filled(self.name, self.digest, _filled(self.system, values), _filled(self.user, values))


def parse(name: str, text: str, where: str) -> Prompt:
    """The template in a file's text; what stands above `# System` is for its readers and is never sent.

    Raises PromptError unless it has one part `# System` and, after it, one part `# User`.
    """
    text = text.replace("\r\n", "\n")
    parts = _HEADING.split(text)
    if parts[1::2] != [SYSTEM, USER] or not all(map(str.strip, parts[2::2])):
        message = f"a prompt has a part under the line '# {SYSTEM}' and then one under '# {USER}'"
        raise PromptError(
            message, where=where, advice="Write each of the two lines once, with text below it."
        )
    system, user = (part.strip() for part in parts[2::2])
    return Prompt(
        name=name,
        text=text,
        where=where,
        digest=hashlib.sha256(text.encode()).hexdigest(),
        fields=tuple(dict.fromkeys([*places(system), *places(user)])),
        system=system,
        user=user,
    )


def places(part: str) -> list[str]:
    """The names of the placeholders in a part, each once, in its order."""
    return list(dict.fromkeys(_PLACE.findall(part)))


def quoted(names: Iterable[str]) -> str:
    """Placeholders as one writes them."""
    return ", ".join(f"{{{name}}}" for name in names)


def _filled(part: str, values: dict[str, str]) -> str:
    return _PLACE.sub(lambda place: values[place[1]], part)


def _misfits(fields: tuple[str, ...], values: dict[str, str]) -> Iterator[str]:
    if missing := [name for name in fields if name not in values]:
        yield f"no value for {quoted(missing)}"
    if unknown := [name for name in values if name not in fields]:
        yield f"no placeholder {quoted(unknown)}"
    for name, value in values.items():
        if not isinstance(value, str):
            yield f"the value for {quoted([name])} is not text but {type(value).__name__}"
