"""Changes that weaken nothing: a suite that fails on one of them raises a false alarm."""

from collections.abc import Iterator, Mapping
from datetime import timedelta
from types import MappingProxyType
from typing import Any

from hybrid_agent.catalog.models import Intent
from hybrid_agent.catalog.policies import Policy
from hybrid_agent_evals.mutating.changes import Change, Operator
from hybrid_agent_evals.mutating.operators.wording import short
from hybrid_agent_evals.mutating.sites import Site

HAIR = 0.01
LEAD_IN = "Please note: "
UNUSED = "unused_by_anything"


def reworded(site: Site) -> Iterator[Change]:
    """A polite word before a text."""
    if site.value:
        says = f"{site.part}: {short(site.value)} begins with “{LEAD_IN.strip()}”"
        yield Change("a text reworded", site.place, f"{LEAD_IN}{site.value}", says)


def retitled(site: Site) -> Iterator[Change]:
    """A title in other words."""
    if site.value:
        says = f"{site.part}: its title is “{site.value} (as you asked)”"
        yield Change("a title reworded", site.place, f"{site.value} (as you asked)", says)


def another_order(site: Site) -> Iterator[Change]:
    """What stands in no order, in the reverse one."""
    if len(site.value) > 1:
        turned: Any = (
            dict(reversed(list(site.value.items()))) if isinstance(site.value, Mapping) else site.value[::-1]
        )
        yield Change("another order", site.place, turned, f"{site.part}: {site.place[-1]} in reverse order")


def one_in_a_list(site: Site) -> Iterator[Change]:
    """A single value of a condition written as a list of one."""
    same = {path: (test,) if isinstance(test, str | bool) else test for path, test in site.value.items()}
    if same != dict(site.value):
        yield Change("an equal condition", site.place, same, f"{site.part}: values written as lists of one")


def lines_turned(site: Site) -> Iterator[Change]:
    """The lines of a condition in another order."""
    if len(site.value) > 1:
        turned = dict(reversed(list(site.value.items())))
        yield Change("an equal condition", site.place, turned, f"{site.part}: a condition's lines turned")


def by_a_hair(site: Site) -> Iterator[Change]:
    """A gate moved by less than anybody would notice."""
    moved = round(site.value - HAIR, 6)
    yield Change(
        "a gate moved by a hair", site.place, moved, f"{site.place[-1]} is {moved}, not {site.value}"
    )


def written_alike(site: Site) -> Iterator[Change]:
    """One more example that says the same in another spelling."""
    if site.value:
        more = (*site.value, site.value[0].rstrip("?!. ").lower())
        yield Change("an example added", site.place, more, f"{site.part}: {more[-1]!r} is one more example")


def synonym_added(site: Site) -> Iterator[Change]:
    """A word for a choice that nobody uses."""
    for name, words in list(site.value.items())[:1]:
        more = (*words, f"{name}ish for sure")
        yield Change("a synonym added", (*site.place, name), more, f"{site.part}: {more[-1]!r} means {name}")


def unused_policy(site: Site) -> Iterator[Change]:
    """A rule of another subject that nothing uses."""
    title, says = "Lost gloves in the cable car", "Gloves found in the cable car are kept by its operator."
    more = {**site.value, UNUSED: Policy(title=title, says=says, tags=(UNUSED,))}
    yield Change("a policy added", site.place, more, "one more policy, which nothing uses")


def unused_intent(site: Site) -> Iterator[Change]:
    """An intent that nobody means."""
    refusal = "I cannot tune pianos; for all that this shop sells I am here."
    examples = (
        "tune my grand piano",
        "which pedal of the piano is for the damper",
        "the hammer of the f sharp key sticks on the upright piano",
        "how often must piano strings be replaced",
        "our church organ is out of tune",
        "is a harpsichord tuned like a piano",
    )
    more = Intent(title="tuning pianos", examples=examples, refuse=refusal, sign_in=False)
    yield Change(
        "an intent added", site.place, {**site.value, UNUSED: more}, "one more intent, which nobody means"
    )


def outside_added(site: Site) -> Iterator[Change]:
    """One more message that is out of scope."""
    more = (*site.value, "how many moons does Jupiter have")
    yield Change("an example added", site.place, more, f"{more[-1]!r} is one more message out of scope")


def unused_fact(site: Site) -> Iterator[Change]:
    """A fact of the business that no text uses."""
    more = {**site.value, UNUSED: "42"}
    yield Change("a fact added", site.place, more, "one more fact of the business, which no text uses")


def second_less(site: Site) -> Iterator[Change]:
    """A time limit that is a second shorter."""
    shorter = site.value - timedelta(seconds=1)
    yield Change(
        "a gate moved by a hair", site.place, shorter, f"{site.part}: approvals expire a second earlier"
    )


CONTROLS: Mapping[str, tuple[Operator, ...]] = MappingProxyType(
    {
        "Catalog.intents": (another_order, unused_intent),
        "Catalog.slots": (another_order,),
        "Catalog.policies": (another_order, unused_policy),
        "Catalog.business": (another_order, unused_fact),
        "Catalog.out_of_scope": (another_order, outside_added),
        "Thresholds.understand": (by_a_hair,),
        "Thresholds.act": (by_a_hair,),
        "Signals.anger": (by_a_hair,),
        "Slot.title": (retitled,),
        "Slot.ask": (reworded,),
        "Slot.retry": (reworded,),
        "Slot.labels": (another_order,),
        "Slot.choices": (synonym_added,),
        "Intent.title": (retitled,),
        "Intent.examples": (another_order, written_alike),
        "Intent.reads": (another_order,),
        "Intent.refuse": (reworded,),
        "Scope.tags": (another_order,),
        "Answer.when": (one_in_a_list, lines_turned),
        "Answer.say": (reworded,),
        "Allow.when": (one_in_a_list, lines_turned),
        "Allow.otherwise": (reworded,),
        "Escalate.when": (one_in_a_list, lines_turned),
        "Escalate.say": (reworded,),
        "ActionRule.confirm": (reworded,),
        "ActionRule.pending": (reworded,),
        "ActionRule.done": (reworded,),
        "ActionRule.rejected": (reworded,),
        "Approval.by": (another_order,),
        "Approval.expires_after": (second_less,),
        "KnownFrom.when": (one_in_a_list,),
    }
)
