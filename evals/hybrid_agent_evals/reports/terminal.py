"""The run on a terminal."""

from collections.abc import Sequence

from rich.console import Console
from rich.table import Table
from rich.text import Text

from hybrid_agent_evals.checks.outcome import Verdict
from hybrid_agent_evals.reports.figures import VERDICTS, amiss
from hybrid_agent_evals.reports.sections import Section, in_short
from hybrid_agent_evals.reports.summary import headline, subject_line
from hybrid_agent_evals.reports.texts import again, in_a_line, visible
from hybrid_agent_evals.reports.transcript import transcript
from hybrid_agent_evals.suite.results import Result, SuiteRun

IN_FULL = 10
"""How many conversations are shown in full; the files have all."""

NARROW = (0, 1, 0, 0)
"""Around a cell: with one blank between columns, the tables of counts fit into 80."""

STYLES = {Verdict.FAILED: "bold red", Verdict.NOT_SCORED: "bold yellow"}


def show(run: SuiteRun, console: Console, sections: Sequence[Section] = ()) -> None:
    """What is amiss first, with its conversations, then the counts; the last line is the sum of it."""
    found = amiss(run.results)
    for result in found[:IN_FULL]:
        _show_result(run, result, console)
    if len(found) > IN_FULL:
        _line(console, f"{len(found) - IN_FULL} more: --html FILE shows all")
    for section in (*in_short(run.results), *sections):
        show_section(section, console)
    for problem in run.problems:
        console.print(Text(visible(problem), style="red"))
    _line(console, subject_line(run), "dim")
    _line(console, headline(run), "bold green" if run.exit_code == 0 else "bold red")


def show_section(section: Section, console: Console) -> None:
    """One table, with its numbers to the right."""
    table = Table(title=section.title, title_justify="left", title_style="bold", box=None)
    table.padding = NARROW
    for place, column in enumerate(section.columns):
        table.add_column(column, justify="left" if place == 0 else "right", overflow="fold")
    for row in section.rows:
        table.add_row(*(Text(in_a_line(cell)) for cell in row))
    console.print(table)
    _line(console, section.note, "dim")
    console.print()


def _show_result(run: SuiteRun, result: Result, console: Console) -> None:
    verdict = result.verdict
    heading = Text.assemble(
        (VERDICTS[verdict], STYLES[verdict]), "  ", (result.id, "bold"), f"  {in_a_line(result.where)}"
    )
    console.print(heading)
    _line(console, f"  {result.says}")
    for each in result.outcomes:
        if each.verdict is not Verdict.PASSED:
            for problem in each.problems:
                console.print(Text(f"  {each.check}: {visible(problem)}", style=STYLES[each.verdict]))
    console.print(Text(transcript(result.played), style="dim"))
    console.print(Text(f"  {visible(again(run, result))}", style="cyan"), soft_wrap=True)
    console.print()


def _line(console: Console, text: str, style: str = "") -> None:
    if text:
        console.print(Text(visible(text), style=style))
