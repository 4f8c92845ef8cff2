"""What customers ask and no article answers, the most frequent first."""

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

import numpy as np

from hybrid_agent.knowledge.checking.findings import Finding, Kind, quoted
from hybrid_agent.knowledge.passages import Answer, Scope
from hybrid_agent.knowledge.search import Knowledge

if TYPE_CHECKING:
    from numpy.typing import NDArray

ALIKE = 0.75
"""The cosine from which two questions are asked for the same."""

SHOWN = 3


def unanswered(knowledge: Knowledge, questions: Iterable[str], scope: Scope) -> list[Finding]:
    """A warning for each group of questions alike to which customers get no answer now."""
    asked = Counter(" ".join(each.split()) for each in questions)
    del asked[""]
    open_ = {each: answer for each in asked if not (answer := knowledge.answers(each, scope)).answerable}
    texts = sorted(open_, key=lambda each: (-asked[each], each))
    groups = _groups(texts, knowledge.encoder.encode(texts)) if texts else []
    findings = [_finding([texts[row] for row in rows], asked, open_) for rows in groups]
    return sorted(findings, key=lambda each: -each.count)


def _groups(texts: Sequence[str], vectors: "NDArray[np.float32]") -> list[list[int]]:
    """Every text joins the group whose first text it is most like, or begins one; frequent texts go first."""
    groups: list[list[int]] = []
    firsts = np.empty_like(vectors)
    for row in range(len(texts)):
        cosines = firsts[: len(groups)] @ vectors[row]
        if groups and float(cosines.max()) >= ALIKE:
            groups[int(cosines.argmax())].append(row)
        else:
            firsts[len(groups)] = vectors[row]
            groups.append([row])
    return groups


def _finding(texts: Sequence[str], asked: Counter[str], answers: dict[str, Answer]) -> Finding:
    count = sum(asked[each] for each in texts)
    said = ", ".join(quoted(each, 100) for each in texts[:SHOWN])
    times = "once" if count == 1 else f"{count} times"
    return Finding(
        kind=Kind.UNANSWERED,
        level="warning",
        where=_nearest(answers[texts[0]]),
        message=f"asked {times} and not answered: {said}. Write an article or a policy that answers it.",
        count=count,
    )


def _nearest(answer: Answer) -> str:
    return f"nearest: {answer.hits[0].passage.source}" if answer.hits else "nothing is near"
