"""What a run of the benchmark says: figures, each with its unit and, where there is one, its aim."""

import json
import math
import os
import platform
from collections.abc import Sequence
from dataclasses import asdict, dataclass

from rich.table import Table


@dataclass(frozen=True, slots=True)
class Aim:
    """A limit that a figure should keep: at most `limit`, or at least."""

    limit: float
    at_least: bool = False

    def met(self, value: float) -> bool:
        """Whether the value keeps the limit."""
        return value >= self.limit if self.at_least else value <= self.limit

    def __str__(self) -> str:
        return f"{'>=' if self.at_least else '<='} {self.limit:g}"


@dataclass(frozen=True, slots=True)
class Figure:
    """One measured quantity; `part` names the measurement that it belongs to."""

    part: str
    name: str
    value: float
    unit: str
    aim: Aim | None = None


@dataclass(frozen=True, slots=True)
class Report:
    """All figures of one run, what to know when reading them, and the machine."""

    figures: tuple[Figure, ...]
    notes: tuple[str, ...]

    def json(self) -> str:
        """The report as a JSON object; `met` is null where a figure has no aim."""
        figures = [
            asdict(each) | {"met": each.aim.met(each.value) if each.aim else None} for each in self.figures
        ]
        return json.dumps({"machine": machine(), "figures": figures, "notes": self.notes}, indent=2)

    def table(self) -> Table:
        """The report for a terminal."""
        table = Table(title=machine(), caption="\n".join(self.notes), caption_justify="left")
        table.add_column("figure")
        table.add_column("value", justify="right", no_wrap=True)
        table.add_column("aim", justify="right", no_wrap=True)
        part = ""
        for each in self.figures:
            if each.part != part:
                part = each.part
                table.add_section()
                table.add_row(part, style="bold")
            table.add_row(
                f"  {each.name}", f"{_written(each.value)} {each.unit}".strip(), verdict(each.aim, each.value)
            )
        return table


def _written(value: float) -> str:
    return f"{value:,.0f}" if abs(value) >= 100 or value == int(value) else f"{value:.3g}"


def verdict(aim: Aim | None, value: float) -> str:
    """An aim in words, and whether the value keeps it."""
    return "" if aim is None else f"{aim} {'met' if aim.met(value) else 'MISSED'}"


def machine() -> str:
    """The machine in a line, with how busy it is: a loaded machine measures slower."""
    busy = f", load {os.getloadavg()[0]:.1f}" if hasattr(os, "getloadavg") else ""
    return f"Python {platform.python_version()}, {platform.machine()}, {os.cpu_count()} cores{busy}"


def percentile(values: Sequence[float], share: float) -> float:
    """The smallest value that at least this share (0..1) of the values does not exceed."""
    ordered = sorted(values)
    return ordered[max(0, math.ceil(share * len(ordered)) - 1)]
