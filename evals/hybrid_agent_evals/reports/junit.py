"""JUnit XML, as GitLab, GitHub and Jenkins read it: the schema junit-10 of Jenkins' xUnit plugin."""

from collections.abc import Iterable, Sequence
from itertools import groupby
from xml.etree import ElementTree as Xml

from hybrid_agent_evals.checks.outcome import Verdict
from hybrid_agent_evals.reports.texts import again, in_a_line, visible
from hybrid_agent_evals.reports.transcript import transcript
from hybrid_agent_evals.suite.results import Result, SuiteRun

ELEMENTS = {Verdict.FAILED: "failure", Verdict.NOT_SCORED: "error"}


def as_junit(run: SuiteRun) -> str:
    """A suite for each intent, a test case for each case and repeat; what cannot be read is an error beside.

    The schema gives a test case no place of its own for where it stands: that is a property of its suite.
    """
    root = Xml.Element("testsuites", {"name": "hybrid-agent eval", **_counts(run.results, len(run.problems))})
    for about, results in groupby(sorted(run.results, key=_about), key=_about):
        root.append(_suite(run, about, list(results)))
    if run.problems:
        root.append(_unplayed(run.problems))
    Xml.indent(root)
    return Xml.tostring(root, encoding="unicode", xml_declaration=True) + "\n"


def _about(result: Result) -> str:
    return result.about


def _suite(run: SuiteRun, about: str, results: Sequence[Result]) -> Xml.Element:
    suite = Xml.Element("testsuite", {"name": about, **_counts(results)})
    properties = Xml.SubElement(suite, "properties")
    known = {"deployment": run.subject.deployment, "reasoner": run.subject.reasoner}
    places = {f"where {each.id}": each.where for each in results}
    for name, value in (known | places).items():
        Xml.SubElement(properties, "property", name=in_a_line(name), value=in_a_line(value))
    suite.extend(_case(run, each) for each in results)
    return suite


def _case(run: SuiteRun, result: Result) -> Xml.Element:
    repeat = f" (repeat {result.repeat + 1})" if run.repeats > 1 else ""
    case = Xml.Element("testcase", classname=result.about, name=result.id + repeat, time=_time([result]))
    verdict = result.verdict
    if verdict is Verdict.PASSED:
        return case
    problems = [f"{each.check}: {problem}" for each in result.outcomes for problem in each.problems]
    message = in_a_line("; ".join(problems) or "no check could be scored")
    body = Xml.SubElement(case, ELEMENTS[verdict], type=verdict.value, message=message)
    said = (result.where, result.says, *problems, "", again(run, result))
    body.text = "\n".join(map(visible, said))
    Xml.SubElement(case, "system-out").text = transcript(result.played)
    return case


def _unplayed(problems: Sequence[str]) -> Xml.Element:
    count = str(len(problems))
    suite = Xml.Element("testsuite", name="not played", tests=count, failures="0", errors=count)
    for number, problem in enumerate(problems, 1):
        case = Xml.SubElement(suite, "testcase", classname="not played", name=f"problem {number}")
        error = Xml.SubElement(case, "error", type="not_played", message=in_a_line(problem))
        error.text = visible(problem)
    return suite


def _counts(results: Sequence[Result], further: int = 0) -> dict[str, str]:
    verdicts = [each.verdict for each in results]
    return {
        "tests": str(len(results) + further),
        "failures": str(verdicts.count(Verdict.FAILED)),
        "errors": str(verdicts.count(Verdict.NOT_SCORED) + further),
        "time": _time(results),
    }


def _time(results: Iterable[Result]) -> str:
    return f"{sum(sum(each.played.seconds) for each in results):.3f}"
