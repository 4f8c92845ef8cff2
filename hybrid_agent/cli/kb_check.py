"""`hybrid-agent kb check`."""

from collections import Counter
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

from hybrid_agent.cli.failing import NOT_AS_EXPECTED
from hybrid_agent.cli.findings import show_findings
from hybrid_agent.cli.kb_opening import HelpCentre, help_centre, progress_bar
from hybrid_agent.cli.kb_questions import read_questions, recorded_questions
from hybrid_agent.knowledge import Scope, load_index
from hybrid_agent.knowledge.checking import Finding, Kind, Plan, unanswered
from hybrid_agent.knowledge.checking import check as check_index
from hybrid_agent.knowledge.indexing.index import Index
from hybrid_agent.knowledge.report import Progress
from hybrid_agent.knowledge.search import knowledge_of
from hybrid_agent.loading import redactor_for


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is looked at, and as of which day; without one, today."""

    questions: Path | None
    records: bool
    stale_after: int
    online: bool
    strict: bool
    on: date | None


def check(deployment: Path | None, wanted: Wanted, *, json: bool) -> int:
    """Print the findings and return the exit code: 1 for an error or, with `strict`, a warning.

    Raises ConfigurationError, KnowledgeError, RecordsError, NotPossibleError for a file of questions.
    """
    asked = read_questions(wanted.questions) if wanted.questions else []
    centre = help_centre(deployment)
    with progress_bar() as progress:
        index = load_index(centre.sources, centre.encoder, centre.cache, policies=centre.policies)
        found = _found(centre, index, wanted, asked, progress)
    if json:
        _print_json(found, index)
    else:
        show_findings(found, _told(found, index), str(centre.file))
    failing = ("error", "warning") if wanted.strict else ("error",)
    return NOT_AS_EXPECTED if any(each.level in failing for each in found) else 0


def _found(
    centre: HelpCentre, index: Index, wanted: Wanted, asked: list[str], progress: Progress
) -> list[Finding]:
    on = wanted.on or centre.today
    folders = tuple(each for each in centre.sources if isinstance(each, Path))
    plan = Plan(on, timedelta(days=wanted.stale_after), folders, wanted.online)
    found = check_index(index, centre.encoder, plan, progress)
    if wanted.records:
        mask = redactor_for(centre.catalog, centre.settings.redaction).mask
        asked = [*asked, *map(mask, recorded_questions(centre.settings, centre.folder))]
    knowledge = knowledge_of(index, centre.encoder, answerability=centre.answerability)
    return [*found, *unanswered(knowledge, asked, Scope(on, locale=centre.catalog.language))]


def _told(found: list[Finding], index: Index) -> list[str]:
    articles = len({passage.article for passage in index.passages})
    counts = Counter(each.kind for each in found)
    kinds = ", ".join(f"{kind} {counts[kind]}" for kind in Kind if counts[kind])
    return [f"{articles} articles and policies, {len(index.passages)} passages. {kinds}".rstrip()]


def _print_json(found: list[Finding], index: Index) -> None:
    from json import dumps

    told = {"passages": len(index.passages), "findings": [each.model_dump(mode="json") for each in found]}
    print(dumps(told, indent=2, ensure_ascii=False))  # noqa: T201
