"""Simulated conversations as case files, which the suite plays again without any persona."""

from collections.abc import Iterable
from pathlib import Path

import yaml

from hybrid_agent_evals.simulating.conversing import Simulated


def save(conversations: Iterable[Simulated], folder: Path, shop: Path | None) -> list[Path]:
    """A file for each conversation; the files that were written."""
    folder.mkdir(parents=True, exist_ok=True)
    return [_written(each, folder, shop) for each in conversations]


def _written(each: Simulated, folder: Path, shop: Path | None) -> Path:
    file = folder / f"{each.case.id}.yaml"
    case = each.case.model_dump(mode="json", exclude_defaults=True)
    start = {"shop": str(shop.resolve())} if shop else {}
    content = {"at": each.at.isoformat(), **start, "cases": [case]}
    file.write_text(yaml.safe_dump(content, sort_keys=False, allow_unicode=True, width=110), "utf-8")
    return file
