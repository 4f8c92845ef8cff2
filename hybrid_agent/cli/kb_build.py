"""`hybrid-agent kb build`."""

from pathlib import Path

from hybrid_agent.cli.failing import CANNOT_START
from hybrid_agent.cli.kb_opening import HelpCentre, help_centre, progress_bar
from hybrid_agent.knowledge import BuildError, BuildReport, Fault, build_index, load_index
from hybrid_agent.knowledge.plugged.filling import stored
from hybrid_agent.knowledge.plugged.stores import let_go
from hybrid_agent.knowledge.report import Progress
from hybrid_agent.plugging import Plug


def build(deployment: Path | None, *, skip_faulty: bool, json: bool) -> int:
    """Build the index and tell what was done; the exit code is 2 if faults left it as it was.

    Raises ConfigurationError, StorageError, VectorStoreError.
    """
    centre = help_centre(deployment)
    try:
        with progress_bar() as progress:
            report = build_index(
                centre.sources,
                centre.encoder,
                centre.cache,
                policies=centre.policies,
                progress=progress,
                skip_faulty=skip_faulty,
            )
            if centre.settings.index is not None:
                _send(centre, centre.settings.index, progress)
    except BuildError as error:
        _tell_faults(error.faults, json=json)
        return CANNOT_START
    if json:
        print(report.model_dump_json(indent=2))  # noqa: T201
    else:
        _show(report, centre.cache)
    return 0


def _send(centre: HelpCentre, plug: Plug, progress: Progress) -> None:
    """Bring the vector store that the deployment names up to date as well."""
    index = load_index(centre.sources, centre.encoder, centre.cache, policies=centre.policies)
    let_go(stored(index, plug, centre.encoder.name, centre.cache, progress).dense)


def _tell_faults(faults: tuple[Fault, ...], *, json: bool) -> None:
    from hybrid_agent.cli.failing import NotPossibleError, told

    if json:
        from json import dumps

        print(dumps({"written": False, "faults": [each.model_dump() for each in faults]}, indent=2))  # noqa: T201
    else:
        lines = "\n".join(f"  {fault}" for fault in faults)
        message = f"the index was not built, and the one before is as it was:\n{lines}"
        told(NotPossibleError(f"{message}\n  Mend them, or go on without them: --skip-faulty."))


def _show(report: BuildReport, cache: Path) -> None:
    from hybrid_agent.cli.showing import clean, console_for

    console = console_for()
    changes = {
        "new": report.new,
        "changed": report.changed,
        "renamed": tuple(f"{each.old} -> {each.new}" for each in report.renamed),
        "deleted": report.deleted,
    }
    for fault in report.faults:
        console.print(f"left out  {clean(str(fault))}", style="yellow")
    for what, names in changes.items():
        for name in names:
            console.print(f"{what:<8}  {clean(name)}")
    counts = [f"{len(names)} {what}" for what, names in changes.items()]
    console.print(f"{report.files} files: {', '.join([*counts, f'{report.unchanged} unchanged'])}.")
    console.print(
        f"{report.passages} passages, {report.encoded} of them encoded now, in {report.seconds:.1f} s."
        + ("" if report.written else " Nothing had changed: the index goes on.")
    )
    console.print(f"Kept in {cache}", style="dim")
