"""Where prompts are read from: the files beside this one, or a deployment's own by the same names."""

from importlib.resources import files
from pathlib import Path
from typing import Final

from hybrid_agent_prompts.template import SYSTEM, USER, Prompt, PromptError, parse, places, quoted

SUFFIX: Final = ".md"


def names() -> tuple[str, ...]:
    """The names of all prompts."""
    return tuple(sorted(file.stem for file in _packaged().glob(f"*{SUFFIX}")))


def load(name: str, folder: Path | None = None) -> Prompt:
    """The prompt of that name: from `folder` if it has one, else the packaged one.

    Raises PromptError if there is no such prompt, if the folder or its file cannot be read, if the folder
    has a file that is no prompt's, or if its placeholders are not the packaged prompt's, part by part.
    """
    if name not in names():
        advice = f"Choose one of: {', '.join(names())}."
        raise PromptError("there is no such prompt", where=name, advice=advice)
    packaged = _read(name, _packaged())
    if folder is None or name not in _overridden(folder):
        return packaged
    own = _read(name, folder)
    _compare(own, packaged)
    return own


def _packaged() -> Path:
    return Path(str(files(__package__)))


def _overridden(folder: Path) -> list[str]:
    try:
        found = sorted(file.stem for file in folder.iterdir() if file.suffix == SUFFIX)
    except OSError as error:
        advice = "Check the path of the folder with your own prompts."
        raise PromptError(f"cannot be listed: {error.strerror}", where=folder, advice=advice) from error
    if strays := [name for name in found if name not in names()]:
        advice = f"Call it one of {', '.join(names())}, or move it elsewhere."
        raise PromptError("is no prompt's name", where=folder / f"{strays[0]}{SUFFIX}", advice=advice)
    return found


def _read(name: str, folder: Path) -> Prompt:
    file = folder / f"{name}{SUFFIX}"
    try:
        text = file.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        advice = "Save the file as UTF-8."
        raise PromptError(f"byte {error.start} is not UTF-8", where=file, advice=advice) from error
    except OSError as error:
        advice = "Make it a readable file, or remove it to use the packaged prompt."
        raise PromptError(f"cannot be read: {error.strerror}", where=file, advice=advice) from error
    return parse(name, text, str(file))


def _compare(own: Prompt, packaged: Prompt) -> None:
    """A placeholder has its part: what a customer wrote must not end up among the instructions."""
    wrong = []
    for part, mine, theirs in ((SYSTEM, own.system, packaged.system), (USER, own.user, packaged.user)):
        has, needs = places(mine), places(theirs)
        if missing := [name for name in needs if name not in has]:
            wrong.append(f"{quoted(missing)} is missing under '# {part}'")
        if unknown := [name for name in has if name not in needs]:
            wrong.append(f"{quoted(unknown)} is unknown under '# {part}'")
    if wrong:
        advice = f"Compare it with the packaged one: hybrid-agent prompts show {own.name} --raw"
        raise PromptError("; ".join(wrong), where=own.where, advice=advice)
