"""A catalog that reads tickets, for attacks that stand in them."""

from importlib.resources import files
from pathlib import Path
from typing import Any

import yaml

from hybrid_agent.settings import read_settings

PORT = "tickets."


def with_tickets(deployment: Path, folder: Path) -> Path | None:
    """The deployment's catalog in `folder` with an intent that reads a ticket; None where one does already.

    Raises what reading the deployment file raises.
    """
    catalog = deployment.resolve().parent / read_settings(deployment).catalog
    given: dict[str, Any] = yaml.safe_load(catalog.read_text("utf-8"))
    intents: dict[str, Any] = given.get("intents") or {}
    reads = [read for intent in intents.values() for read in (intent.get("reads") or {}).values()]
    if any(str(read.get("operation")).startswith(PORT) for read in reads):
        return None
    added = yaml.safe_load(
        files("hybrid_agent_evals.attacking").joinpath("data", "tickets.yaml").read_text("utf-8")
    )
    whole = {
        **given,
        "slots": {**added["slots"], **(given.get("slots") or {})},
        "intents": {**added["intents"], **intents},
    }
    file = folder / catalog.name
    file.write_text(yaml.safe_dump(whole, allow_unicode=True, sort_keys=False), "utf-8")
    return file
