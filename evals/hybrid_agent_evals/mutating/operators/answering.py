"""Weakening what is said when, and when a person is brought in."""

from collections.abc import Iterator

from hybrid_agent.catalog.models import Answer, Approver, Escalate
from hybrid_agent.catalog.phrasing import places
from hybrid_agent_evals.mutating.changes import Change
from hybrid_agent_evals.mutating.loosening import disjoint, looser_lines, tighter_lines
from hybrid_agent_evals.mutating.operators.policies import for_staff
from hybrid_agent_evals.mutating.operators.rulings import no_approval
from hybrid_agent_evals.mutating.operators.wording import intent_of, said, short
from hybrid_agent_evals.mutating.sites import Site

BLANK = "it"
"""Said where a value was."""


def answer_always(site: Site) -> Iterator[Change]:
    """An answer that is said whatever the facts are."""
    if site.value and isinstance(site.owner, Answer):
        yield Change(
            "an answer said always",
            site.place,
            {},
            f"{site.part}: {short(site.owner.say)} is said whatever the facts are",
            f"someone asks where {said(site.value)} is not so, with what is told then",
        )


def answer_looser(site: Site) -> Iterator[Change]:
    """An answer that is said beyond a limit that it has."""
    if isinstance(site.owner, Answer):
        for looser, words in looser_lines(site.value, {}):
            yield Change(
                "an answer said too often",
                site.place,
                looser,
                f"{site.part}: {short(site.owner.say)} is said where {words}",
                f"someone asks just beyond the limit ({said(site.value)}), with what is told then",
            )


def answers_swapped(site: Site) -> Iterator[Change]:
    """Two neighbours in the other order, where both can hold."""
    for number, (one, other) in enumerate(zip(site.value, site.value[1:], strict=False)):
        if not disjoint(one.when, other.when):
            swapped = (*site.value[:number], other, one, *site.value[number + 2 :])
            yield Change(
                "answers swapped",
                site.place,
                swapped,
                f"{site.part}: {short(other.say)} goes before {short(one.say)}",
                f"someone asks where {said(one.when)}, with what only the first of the two tells",
            )


def escalation_tightened(site: Site) -> Iterator[Change]:
    """A person brought in less often."""
    if isinstance(site.owner, Escalate):
        for tighter, words in tighter_lines(site.value):
            yield Change(
                "an escalation narrowed",
                site.place,
                tighter,
                f"{site.part}: nobody is brought in for {site.owner.reason}: {words}",
                f"someone asks in the state that is left out, and a person gets it for {site.owner.reason}",
            )


def reason_renamed(site: Site) -> Iterator[Change]:
    """The reason of a hand-off under another name in the reports."""
    yield Change(
        "a reason renamed",
        site.place,
        "something_else",
        f"{site.part}: a hand-off for {site.value} is reported as something else",
        f"a case that expects the hand-off's reason {site.value}",
    )


def values_left_out(site: Site) -> Iterator[Change]:
    """A text in which no value from the records is filled in."""
    if site.value and (paths := list(dict.fromkeys(places(site.value)))):
        text = site.value
        for path in paths:
            text = _filled(text, path)
        yield Change(
            "a value left out of a text",
            site.place,
            text,
            f"{site.part}: {short(site.value)} is said without its values",
            f"the state in which this is said, with one of {', '.join(paths)} under `told`",
            equivalent=_never_said(site),
        )


def said_too_early(site: Site) -> Iterator[Change]:
    """A text that claims what has not happened."""
    if site.value and not isinstance(site.owner, Approver):
        yield Change(
            "a text claims more",
            site.place,
            f"Done, this has been taken care of for you. {site.value}",
            f"{site.part}: {short(site.value)} begins by saying that it is done",
            "the state in which this is said: the turn's status, and that nothing is called done",
            equivalent=_never_said(site),
        )


def _filled(text: str, path: str) -> str:
    for form in ("", "|time", "|words"):
        text = text.replace(f"{{{path}{form}}}", BLANK)
    return text


def _never_said(site: Site) -> str:
    """Why a text is never said, where that is so."""
    intent = intent_of(site)
    if site.field == "Policy.says":
        return for_staff(site)
    if intent is None or site.field not in ("ActionRule.pending", "ActionRule.rejected"):
        return ""
    return no_approval(site, intent)
