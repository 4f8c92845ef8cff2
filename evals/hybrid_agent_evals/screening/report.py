"""What the benchmark of the screen prints."""

import json
from dataclasses import asdict, dataclass


@dataclass(frozen=True, slots=True)
class Rate:
    """So many of so many."""

    name: str
    count: int
    of: int

    @property
    def share(self) -> float:
        """0..1."""
        return self.count / self.of if self.of else 0.0


@dataclass(frozen=True, slots=True)
class Task:
    """What was measured in one way; `auroc` of attacks against look-alikes."""

    name: str
    rates: tuple[Rate, ...]
    auroc: float | None = None


@dataclass(frozen=True, slots=True)
class Report:
    """All that was measured; `milliseconds` is what a message costs beyond its encoding."""

    tasks: tuple[Task, ...]
    milliseconds: float

    def json(self) -> str:
        """As a JSON object."""
        return json.dumps(asdict(self), indent=2)

    def table(self) -> str:
        """As lines of text."""
        lines: list[str] = []
        for task in self.tasks:
            auroc = "" if task.auroc is None else f"  AUROC {task.auroc:.4f}"
            lines += [f"{task.name}{auroc}"]
            lines += [
                f"  {each.name:<44}{each.share:>8.2%}  {each.count} of {each.of}" for each in task.rates
            ]
        lines.append(f"a message costs {self.milliseconds:.2f} ms beyond its encoding")
        return "\n".join(lines)
