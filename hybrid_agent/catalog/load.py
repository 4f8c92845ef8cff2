"""Reading a catalog and the standard phrases from their files."""

from collections.abc import Mapping
from functools import cache
from importlib import resources
from pathlib import Path
from types import MappingProxyType
from typing import Any

import yaml

from hybrid_agent.catalog.models import Catalog
from hybrid_agent.yamlfile import read_model

ENGLISH = "en"


def load_catalog(path: Path) -> Catalog:
    """The catalog in a YAML file. Raises ConfigurationError with the line of every problem."""
    return read_model(path, Catalog)


@cache
def standard_phrases(language: str = ENGLISH) -> Mapping[str, str]:
    """The bot's standard phrases by name: those that are there in this language, the others in English."""
    phrases: dict[str, str] = {}
    for name in ("phrases.yaml", f"phrases.{language}.yaml"):
        file = resources.files("hybrid_agent.catalog").joinpath(name)
        if file.is_file():
            phrases |= yaml.safe_load(file.read_text(encoding="utf-8"))
    return MappingProxyType(phrases)


def phrases_of(catalog: Catalog) -> Mapping[str, str]:
    """The standard phrases with the catalog's own in their place."""
    return MappingProxyType({**standard_phrases(catalog.language), **catalog.phrases})


def catalog_schema() -> dict[str, Any]:
    """The JSON schema of a catalog, for editors."""
    return Catalog.model_json_schema() | {"$schema": "https://json-schema.org/draft/2020-12/schema"}
