"""What `check` has to say about the language model, its prompts and its calibration."""

from pathlib import Path
from typing import Final

from hybrid_agent.catalog.findings import Finding, error
from hybrid_agent.chat_model import ModelSettings, close, connect_model, probe
from hybrid_agent.errors import ConfigurationError
from hybrid_agent.portal import run_here
from hybrid_agent.reasoning.calibration import load_calibration
from hybrid_agent.settings import Settings, Thinking
from hybrid_agent_prompts import PromptError, load, names

MODEL: Final = "model"


def thinking_findings(settings: Settings, folder: Path) -> list[Finding]:
    """Mistakes that show without asking the model: its key and package, its prompts, its calibration.

    A model that is named but not used (`reasoner: local`) may lack its key.
    """
    found = _prompts(folder / settings.prompts) if settings.prompts else []
    if settings.calibration is not None:
        try:
            load_calibration(folder / settings.calibration)
        except ConfigurationError as problem:
            found.append(error("calibration", str(problem)))
    if settings.model is not None and settings.thinking is not Thinking.LOCAL:
        try:
            connect_model(settings.model)
        except ConfigurationError as problem:
            found.append(error(MODEL, str(problem).removeprefix(f"{MODEL}: ")))
    return found


def asked(settings: Settings) -> list[str]:
    """What is to be said of a model that answers. Raises ConfigurationError for one that cannot be asked."""
    if settings.model is None:
        advice = "Name one in the deployment file, such as model: openai:gpt-5-mini."
        raise ConfigurationError("there is none to ask", where=MODEL, advice=advice)
    return run_here(_probed(settings.model))


async def _probed(settings: ModelSettings) -> list[str]:
    model = connect_model(settings)
    try:
        return await probe(model)
    finally:
        await close(model)


def _prompts(folder: Path) -> list[Finding]:
    wrong = dict[str, None]()
    for name in names():
        try:
            load(name, folder)
        except PromptError as problem:
            wrong[str(problem)] = None
    return [error("prompts", each) for each in wrong]
