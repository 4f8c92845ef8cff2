"""`hybrid-agent check`: what is wrong with a deployment, before its customers find out."""

import json
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Literal

from hybrid_agent.catalog.findings import Finding, error
from hybrid_agent.catalog.lint import lint
from hybrid_agent.catalog.load import catalog_schema, load_catalog
from hybrid_agent.catalog.models import Catalog
from hybrid_agent.catalog.overlap import overlaps
from hybrid_agent.cli.check_thinking import MODEL, asked, thinking_findings
from hybrid_agent.cli.failing import NOT_AS_EXPECTED
from hybrid_agent.cli.findings import show_findings
from hybrid_agent.errors import HybridAgentError
from hybrid_agent.portal import run_here
from hybrid_agent.settings import Settings, cache_folder, read_settings, settings_file, settings_schema
from hybrid_agent_tools import Connection, Operation, Toolbox, ToolError, connect


def print_schema(kind: Literal["catalog", "deployment"]) -> int:
    """Print a file's JSON schema, for editors that complete and check YAML."""
    schema = catalog_schema() if kind == "catalog" else settings_schema()
    print(json.dumps(schema, indent=2))  # noqa: T201
    return 0


def check(path: Path, *, strict: bool = False, ask_model: bool = False) -> int:
    """Print the findings and return the exit code: 1 for an error or, with `strict`, a warning.

    With `ask_model` the language model is asked one short question, and what it can do is printed.

    Raises ConfigurationError if the deployment or its catalog cannot be read.
    """
    file = settings_file(path)
    settings = read_settings(file)
    found = findings(settings, load_catalog(file.parent / settings.catalog), file.parent)
    told = list[str]()
    if ask_model and not any(each.where == MODEL for each in found):
        with _as_finding(MODEL, found):
            told += asked(settings)
    show_findings(found, told, str(file))
    return NOT_AS_EXPECTED if any(strict or each.level == "error" for each in found) else 0


def findings(settings: Settings, catalog: Catalog, folder: Path) -> list[Finding]:
    """All findings on a deployment that could be read, errors first.

    What the catalog maps is only looked at when the systems and articles that it names are there.
    """
    found = list[Finding]()
    operations = _operations(settings, folder, found)
    tags = _tags(settings, folder, found)
    _records(settings, folder, found)
    found += thinking_findings(settings, folder)
    if operations is not None and tags is not None:
        found += lint(catalog, operations, tags)
    with _as_finding("encoder", found):
        from hybrid_agent.knowledge.contradicting.differing import differing
        from hybrid_agent.loading import encoder_for

        encoder = encoder_for(settings)
        found += [*overlaps(catalog, encoder), *differing(catalog, encoder)]
    return sorted(found, key=lambda each: (each.level, each.where))


@contextmanager
def _as_finding(where: str, found: list[Finding]) -> Iterator[None]:
    try:
        yield
    except (HybridAgentError, ToolError) as problem:
        found.append(error(where, str(problem).removeprefix(f"{where}: ")))


def _operations(settings: Settings, folder: Path, found: list[Finding]) -> Mapping[str, Operation] | None:
    systems: dict[str, object] = {}
    for name, each in settings.systems.items():
        with _as_finding(f"systems.{name}", found):
            connection = connect(name, each, folder=folder)
            systems.update(connection.systems)
            run_here(_closed(connection))
    if found:
        return None
    with _as_finding("systems", found):
        return Toolbox(systems).operations
    return None


async def _closed(connection: Connection) -> None:
    await connection.close()


def _tags(settings: Settings, folder: Path, found: list[Finding]) -> Collection[str] | None:
    from hybrid_agent.knowledge.sources.finding import source_of
    from hybrid_agent.knowledge.sources.reading import read_sources

    sources = [source_of(each, folder) for each in settings.knowledge]
    articles, faults = read_sources(sources, cache_folder(settings, folder))
    found += [error("knowledge", str(fault)) for fault in faults]
    return None if faults else {tag for article in articles for tag in article.about.tags}


def _records(settings: Settings, folder: Path, found: list[Finding]) -> None:
    from hybrid_agent.loading import records_for

    with _as_finding("records", found):
        run_here(records_for(settings, folder).aclose())
