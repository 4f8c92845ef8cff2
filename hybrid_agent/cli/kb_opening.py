"""What the commands of `kb` work on: a deployment's articles and policies, without its systems."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from hybrid_agent.catalog.load import load_catalog
from hybrid_agent.catalog.models import Catalog
from hybrid_agent.cli.places import place_of
from hybrid_agent.deployment import now_utc
from hybrid_agent.errors import ConfigurationError
from hybrid_agent.knowledge import Passage, Source, source_of
from hybrid_agent.knowledge.answering.answerability import Answerability, load_answerability
from hybrid_agent.knowledge.declared import policy_passages
from hybrid_agent.knowledge.report import Progress
from hybrid_agent.loading import encoder_for
from hybrid_agent.settings import SETTINGS, Settings, cache_folder, read_settings

if TYPE_CHECKING:
    from hybrid_agent.encoding import Encoder


@dataclass(frozen=True, slots=True)
class HelpCentre:
    """A deployment as far as its help centre goes."""

    file: Path
    settings: Settings
    catalog: Catalog
    encoder: "Encoder"

    @property
    def folder(self) -> Path:
        """What its paths are relative to."""
        return self.file.resolve().parent

    @property
    def cache(self) -> Path:
        """Where the index is kept."""
        return cache_folder(self.settings, self.folder)

    @property
    def sources(self) -> tuple[Source, ...]:
        """The folders, files and addresses of the articles."""
        return tuple(source_of(each, self.folder) for each in self.settings.knowledge)

    @property
    def today(self) -> date:
        """The day where the shop is."""
        return now_utc().astimezone(ZoneInfo(self.catalog.timezone)).date()

    @property
    def answerability(self) -> Answerability | None:
        """The deployment's own; None where the packaged one decides."""
        own = self.settings.answerability
        return load_answerability(self.folder / own) if own else None

    @property
    def policies(self) -> tuple[Passage, ...]:
        """The catalog's policies as passages."""
        return policy_passages(self.catalog.policies, self.catalog.language)


def help_centre(deployment: Path | None) -> HelpCentre:
    """The help centre of a deployment: the one named, the one in this folder, or the bundled sample.

    Raises ConfigurationError if it has none.
    """
    here = Path(SETTINGS) if Path(SETTINGS).is_file() else None
    file = place_of(deployment or here, None).deployment
    settings = read_settings(file)
    catalog = load_catalog(file.resolve().parent / settings.catalog)
    if not settings.knowledge and not catalog.policies:
        raise ConfigurationError(
            "this deployment has no help centre",
            where=file,
            advice="Name a folder of articles (`knowledge: [help]`), or declare policies in the catalog.",
        )
    return HelpCentre(file, settings, catalog, encoder_for(settings))


@contextmanager
def progress_bar() -> Iterator[Progress]:
    """A bar on stderr while something takes its time; nothing where that is no terminal."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeElapsedColumn
    from rich.progress import Progress as Bar

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    console = Console(stderr=True)
    with Bar(*columns, console=console, transient=True, disable=not console.is_terminal) as bar:
        task = bar.add_task("reading", total=None)

        def tell(done: int, total: int, what: str) -> None:
            bar.update(task, completed=done, total=total, description=what)

        yield tell
