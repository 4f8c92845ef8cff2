"""`hybrid-agent kb search`."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date
from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING

from hybrid_agent.cli.failing import NotPossibleError
from hybrid_agent.cli.kb_opening import HelpCentre, help_centre
from hybrid_agent.knowledge import Answer, AnswerSentence, Audience, Hit, Passage, Scope
from hybrid_agent.knowledge.plugged.stores import let_go
from hybrid_agent.loading import knowledge_for

if TYPE_CHECKING:
    from rich.console import Console


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is searched for, by whom and when; without a day, today,
    without a locale the catalog's language."""

    query: str
    k: int
    on: date | None
    audience: Audience
    locale: str | None
    tags: tuple[str, ...]
    articles: tuple[str, ...]
    products: tuple[str, ...] | None


def search(deployment: Path | None, wanted: Wanted, *, json: bool) -> None:
    """Print what is found and what would be said.

    Raises NotPossibleError for a tag, article or product that there is not, ConfigurationError or
    KnowledgeError.
    """
    if not wanted.query.strip():
        raise NotPossibleError("there is nothing to search for\n  Give a question in quotation marks.")
    centre = help_centre(deployment)
    found = knowledge_for(centre.settings, centre.folder, centre.catalog, centre.encoder, centre.cache)
    if found is None:
        raise NotPossibleError(f"{centre.file}: there is no help centre to search")
    try:
        scope = _scope(wanted, centre, found.passages)
        hits = found.search(wanted.query, scope, k=wanted.k)
        answer = found.answers(wanted.query, scope)
        threshold = found.answerability.answer_from
    finally:
        let_go(found.index.dense)
    if json:
        _print_json(wanted.query, hits, answer)
    else:
        _show(hits, answer, threshold)


def _scope(wanted: Wanted, centre: HelpCentre, passages: Iterable[Passage]) -> Scope:
    passages = list(passages)
    _known("tag", wanted.tags, {tag for passage in passages for tag in passage.tags})
    _known("article", wanted.articles, {passage.article for passage in passages})
    _known("product", wanted.products or (), {each.product for each in passages if each.product})
    return Scope(
        on=wanted.on or centre.today,
        audience=wanted.audience,
        locale=wanted.locale or centre.catalog.language,
        tags=wanted.tags,
        articles=wanted.articles,
        products=wanted.products,
    )


def _known(what: str, named: Collection[str], known: Collection[str]) -> None:
    for name in named:
        if name not in known:
            near = get_close_matches(name, known, n=3) or sorted(known)[:5]
            advice = f"There is {', '.join(near)}." if near else f"No article names a {what}."
            raise NotPossibleError(f"there is no {what} {name!r} in the help centre\n  {advice}")


def _print_json(query: str, hits: tuple[Hit, ...], answer: Answer) -> None:
    from json import dumps

    told = {
        "query": query,
        "hits": [each.model_dump(mode="json") for each in hits],
        "answer": answer.model_dump(mode="json", exclude={"hits"}),
    }
    print(dumps(told, indent=2, ensure_ascii=False))  # noqa: T201


def _show(hits: tuple[Hit, ...], answer: Answer, threshold: float) -> None:
    from hybrid_agent.cli.showing import brief, console_for, row

    console = console_for()
    for hit in hits:
        row(console, f"{hit.score:.2f}", _title(hit.passage), "bold")
        row(console, "", f"{hit.passage.url or hit.passage.source}  ({hit.why})", "dim")
        row(console, "", brief(hit.passage.text, 240))
    if not hits:
        console.print("Nothing is found that this reader may see on that day.")
    _show_answer(console, answer, threshold)


def _show_answer(console: "Console", answer: Answer, threshold: float) -> None:
    from hybrid_agent.cli.showing import row, rows

    verdict = f"{answer.score:.2f}, {'answers' if answer.answerable else 'does not answer'} "
    row(console, "Answer", f"{verdict}(from {threshold:.2f} on): {answer.why}", "bold")
    rows(console, "says", (_said(each) for each in answer.sentences))
    if answer.conflict:
        each = answer.conflict
        row(console, "conflict", f"{each.about}: {_said(each.one)} / {_said(each.other)}", "red")
    rows(console, "overruled", (f"{_said(each.other)} ({each.about})" for each in answer.overruled), "yellow")
    if not answer.sentences and answer.topics:
        row(console, "asks", f"Is it about {' / '.join(each.title for each in answer.topics)}?")
    elif not answer.sentences:
        row(console, "says", "(nothing: the case is handed to a person)", "dim")


def _said(sentence: AnswerSentence) -> str:
    return f"{sentence.text} [{_title(sentence.passage)}]"


def _title(passage: Passage) -> str:
    return " > ".join((passage.title, *passage.section))
