"""What happens to a pending approval: a member of staff decides, decides late, or nobody does."""

from collections.abc import Iterator

from hybrid_agent.catalog import Catalog
from hybrid_agent.slots import SlotKind
from hybrid_agent_evals.cases.turns import Turn
from hybrid_agent_evals.playing.record import Shown
from hybrid_agent_evals.simulating.personas import Clerk
from hybrid_agent_evals.simulating.words import ClerkWords

NOBODY_MAY = ("nobody",)


def decisions(clerk: Clerk, shown: tuple[Shown, ...], catalog: Catalog, words: ClerkWords) -> Iterator[Turn]:
    """The turns of staff on what waits, one after the other while something does."""
    approve = Turn(agent="approve")
    match clerk:
        case Clerk.REJECTS:
            yield Turn(agent="reject", says=words.rejects)
        case Clerk.RESPONDS:
            yield Turn(agent="respond", says=words.responds)
        case Clerk.EDITS:
            yield _edit(shown, catalog, words) or approve
        case Clerk.LACKS_ROLE:
            yield Turn(agent="approve", by="passer-by", roles=NOBODY_MAY)
            yield approve
        case Clerk.LATE | Clerk.SILENT:
            yield Turn.model_validate({"wait": _past_all(catalog)})
            if clerk is Clerk.LATE:
                yield approve
        case Clerk.APPROVES:
            yield approve


def _past_all(catalog: Catalog) -> str:
    """Longer than any approval of the catalog is open."""
    rules = [each.action.approval for each in catalog.intents.values() if each.action]
    longest = max((rule.expires_after.total_seconds() for rule in rules if rule), default=0.0)
    return f"{int(longest // 3600) + 1}h"


def _edit(shown: tuple[Shown, ...], catalog: Catalog, words: ClerkWords) -> Turn | None:
    """A change of words that no system reads: of an argument that is the catalog's own text, or free text."""
    if len(shown) != 1:
        return None
    rules = [each.action for each in catalog.intents.values() if each.action]
    rule = next(each for each in rules if each.operation == shown[0].operation)
    for name, path in rule.arguments.items():
        root, _, rest = path.partition(".")
        free = root == "slot" and catalog.slots[rest].kind is SlotKind.TEXT
        if (root == "business" or free) and isinstance(shown[0].arguments.get(name), str):
            return Turn(agent="edit", arguments={name: words.edits})
    return None
