"""From judged sentences to the weights of the score of meaning."""

from collections.abc import Iterable
from pathlib import Path

from hybrid_agent.encoding import Encoder
from hybrid_agent.errors import ConfigurationError
from hybrid_agent.guardrails import check_worded
from hybrid_agent.guardrails.meaning import Weights, score
from hybrid_agent.guardrails.verdicts import decides_meaning, meaning_features
from hybrid_agent.state import Sentence
from hybrid_agent_evals.grounding.scenes import Case, Part

DIGITS = 4
PASSING = 0.005
"""The share of the errors of the fitted part that may pass at the threshold."""
MARGIN = 1e-4


def fit(cases: Iterable[Case], encoder: Encoder) -> Weights:
    """Weights fitted on the sentences, of all but the held-out part, that no hard rule decides.

    Logistic regression with a ridge (C = 1). The threshold is the least score that lets at most 5 in 1000
    of all errors pass; the floor is half the least score of a good sentence whose words pass.
    """
    from sklearn.linear_model import LogisticRegression  # type: ignore[import-untyped]

    used = [each for each in cases if each.part is not Part.HELD_OUT]
    rows, good, plain = list[tuple[float, ...]](), list[bool](), list[bool]()
    for case in used:
        sentence = Sentence(text=case.text, evidence=case.cites)
        broken = check_worded(sentence, case.scene.grounds, points=case.scene.points)
        if decides_meaning(sentence, broken, case.scene.grounds, case.scene.points):
            rows.append(meaning_features(sentence, case.scene.grounds, case.scene.points, encoder.encode))
            good.append(case.error is None)
            plain.append(not broken)
    fitted = LogisticRegression(C=1.0, max_iter=1000).fit(rows, good)
    names = ("best", "joined", "share", "lacking")
    found = {name: round(float(each), DIGITS) for name, each in zip(names, fitted.coef_[0], strict=True)}
    weights = Weights(
        encoder=encoder.name.rpartition("-")[0] or encoder.name,
        fitted_on=f"{len(rows)} sentences of the parts {Part.EARLIER}, {Part.DEVELOP} and {Part.SECOND}",
        bias=round(float(fitted.intercept_[0]), DIGITS),
        threshold=0.5,
        floor=0.0,
        **found,
    )
    scored = [(score(row, weights), fine, of) for row, fine, of in zip(rows, good, plain, strict=True)]
    lies = sorted((each for each, fine, by_words in scored if not fine and not by_words), reverse=True)
    passing = int(PASSING * sum(each.error is not None for each in used))
    least = lies[passing] + MARGIN if passing < len(lies) else lies[-1]
    lowest = min(each for each, fine, by_words in scored if fine and by_words)
    return weights.model_copy(
        update={"threshold": round(least, DIGITS), "floor": round(min(lowest, least) / 2, DIGITS)}
    )


def write_weights(weights: Weights, file: Path) -> None:
    """Write them as `packaged_weights` reads them. Raises ConfigurationError where that cannot be done."""
    try:
        file.write_text(weights.model_dump_json(indent=2) + "\n", "utf-8")
    except OSError as error:
        raise ConfigurationError(f"cannot be written: {error.strerror}", where=file) from None
