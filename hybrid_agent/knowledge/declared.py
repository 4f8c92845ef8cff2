"""The catalog's policies as passages, to be found and cited beside the articles."""

from collections.abc import Mapping

from hybrid_agent.catalog.policies import Policy
from hybrid_agent.knowledge.passages import Passage, PassageKind

PREFIX = "policy:"


def policy_passages(policies: Mapping[str, Policy], language: str) -> tuple[Passage, ...]:
    """A passage for each policy, its id `policy:<name>`; `language` is the locale where none is named."""
    return tuple(_passage(name, policy, language) for name, policy in policies.items())


def _passage(name: str, policy: Policy, language: str) -> Passage:
    return Passage(
        id=f"{PREFIX}{name}",
        article=f"{PREFIX}{name}",
        title=policy.title,
        section=(),
        url=policy.url or "",
        text=policy.text,
        source=f"policies.{name}",
        kind=PassageKind.POLICY,
        updated=policy.updated,
        valid_from=policy.valid_from,
        valid_until=policy.valid_until,
        audience=policy.audience,
        locale=policy.locale or language,
        product=policy.product,
        tags=policy.tags,
    )
