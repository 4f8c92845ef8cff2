"""Weakening the gates that hold for every intent."""

from collections.abc import Iterator

from hybrid_agent_evals.mutating.changes import Change
from hybrid_agent_evals.mutating.sites import GONE, Site


def threshold_lowered(site: Site) -> Iterator[Change]:
    """No confidence is too low."""
    if site.value > 0:
        which = {
            "understand": "an unclear message, in which the bot must ask what is meant",
            "act": "an unclear wish for an action that is done without a yes when it is clear",
        }
        yield Change(
            "a threshold lowered",
            site.place,
            0.0,
            f"{site.place[-1]} is 0, not {site.value}",
            which.get(str(site.place[-1]), "a message just below it"),
        )


def signal_loosened(site: Site) -> Iterator[Change]:
    """As late as the catalog allows."""
    limits = [
        each.le for each in type(site.owner).model_fields[str(site.place[-1])].metadata if hasattr(each, "le")
    ]
    most = limits[0] if limits else 1.0
    if site.value < most:
        yield Change(
            "a signal loosened",
            site.place,
            type(site.value)(most),
            f"a person is brought in at {site.place[-1]} {most}, not {site.value}",
            f"a conversation that just reaches {site.value}, and a person gets it in that turn",
        )


def scope_forgotten(site: Site) -> Iterator[Change]:
    """Nothing known of what is out of scope."""
    if site.value:
        yield Change(
            "out of scope forgotten",
            site.place,
            (),
            "no message is known to be out of scope",
            "someone asks for something that the shop never does, and is told so",
        )


def phrases_dropped(site: Site) -> Iterator[Change]:
    """Each phrase of one's own taken out."""
    for name in site.value:
        yield Change(
            "a phrase dropped",
            (*site.place, name),
            GONE,
            f"the standard words are used for {name}",
            f"the state in which {name} is said, with what only your words tell",
        )


def fact_changed(site: Site) -> Iterator[Change]:
    """Each fact of the business, wrong, where a text uses it."""
    written = site.catalog.model_dump_json(exclude={"business"})
    for name, value in site.value.items():
        if f"business.{name}" in written:
            yield Change(
                "a fact changed",
                (*site.place, name),
                "something else",
                f"business.{name} is something else, not {value}",
                f"the state in which {name} is said or handed on, with {value} under `told` or the write",
            )
