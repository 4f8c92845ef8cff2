"""`hybrid-agent init`: a commented deployment to start from."""

from pathlib import Path

from hybrid_agent.cli.failing import NotPossibleError
from hybrid_agent.cli.places import bundled
from hybrid_agent.settings import SETTINGS


def init(folder: Path) -> None:
    """Write the starter deployment into a folder, without touching anything that is there already."""
    starter = bundled("starter")
    files = sorted(each.relative_to(starter) for each in starter.rglob("*") if each.is_file())
    if there := [str(each) for each in files if (folder / each).exists()]:
        message = f"{folder} has {', '.join(there)} already; nothing was written\n  Choose another folder."
        raise NotPossibleError(message)
    try:
        for each in files:
            (folder / each).parent.mkdir(parents=True, exist_ok=True)
            (folder / each).write_bytes((starter / each).read_bytes())
    except OSError as error:
        message = f"{error.filename}: cannot be written: {error.strerror}\n  Choose another folder."
        raise NotPossibleError(message) from None
    _say_what_is_next(folder, files)


def _say_what_is_next(folder: Path, files: list[Path]) -> None:
    from hybrid_agent.cli.script import read_script
    from hybrid_agent.cli.showing import console_for

    show, script = console_for().print, read_script(bundled("demo.yaml"))
    show(f"Wrote {len(files)} files to {folder}.")
    show("Next:")
    show(f"  hybrid-agent check {folder}")
    show(f"  hybrid-agent chat -d {folder} --customer {script.customer}")
    show(f"    and ask, for example: {script.question}")
    show(
        f"  Then edit {folder / 'catalog.yaml'} (what customers want) and {folder / SETTINGS} (your systems)."
    )
