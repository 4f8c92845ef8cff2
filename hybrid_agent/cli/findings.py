"""How findings look on a terminal, whatever was checked."""

from collections.abc import Sequence
from typing import Protocol

STYLES = {"error": "bold red", "warning": "bold yellow", "note": "dim"}


class Found(Protocol):
    """What every finding says."""

    @property
    def level(self) -> str:
        """How bad it is: one of `STYLES`."""

    @property
    def where(self) -> str:
        """What is to be mended."""

    @property
    def message(self) -> str:
        """What is wrong, and what to do."""


def show_findings(found: Sequence[Found], told: Sequence[str], subject: str) -> None:
    """Print the findings, further lines, and how many there are of each level."""
    from rich.text import Text

    from hybrid_agent.cli.showing import clean, console_for

    console = console_for()
    for each in found:
        console.print(Text.assemble((each.level, STYLES[each.level]), "  ", (clean(each.where), "bold")))
        console.print(Text(f"  {clean(each.message)}"))
    for line in told:
        console.print(clean(line))
    counts = {level: sum(each.level == level for each in found) for level in STYLES}
    shown = {level: count for level, count in counts.items() if count or level != "note"}
    summary = ", ".join(f"{count} {level}{'s' * (count != 1)}" for level, count in shown.items())
    console.print(f"{subject}: {summary}")
