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


def load_catalog(path: Path) -> Catalog:
    """The catalog in a YAML file. Raises ConfigurationError with the line of every problem."""
    return read_model(path, Catalog)


@cache
def standard_phrases() -> Mapping[str, str]:
    """The bot's standard phrases by name."""
    text = resources.files("hybrid_agent.catalog").joinpath("phrases.yaml").read_text(encoding="utf-8")
    return MappingProxyType(yaml.safe_load(text))


def phrases_of(catalog: Catalog) -> Mapping[str, str]:
    """The standard phrases with the catalog's own in their place."""
    return MappingProxyType({**standard_phrases(), **catalog.phrases})


def catalog_schema() -> dict[str, Any]:
    """The JSON schema of a catalog, for editors."""
    return Catalog.model_json_schema() | {"$schema": "https://json-schema.org/draft/2020-12/schema"}
