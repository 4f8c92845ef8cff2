"""The run as one HTML page that needs nothing else: no script, no font, no picture, no server."""

from collections.abc import Sequence
from importlib import resources
from typing import TYPE_CHECKING

from hybrid_agent_evals.reports import transcript
from hybrid_agent_evals.reports.figures import VERDICTS, WAYS, amiss, figures
from hybrid_agent_evals.reports.sections import Section, between, percent
from hybrid_agent_evals.reports.summary import MASKED, headline, subject_line
from hybrid_agent_evals.reports.texts import again, as_written, in_a_line, visible
from hybrid_agent_evals.suite.results import SuiteRun

if TYPE_CHECKING:
    from jinja2 import Environment

OPEN = 20
"""How many conversations are unfolded, for whoever prints the page."""


def as_html(run: SuiteRun, sections: Sequence[Section] = ()) -> str:
    """The page: counts with their intervals, every case, and in full what failed or could not be scored."""
    found = amiss(run.results)
    page = _environment().get_template("page.html.j2")
    return page.render(
        run=run,
        headline=headline(run),
        subject=subject_line(run),
        masked=MASKED,
        figures=figures(run.results),
        sections=sections,
        found=found,
        unfolded=len(found) <= OPEN,
        again=again,
    )


def _environment() -> "Environment":
    from jinja2 import Environment, FunctionLoader, StrictUndefined

    environment = Environment(
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        loader=FunctionLoader(_file),
    )
    environment.filters |= {
        "asks": transcript.asks,
        "between": between,
        "call": transcript.call,
        "change": transcript.change,
        "ground": transcript.ground,
        "line": in_a_line,
        "new_grounds": transcript.new_grounds,
        "percent": percent,
        "pretty": _pretty,
        "stands": transcript.stands,
        "text": visible,
        "verdict_words": VERDICTS.__getitem__,
        "way_words": WAYS.__getitem__,
    }
    return environment


def _file(name: str) -> str:
    return resources.files("hybrid_agent_evals").joinpath("reports", name).read_text("utf-8")


def _pretty(data: object) -> str:
    return visible(as_written(data, indent=2))
