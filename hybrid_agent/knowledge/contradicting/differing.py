"""Texts of the catalog that say another value than the policy for the same thing."""

import re
from collections.abc import Iterator
from itertools import product
from typing import TYPE_CHECKING

from hybrid_agent.catalog import Catalog
from hybrid_agent.catalog.findings import Finding, warning
from hybrid_agent.catalog.lint_values import texts
from hybrid_agent.catalog.phrasing import places
from hybrid_agent.knowledge.contradicting.contradiction import contradiction
from hybrid_agent.knowledge.sentences import units

if TYPE_CHECKING:
    from hybrid_agent.encoding import Encoder

_PLACE = re.compile(r"\{[^{}]*\}")
Said = tuple[str, str]
"""Where a sentence stands, and the sentence."""


def differing(catalog: Catalog, encoder: "Encoder") -> list[Finding]:
    """A warning for each sentence of a text that cannot hold beside a policy."""
    rules = [(f"policies.{name}", each.text) for name, each in catalog.policies.items()]
    said = list(_sentences(catalog))
    if not rules or not said:
        return []
    cosines = encoder.encode([text for _, text in rules]) @ encoder.encode([text for _, text in said]).T
    pairs = product(enumerate(rules), enumerate(said))
    found = (_compared(rule, told, float(cosines[row, column])) for (row, rule), (column, told) in pairs)
    return [each for each in found if each is not None]


def _compared(rule: Said, told: Said, cosine: float) -> Finding | None:
    (policy, says), (where, text) = rule, told
    differs = contradiction(says, text, cosine)
    if differs is None:
        return None
    path = policy.replace("policies.", "policy.")
    return warning(
        where, f"{text!r} differs from {policy}, {says!r} ({differs}): say {{{path}}}, or correct one of them"
    )


def _sentences(catalog: Catalog) -> Iterator[Said]:
    """Those that say no policy's value by its path: they cannot differ from it."""
    for name, intent in catalog.intents.items():
        for where, text in texts(f"intents.{name}", intent):
            for unit in units(text):
                if not any(path.startswith("policy.") for path in places(unit.text)):
                    yield where, _filled(unit.text, catalog)


def _filled(text: str, catalog: Catalog) -> str:
    """The text with the business facts in it; what is only known in service is left out."""
    for name, value in catalog.business.items():
        text = text.replace(f"{{business.{name}}}", value)
    return " ".join(_PLACE.sub(" ", text).split())
