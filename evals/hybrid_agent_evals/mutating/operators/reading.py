"""Weakening what is looked up: in the systems, in the help centre, and in records before asking."""

from collections.abc import Iterator

from hybrid_agent.catalog.models import KnowledgeUse, KnownFrom, Scope
from hybrid_agent.catalog.phrasing import places
from hybrid_agent_evals.mutating.changes import Change
from hybrid_agent_evals.mutating.loosening import looser_lines, without_lines
from hybrid_agent_evals.mutating.operators.wording import intent_of, never_looked_up, said
from hybrid_agent_evals.mutating.sites import GONE, Site


def arguments_dropped(site: Site) -> Iterator[Change]:
    """Each argument of a read left out: more is found than what was asked for."""
    for name, path in site.value.items():
        yield Change(
            "a read widened",
            (*site.place, name),
            GONE,
            f"{site.part}: a read is done without {name} ({path})",
            f"the read where another {name} would give other records",
        )


def source_unnamed(site: Site) -> Iterator[Change]:
    """A source that the customer cannot tell apart."""
    if site.value:
        yield Change(
            "a citation rule dropped",
            site.place,
            None,
            f"{site.part}: the source {site.value!r} has no title of its own",
            "the intent with the title that is cited, such as the number of the record",
            equivalent=_never_cited(site),
        )


def _never_cited(site: Site) -> str:
    """Why the title of a read is never seen, where no text of the intent takes a value from it."""
    intent = intent_of(site)
    if intent is None:
        return ""
    said = places(intent.model_dump_json(exclude={"examples", "reads"}))
    used = {path.partition(".")[0] for path in said}
    return "" if site.place[3] in used else "no text says what it holds, so it is never a source"


def not_required(site: Site) -> Iterator[Change]:
    """Gone on without what was needed, or stuck without what was not."""
    if len(site.place) > 4 and site.place[2] != "reads":
        return
    if site.place[0] == "slots":
        return
    operation = getattr(site.owner, "operation", "")
    if site.value:
        yield Change(
            "a read not required",
            site.place,
            False,
            f"{site.part}: it goes on where {operation} has nothing or is down",
            f"the intent while {operation} is down: a person gets it",
        )
    else:
        yield Change(
            "a read demanded",
            site.place,
            True,
            f"{site.part}: it stops where {operation} has nothing or is down",
            f"the intent while {operation} is down: it is served without",
        )


def tags_widened(site: Site) -> Iterator[Change]:
    """Every article counts, or those of no intent's."""
    if not isinstance(site.owner, Scope):
        return
    catch = "a question to the help centre in which articles of another subject are near"
    others = sorted(
        {tag for each in site.catalog.intents.values() if each.knowledge for tag in each.knowledge.tags}
        - set(site.value)
    )
    if others:
        yield Change(
            "knowledge widened",
            site.place,
            (*site.value, *others),
            f"{site.part}: articles of every subject count",
            catch,
            equivalent=never_looked_up(site),
        )
        yield Change(
            "knowledge mistaken",
            site.place,
            (others[0],),
            f"{site.part}: articles about {others[0]} are read instead",
            "a question that one article answers, with its title under `cites`",
            equivalent=never_looked_up(site),
        )


def use_changed(site: Site) -> Iterator[Change]:
    """The help centre as the answer where it is further reading, and the other way round."""
    other = KnowledgeUse.FURTHER if site.value is KnowledgeUse.ANSWER else KnowledgeUse.ANSWER
    yield Change(
        "knowledge used otherwise",
        site.place,
        other,
        f"{site.part}: the help centre is for {other}, not for {site.value}",
        "the intent with its source and with what is told from the article or from the record",
        equivalent=never_looked_up(site),
    )


def product_dropped(site: Site) -> Iterator[Change]:
    """What is about another product counts."""
    if site.value:
        yield Change(
            "knowledge widened",
            site.place,
            None,
            f"{site.part}: articles about other products count",
            "a question about a product while an article says otherwise of another",
        )


def record_not_used(site: Site) -> Iterator[Change]:
    """Asked what is on record."""
    if site.value is not None:
        yield Change(
            "known from records dropped",
            site.place,
            None,
            f"{site.part}: it is asked for though {site.value.read.operation} knows it",
            "a customer with just one fitting record, with `asked: 0`",
        )


def known_widened(site: Site) -> Iterator[Change]:
    """Records that should not count do."""
    if not isinstance(site.owner, KnownFrom) or not site.value:
        return
    catch = f"a customer with just one record where {said(site.value)}, and others that are not so"
    yield Change("candidates widened", site.place, {}, f"{site.part}: any record counts", catch)
    for looser, words in (*without_lines(site.value), *looser_lines(site.value, {})):
        yield Change("candidates widened", site.place, looser, f"{site.part}: {words}", catch)


def offered_bare(site: Site) -> Iterator[Change]:
    """Options shown by their bare value."""
    if site.value:
        yield Change(
            "a value left out of a text",
            site.place,
            None,
            f"{site.part}: options are shown by their bare value, not as {site.value!r}",
            "a customer with several fitting records, with what the question names of each",
        )
