"""Where the command line finds its deployment and keeps its conversations."""

import hashlib
import json
import re
import shutil
import tempfile
from dataclasses import dataclass
from importlib import resources
from pathlib import Path

from hybrid_agent.errors import ConfigurationError
from hybrid_agent.settings import SETTINGS, settings_file, user_cache

CONVERSATIONS = "conversations.db"


@dataclass(frozen=True, slots=True)
class Place:
    """A deployment file and the database in which its conversations are kept."""

    deployment: Path
    conversations: Path


def bundled(*parts: str) -> Path:
    """A file or folder of the sample that comes with the package."""
    return Path(str(resources.files("hybrid_agent").joinpath("sample", *parts)))


def place_of(deployment: Path | None, state: Path | None) -> Place:
    """The deployment with its conversations in `state`; without one, a private copy of the sample.

    The copy is kept under `state`, or in the user's data folder, one for each version of the sample.
    """
    if deployment is not None:
        file = settings_file(deployment)
        return Place(file, _made(state or file.parent / "var") / CONVERSATIONS)
    folder = (state or _user_data()) / f"sample-{_digest(bundled())}"
    if not folder.exists():
        _copy_in_one_move(folder)
    return Place(folder / SETTINGS, _made(folder / "var") / CONVERSATIONS)


def copy_sample(folder: Path) -> Path:
    """Copy the sample deployment to a new folder; it shares the user's cache. Returns its file."""
    shutil.copytree(bundled(), folder, ignore=shutil.ignore_patterns("var", "starter", "demo.yaml"))
    file = folder / SETTINGS
    shared = f"cache: {json.dumps(str(user_cache()))}"
    file.write_text(re.sub(r"(?m)^cache:.*$", lambda _: shared, file.read_text("utf-8")), "utf-8")
    return file


def _copy_in_one_move(folder: Path) -> None:
    """Whoever else starts at the same moment sees a whole copy or none."""
    _made(folder.parent)
    with tempfile.TemporaryDirectory(dir=folder.parent, ignore_cleanup_errors=True) as beside:
        copy_sample(Path(beside) / "sample")
        try:
            (Path(beside) / "sample").rename(folder)
        except OSError:
            if not folder.exists():
                raise


def _made(folder: Path) -> Path:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise ConfigurationError(
            f"cannot be made: {error.strerror}", where=folder, advice="Choose a writable folder with --state."
        ) from None
    return folder


def _digest(folder: Path) -> str:
    digest = hashlib.sha256()
    for file in sorted(each for each in folder.rglob("*") if each.is_file()):
        digest.update(str(file.relative_to(folder)).encode() + b"\0" + file.read_bytes())
    return digest.hexdigest()[:8]


def _user_data() -> Path:
    from platformdirs import user_data_path

    return user_data_path("hybrid-agent", appauthor=False)
