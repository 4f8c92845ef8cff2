"""What is evaluated, in digests: a part that changes can be named."""

import hashlib
import json
from collections.abc import Iterator, Mapping
from importlib.metadata import version
from pathlib import Path
from typing import Any, Final

import yaml
from pydantic import BaseModel

from hybrid_agent.catalog.load import load_catalog
from hybrid_agent.catalog.models import Catalog
from hybrid_agent.errors import ConfigurationError
from hybrid_agent.knowledge import source_of
from hybrid_agent.knowledge.sources.finding import find_files
from hybrid_agent.settings import Settings, Thinking, cache_folder
from hybrid_agent_evals.suite.opening import Opening
from hybrid_agent_evals.suite.results import Subject
from hybrid_agent_prompts import PromptError, load, names

ELSEWHERE: Final = frozenset(
    {"name", "catalog", "knowledge", "prompts", "calibration", "answerability", "model", "reasoner"}
    | {"systems", "records", "cache"}
)
"""Keys of the deployment file that name what is looked at itself, or what the evaluation does not use."""


def subject_of(opening: Opening) -> Subject:
    """The deployment as it is now. Raises ConfigurationError for a file that cannot be read."""
    settings, home = opening.settings(), opening.file.resolve().parent
    asked = settings.model if settings.thinking is not Thinking.LOCAL else None
    parts = {
        **_catalog(load_catalog(opening.catalog or home / settings.catalog)),
        **_files(settings, home),
        **_settings(opening.file),
    }
    if asked:
        parts |= {"model": digest(asked.model_dump(mode="json")), **_prompts(settings, home)}
    return Subject(
        deployment=settings.name,
        reasoner=settings.thinking.value,
        model=asked.name if asked else "",
        version=version("hybrid-agent"),
        parts=dict(sorted(parts.items())),
    )


def digest(value: object) -> str:
    """The first characters of the SHA-256 of plain data, whatever the order of its keys."""
    return _short(json.dumps(value, sort_keys=True, default=str).encode())


def _short(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()[:16]


def _catalog(catalog: Catalog) -> dict[str, str]:
    """Each entry of what the catalog lists by name, such as `intents.NAME`, and each other key whole."""
    return {name: digest(value) for field in Catalog.model_fields for name, value in _entries(catalog, field)}


def _entries(catalog: Catalog, field: str) -> Iterator[tuple[str, Any]]:
    value = getattr(catalog, field)
    if not isinstance(value, Mapping):
        yield field, _plain(value)
        return
    for name, each in value.items():
        yield f"{field}.{name}", _plain(each)


def _plain(value: object) -> object:
    return value.model_dump(mode="json") if isinstance(value, BaseModel) else value


def _files(settings: Settings, home: Path) -> dict[str, str]:
    """The articles as they are on disk, and what was fitted."""
    sources = [source_of(each, home) for each in settings.knowledge]
    found = find_files(sources, cache_folder(settings, home)).files
    fitted = {"calibration": settings.calibration, "answerability": settings.answerability}
    named = {name: home / path for name, path in fitted.items() if path is not None}
    articles = {f"knowledge.{each.name}": each.path for each in found}
    return {name: _short(_read(path)) for name, path in {**articles, **named}.items()}


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise ConfigurationError(f"cannot be read: {error.strerror}", where=path) from error


def _settings(file: Path) -> dict[str, str]:
    given = yaml.safe_load(file.read_text("utf-8"))
    return {f"settings.{key}": digest(value) for key, value in given.items() if key not in ELSEWHERE}


def _prompts(settings: Settings, home: Path) -> dict[str, str]:
    own = home / settings.prompts if settings.prompts else None
    try:
        return {f"prompts.{name}": load(name, own).digest[:16] for name in names()}
    except PromptError as error:
        raise ConfigurationError(str(error)) from error
