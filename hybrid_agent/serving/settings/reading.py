"""Settings out of environment variables: each read by its kind, every problem kept, to be named at once."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from ipaddress import ip_address
from pathlib import Path
from typing import TypeVar
from urllib.parse import urlsplit

from hybrid_agent.errors import ConfigurationError

T = TypeVar("T")

PREFIX = "HYBRID_AGENT_"
ALIKE = 0.75
"""How alike two names are, from 0 to 1, where one is taken for the other mistyped."""
YES, NO = frozenset({"1", "true", "yes", "on"}), frozenset({"0", "false", "no", "off"})


@dataclass(frozen=True, slots=True)
class Variables:
    """The environment, and what is wrong with it; names are given without their prefix."""

    given: Mapping[str, str]
    problems: list[str] = field(default_factory=list)
    known: set[str] = field(default_factory=set)

    def text(self, name: str, default: str = "") -> str:
        """A value without white space around it; where it is empty or not there, the default."""
        self.known.add(name)
        return self.given.get(PREFIX + name, "").strip() or default

    def require(self, name: str, advice: str) -> str:
        """A value that must be there."""
        found = self.text(name)
        if not found:
            self.wrong(name, f"is not set; {advice}")
        return found

    def secret(self, name: str, *, least: int = 0) -> str:
        """A value, or what the file holds that NAME_FILE names; it must have `least` characters."""
        value, file = self.text(name), self.text(f"{name}_FILE")
        if value and file:
            self.wrong(name, f"is set, and so is {PREFIX}{name}_FILE; keep one of them")
        if file:
            value = self._content(f"{name}_FILE", Path(file))
        if value and len(value) < least:
            self.wrong(name, f"has {len(value)} characters and needs {least}; make a random one")
        return value

    def flag(self, name: str, *, default: bool) -> bool:
        """A yes or a no."""
        said = self.text(name).lower()
        if said and said not in YES | NO:
            self.wrong(name, f"is {said!r}; say yes or no")
        return said in YES if said in YES | NO else default

    def number(self, name: str, default: int, *, most: int) -> int:
        """A whole number from 0 to `most`."""
        said = self.text(name)
        if not said:
            return default
        if not (said.isascii() and said.isdigit() and len(said) < 19 and int(said) <= most):
            self.wrong(name, f"is {said!r}; it must be a whole number from 0 to {most}")
            return default
        return int(said)

    def choice(self, name: str, choices: Mapping[str, T], default: T) -> T:
        """One of the named choices."""
        said = self.text(name)
        if said and said not in choices:
            self.wrong(name, f"is {said!r}; it must be one of {', '.join(choices)}")
        return choices.get(said, default)

    def listed(self, name: str) -> tuple[str, ...]:
        """Values with commas between them."""
        return tuple(each.strip() for each in self.text(name).split(",") if each.strip())

    def url(self, name: str, default: str = "") -> str:
        """An address that begins with https, or with http on this machine, without a slash at its end."""
        said = self.text(name, default)
        if said and (problem := url_problem(said)):
            self.wrong(name, f"is {said!r}, which {problem}")
        return said.rstrip("/")

    def origins(self, name: str) -> tuple[str, ...]:
        """Addresses without a path."""
        found = self.listed(name)
        for each in found:
            problem = url_problem(each)
            if problem is None and urlsplit(each).path not in ("", "/"):
                problem = "has a path; name the scheme and the host alone"
            if problem:
                self.wrong(name, f"has {each!r}, which {problem}")
        return tuple(each.rstrip("/") for each in found)

    def alone(self, prefix: str, what: str) -> None:
        """Name each setting that begins so: without another one, which `what` names, it says nothing."""
        for name in sorted(self.given):
            short = name.removeprefix(PREFIX)
            if short != name and short.startswith(prefix) and self.text(short):
                self.wrong(short, f"is set, and {what}")

    def wrong(self, name: str, what: str) -> None:
        """Keep a problem, to be told with all others."""
        self.problems.append(f"{PREFIX}{name} {what}")

    def settle(self) -> None:
        """Raise ConfigurationError with every problem if there is one, once all settings were read."""
        self._mistyped()
        if self.problems:
            listed = "".join(f"\n  - {each}" for each in self.problems)
            advice = "Set these environment variables right and start again; docs/serving.md explains each."
            raise ConfigurationError(f"the server cannot start:{listed}", advice=advice)

    def _mistyped(self) -> None:
        """A name that is almost a setting's would leave that one at its default, and nobody would know."""
        unknown = {each.removeprefix(PREFIX) for each in self.given if each.startswith(PREFIX)} - self.known
        for name in sorted(unknown):
            if near := get_close_matches(name, sorted(self.known), n=1, cutoff=ALIKE):
                self.wrong(name, f"is no setting; did you mean {PREFIX}{near[0]}?")

    def _content(self, name: str, file: Path) -> str:
        try:
            return file.read_text("utf-8").strip()
        except (OSError, UnicodeDecodeError) as error:
            why = getattr(error, "strerror", None) or "it is not text"
            self.wrong(name, f"names {file}, which cannot be read: {why}")
            return ""


def url_problem(address: str) -> str | None:
    """What is wrong with an address that secrets or personal data go to; None if nothing is."""
    try:
        parts = urlsplit(address)
        host, _ = parts.hostname, parts.port
    except ValueError:
        return "is no address"
    if parts.scheme not in ("http", "https") or not host or any(each.isspace() for each in address):
        return "is no address; write it as https://support.example.com"
    if parts.username is not None or parts.query or parts.fragment:
        return "must have no user, query or fragment"
    if parts.scheme == "http" and not is_loopback(host):
        return "must begin with https, for it leaves this machine"
    return None


def is_loopback(host: str) -> bool:
    """Whether a host's name or address can only mean this machine."""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost" or host.endswith(".localhost")
