"""Weakening how a value is recognised."""

import re
from collections.abc import Iterator
from itertools import pairwise

from hybrid_agent.slots import SlotKind
from hybrid_agent_evals.mutating.changes import Change
from hybrid_agent_evals.mutating.sites import GONE, Site

ANY_WORD = r"[\w#-]+"
_COUNTED = re.compile(r"\{\d+(?:,\d*)?\}")


def kind_widened(site: Site) -> Iterator[Change]:
    """Any words taken for the value."""
    if site.value is not SlotKind.TEXT:
        yield Change(
            "a slot's form widened",
            site.place,
            SlotKind.TEXT,
            f"{site.part}: any words are taken for it",
            "someone answers the question for it with something else, and is asked again",
        )


def pattern_widened(site: Site) -> Iterator[Change]:
    """More taken for an id."""
    if site.value is None:
        return
    catch = "someone gives an id of the wrong form, and is asked again instead of being looked up"
    wider = dict.fromkeys((_COUNTED.sub("+", site.value), ANY_WORD))
    for pattern in wider:
        if pattern != site.value:
            yield Change(
                "a slot's form widened",
                site.place,
                pattern,
                f"{site.part}: the pattern is {pattern}, not {site.value}",
                catch,
            )


def labels_dropped(site: Site) -> Iterator[Change]:
    """No word announces an id."""
    if site.value:
        yield Change(
            "labels dropped",
            site.place,
            (),
            f"{site.part}: no word announces it ({', '.join(site.value)})",
            f"someone writes two numbers of this form, one of them behind {site.value[0]!r}",
        )


def choices_moved(site: Site) -> Iterator[Change]:
    """Synonyms dropped, or understood as another choice."""
    names = list(site.value)
    for name, words in site.value.items():
        if words:
            yield Change(
                "a synonym reworded",
                (*site.place, name),
                (),
                f"{site.part}: {name} is understood by its own name alone",
                f"someone says {name} in other words, such as {words[0]!r}",
            )
        yield Change(
            "a choice removed",
            (*site.place, name),
            GONE,
            f"{site.part}: {name} cannot be chosen",
            f"someone means {name}",
        )
    for one, other in pairwise(names):
        if site.value[one] != site.value[other]:
            swapped = {**site.value, one: site.value[other], other: site.value[one]}
            yield Change(
                "a synonym reworded",
                site.place,
                swapped,
                f"{site.part}: the synonyms of {one} and {other} are mixed up",
                f"someone says {one} in other words, and the value is {one}",
            )


def preference_turned(site: Site) -> Iterator[Change]:
    """A day without a year taken for the wrong one."""
    if site.value is not None:
        other = "past" if site.value == "future" else "future"
        yield Change(
            "a slot's form widened",
            site.place,
            other,
            f"{site.part}: a day is looked for in the {other}",
            "someone names a weekday, with the date that is meant under `slots`",
        )


def memory_turned(site: Site) -> Iterator[Change]:
    """Asked again for what was said, or taken over what was said for something else."""
    if site.value:
        says, catch = "it is forgotten after each request", "a second request about the same, with `asked: 0`"
    else:
        says = "it is kept for later requests"
        catch = "a second request of the same intent that means another value, and is asked for it"
    yield Change("memory turned", site.place, not site.value, f"{site.part}: {says}", catch)
