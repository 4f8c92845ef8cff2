"""Whether the examples are enough, and do not contradict each other."""

from collections.abc import Iterator

from hybrid_agent.catalog.findings import Finding, error, warning
from hybrid_agent.catalog.models import Catalog

FEWEST_EXAMPLES = 5
ENOUGH_EXAMPLES = 15


def lint_examples(catalog: Catalog) -> Iterator[Finding]:
    """Too few examples, and those that stand twice."""
    seen: dict[str, str] = {}
    for name, intent in catalog.intents.items():
        where, count = f"intents.{name}.examples", len(intent.examples)
        if count < FEWEST_EXAMPLES:
            yield error(
                where, f"{count} examples are too few to recognise it; write at least {FEWEST_EXAMPLES}"
            )
        elif count < ENOUGH_EXAMPLES:
            yield warning(where, f"{count} examples; {ENOUGH_EXAMPLES} varied ones are recognised better")
        for example in intent.examples:
            other = seen.get(_plain(example))
            seen.setdefault(_plain(example), name)
            if other == name:
                yield warning(where, f"{example!r} stands twice; another one would teach more")
            elif other is not None:
                yield error(where, f"{example!r} is also an example of {other}: they contradict each other")
    if len(catalog.out_of_scope) < ENOUGH_EXAMPLES:
        yield warning(
            "out_of_scope",
            f"{len(catalog.out_of_scope)} examples; {ENOUGH_EXAMPLES} teach better what the bot is not for",
        )
    for example in catalog.out_of_scope:
        if (plain := _plain(example)) in seen:
            yield error(
                "out_of_scope",
                f"{example!r} is also an example of {seen[plain]}: they contradict each other",
            )


def _plain(example: str) -> str:
    return " ".join(example.lower().split()).strip(" .!?")
