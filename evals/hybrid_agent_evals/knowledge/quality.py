"""How good the search is, beside plain ones, and how well it is known what cannot be answered."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from hybrid_agent.knowledge import Knowledge, Scope
from hybrid_agent.knowledge.answering.answerability import Answerability
from hybrid_agent.knowledge.texts import searched_text
from hybrid_agent_evals.knowledge.cases import Case
from hybrid_agent_evals.knowledge.data import TODAY, Centre
from hybrid_agent_evals.knowledge.fitting import ANSWERED

DEEPEST = 5

Search: TypeAlias = Callable[[str], Sequence[str]]
"""The articles found for a query, best first, each once; at least five, if there are so many."""


@dataclass(frozen=True, slots=True)
class Retrieval:
    """`hit_1`, `hit_3`: the share of questions with an article that answers among the first; `recall_5`: the
    mean share of a question's articles among the first five. `questions` counts those that articles answer.
    """

    centre: str
    system: str
    questions: int
    hit_1: float
    hit_3: float
    recall_5: float


@dataclass(frozen=True, slots=True)
class Abstention:
    """Of cases held out in cross-validation: the share of the unanswerable that is refused while 85 % of the
    answerable are answered, and the area under the ROC curve. `chosen_answered` and `chosen_refused` are the
    shares at the threshold that was chosen for all groups together.
    """

    group: str
    answerable: int
    unanswerable: int
    refused: float
    auroc: float
    chosen_answered: float
    chosen_refused: float


def retrieval(centre: Centre, knowledge: Knowledge) -> Iterator[Retrieval]:
    """Ours, then each plain search."""
    texts: dict[str, str] = {}
    for passage in knowledge.passages:
        texts[passage.article] = f"{texts.get(passage.article, '')}\n{searched_text(passage)}"
    systems: dict[str, Search] = {
        "hybrid-agent": _ours(knowledge),
        "TF-IDF": _tf_idf(texts),
        "BM25": _bm25(texts),
    }
    for name, search in systems.items():
        yield _measured(centre, name, search)


def abstention(
    found: Sequence[Case], probabilities: NDArray[np.float64], fitted: Answerability
) -> Iterator[Abstention]:
    """For each group first the questions as they were asked, then with those that were made."""
    for group in dict.fromkeys(case.group for case in found):
        for made in (False, True):
            rows = np.array([case.group == group and (made or not case.made) for case in found])
            answerable = np.array([case.answerable for case in found])
            if rows.any() and answerable[rows].any() and not answerable[rows].all():
                name = f"{group}, articles removed" if made else f"{group}, as asked"
                yield _abstention(name, probabilities[rows], answerable[rows], fitted.answer_from)


def _abstention(
    name: str, probabilities: NDArray[np.float64], answerable: NDArray[np.bool_], chosen: float
) -> Abstention:
    from sklearn.metrics import roc_auc_score  # type: ignore[import-untyped]

    threshold = np.quantile(probabilities[answerable], 1 - ANSWERED)
    return Abstention(
        group=name,
        answerable=int(answerable.sum()),
        unanswerable=int((~answerable).sum()),
        refused=float((probabilities[~answerable] < threshold).mean()),
        auroc=float(roc_auc_score(answerable, probabilities)),
        chosen_answered=float((probabilities[answerable] >= chosen).mean()),
        chosen_refused=float((probabilities[~answerable] < chosen).mean()),
    )


def _measured(centre: Centre, system: str, search: Search) -> Retrieval:
    questions = [question for question in centre.questions if question.articles]
    found = [search(question.text)[:DEEPEST] for question in questions]
    pairs = list(zip(questions, found, strict=True))
    return Retrieval(
        centre=centre.name,
        system=system,
        questions=len(questions),
        hit_1=_mean(not asked.articles.isdisjoint(best[:1]) for asked, best in pairs),
        hit_3=_mean(not asked.articles.isdisjoint(best[:3]) for asked, best in pairs),
        recall_5=_mean(len(asked.articles & set(best)) / len(asked.articles) for asked, best in pairs),
    )


def _ours(knowledge: Knowledge) -> Search:
    scope = Scope(on=TODAY)
    return lambda query: list(
        dict.fromkeys(hit.passage.article for hit in knowledge.search(query, scope, k=DEEPEST))
    )


def _tf_idf(texts: dict[str, str]) -> Search:
    """As scikit-learn has it, with stop words and sublinear counts."""
    from sklearn.feature_extraction.text import TfidfVectorizer  # type: ignore[import-untyped]

    vectorizer = TfidfVectorizer(stop_words="english", sublinear_tf=True)
    matrix = vectorizer.fit_transform(texts.values())
    return lambda query: _best(list(texts), (matrix @ vectorizer.transform([query]).T).toarray().ravel())


def _bm25(texts: dict[str, str]) -> Search:
    """As bm25s has it, with its stop words, on whole articles."""
    import bm25s  # type: ignore[import-untyped]
    import Stemmer  # type: ignore[import-not-found]

    stemmer = Stemmer.Stemmer("english")
    index = bm25s.BM25()
    index.index(
        bm25s.tokenize(list(texts.values()), stopwords="en", stemmer=stemmer, show_progress=False),
        show_progress=False,
    )

    def search(query: str) -> Sequence[str]:
        (words,) = bm25s.tokenize(
            [query], stopwords="en", stemmer=stemmer, return_ids=False, show_progress=False
        )
        return _best(list(texts), index.get_scores(words)) if words else []

    return search


def _best(articles: Sequence[str], scores: NDArray[np.float64]) -> list[str]:
    return [articles[row] for row in np.argsort(-scores, kind="stable")[:DEEPEST]]


def _mean(shares: Iterator[float]) -> float:
    return float(np.mean(list(shares)))
