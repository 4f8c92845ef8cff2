"""`hybrid-agent prompts`: the prompts that a deployment uses, as they are sent."""

from pathlib import Path

from hybrid_agent.catalog import Catalog
from hybrid_agent.catalog.load import load_catalog
from hybrid_agent.cli.places import bundled
from hybrid_agent.errors import ConfigurationError
from hybrid_agent.reasoning.llm.brief import deployment_values
from hybrid_agent.settings import SETTINGS, read_settings, settings_file
from hybrid_agent_prompts import Prompt, PromptError, load, names


def show_all(deployment: Path | None) -> None:
    """Print each prompt's name, digest and file."""
    folder, _ = _used(deployment)
    for name in names():
        _print(_heading(_loaded(name, folder)))


def show(name: str, deployment: Path | None, *, raw: bool = False) -> None:
    """Print a prompt: the template, or its parts filled with what the deployment gives.

    What changes in each turn stays a name in angle brackets. Raises ConfigurationError if there is no such
    prompt, or if it, the deployment or its catalog cannot be used.
    """
    folder, catalog = _used(deployment)
    prompt = _loaded(name, folder)
    _print(_heading(prompt))
    if raw:
        _print(prompt.text)
        return
    fixed = deployment_values(catalog)
    filled = prompt.fill(**{each: fixed.get(each, f"<{each}>") for each in prompt.fields})
    _print(f"\n--- system ---\n{filled.system}\n\n--- user ---\n{filled.user}")


def _used(deployment: Path | None) -> tuple[Path | None, Catalog]:
    """The deployment's own folder of prompts, if it has one, and its catalog."""
    file = bundled(SETTINGS) if deployment is None else settings_file(deployment)
    settings, folder = read_settings(file), file.resolve().parent
    own = folder / settings.prompts if settings.prompts else None
    return own, load_catalog(folder / settings.catalog)


def _loaded(name: str, folder: Path | None) -> Prompt:
    try:
        return load(name, folder)
    except PromptError as error:
        raise ConfigurationError(str(error)) from None


def _heading(prompt: Prompt) -> str:
    return f"{prompt.name}  {prompt.digest}  {prompt.where}"


def _print(text: str) -> None:
    print(text)  # noqa: T201
