"""Markdown for a comment on a pull request or the summary of a job; nothing in it acts on who reads it."""

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from html import escape
from itertools import accumulate

from hybrid_agent_evals.checks.outcome import Verdict
from hybrid_agent_evals.reports.figures import VERDICTS, amiss
from hybrid_agent_evals.reports.sections import Section, counted
from hybrid_agent_evals.reports.summary import MASKED, headline, subject_line
from hybrid_agent_evals.reports.texts import again, in_a_line, visible
from hybrid_agent_evals.reports.transcript import transcript
from hybrid_agent_evals.suite.results import Result, SuiteRun

LIMIT = 60_000
"""Characters: what GitHub takes in a comment is 65,536."""
ROOM = 100
"""Of these, what the last line may need."""

_TICKS = re.compile(r"`+")


def as_markdown(run: SuiteRun, sections: Sequence[Section] = (), *, limit: int = LIMIT) -> str:
    """The counts, what is amiss, and as many conversations in full as `limit` characters hold."""
    mark = "✅" if run.exit_code == 0 else "❌"
    paths, *others = counted(run.results)
    head = [f"## {mark} {headline(run)}", "", code(subject_line(run))]
    head += ["", code(MASKED)] if run.masked else []
    head += ["", *(f"- {code(each)}" for each in run.problems)]
    for section in (paths, *sections):
        head += ["", *_table(section)]
    folded = "\n".join(_folded("By intent, tag and check", others))
    tail = [folded] if len(folded) < limit // 2 else []
    parts = ("\n".join(_failure(run, each)) for each in amiss(run.results))
    room = limit - sum(map(len, tail))
    return _within(room, ["\n".join(_within_lines(room, head)), *parts], tail)


def code(text: str) -> str:
    """Text of strangers in a line: as code, in which no mark, link, mention or reference is read."""
    line = in_a_line(text) or " "
    ticks = _fence(line, 1)
    pad = " " if line.startswith("`") or line.endswith("`") else ""
    return f"{ticks}{pad}{line}{pad}{ticks}"


def _within(limit: int, parts: Sequence[str], tail: Sequence[str]) -> str:
    """As many parts as there is room for, how many are left out, and the tail."""
    ends = list(accumulate(len(part) + 2 for part in parts))
    fits = max(1, bisect_right(ends, limit - ROOM))
    left = len(parts) - fits
    missing = [f"{left} more are in the other reports."] if left else []
    return "\n\n".join([*parts[:fits], *missing, *tail]) + "\n"


def _within_lines(limit: int, lines: Sequence[str]) -> Sequence[str]:
    """Whole lines only: half a table row may end inside a mark that hides the rest."""
    return lines[: bisect_right(list(accumulate(len(line) + 1 for line in lines)), limit - ROOM)]


def _failure(run: SuiteRun, result: Result) -> Iterator[str]:
    verdict = VERDICTS[result.verdict]
    yield f"<details><summary><code>{escape(in_a_line(result.id))}</code>: {verdict}</summary>"
    yield ""
    yield f"{code(result.says)} at {code(result.where)}"
    yield ""
    for each in result.outcomes:
        if each.verdict is not Verdict.PASSED:
            yield from (f"- {each.check}: {code(problem)}" for problem in each.problems or ("not scored",))
    yield ""
    yield from _block(transcript(result.played), "text")
    yield ""
    yield from _block(again(run, result), "sh")
    yield ""
    yield "</details>"


def _folded(title: str, sections: Sequence[Section]) -> Iterator[str]:
    yield f"<details><summary>{title}</summary>"
    for section in sections:
        yield from ("", *_table(section))
    yield from ("", "</details>")


def _table(section: Section) -> Iterator[str]:
    yield f"### {section.title}"
    yield ""
    yield f"| {' | '.join(section.columns)} |"
    yield f"|{'---|' * len(section.columns)}"
    yield from (f"| {' | '.join(map(_cell, row))} |" for row in section.rows)
    for line in section.note.splitlines():
        yield from ("", code(line))


def _cell(text: str) -> str:
    return text if re.fullmatch(r"[\w .%,+-]*", text) else code(text).replace("|", "\\|")


def _block(text: str, language: str) -> Iterator[str]:
    fence = _fence(text, 3)
    yield f"{fence}{language}"
    yield visible(text)
    yield fence


def _fence(text: str, least: int) -> str:
    longest = max((len(run) for run in _TICKS.findall(text)), default=0)
    return "`" * max(least, longest + 1)
