"""A case's own help centre, instead of the deployment's."""

from pathlib import Path

from hybrid_agent import Deployment
from hybrid_agent.knowledge import Knowledge, load_index, source_of
from hybrid_agent.knowledge.declared import policy_passages
from hybrid_agent.knowledge.search import knowledge_of
from hybrid_agent_evals.cases.models import Case


def knowledge_in(case: Case, deployment: Deployment, folder: Path) -> Knowledge | None:
    """The deployment's help centre, or one of the case's articles and the catalog's policies."""
    usual = deployment.knowledge
    if case.articles is None or usual is None:
        return usual
    made = folder / "articles"
    made.mkdir()
    for article in case.articles:
        (made / f"{article.name}.md").write_text(article.text, "utf-8")
    policies = policy_passages(deployment.catalog.policies, deployment.catalog.language)
    sources = [source_of(made.name, folder)] if case.articles else []
    index = load_index(sources, usual.encoder, folder / "cache", policies=policies)
    return knowledge_of(index, usual.encoder, answerability=usual.answerability)
