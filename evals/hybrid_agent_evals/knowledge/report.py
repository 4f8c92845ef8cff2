"""What a run of the benchmark says, for people and as JSON."""

import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass

from hybrid_agent_evals.knowledge.indexing import Indexing
from hybrid_agent_evals.knowledge.quality import Abstention, Retrieval
from hybrid_agent_evals.knowledge.speed import Speed


@dataclass(frozen=True, slots=True)
class Report:
    """All figures. Those of `abstention` are on questions that were held out of the fit."""

    machine: str
    retrieval: tuple[Retrieval, ...]
    abstention: tuple[Abstention, ...]
    indexing: Indexing
    speed: Speed

    def json(self) -> str:
        """The report as a JSON object."""
        return json.dumps(asdict(self), indent=2)

    def text(self) -> str:
        """The report as lines of text."""
        return "\n".join(self._lines())

    def _lines(self) -> Iterator[str]:
        yield self.machine
        yield ""
        yield f"{'search':<12}{'by':<14}{'questions':>10}{'hit@1':>8}{'hit@3':>8}{'recall@5':>10}"
        for each in self.retrieval:
            shares = f"{each.hit_1:>8.3f}{each.hit_3:>8.3f}{each.recall_5:>10.3f}"
            yield f"{each.centre:<12}{each.system:<14}{each.questions:>10}{shares}"
        yield ""
        yield f"{'held out':<36}{'answerable':>11}{'not':>6}{'refused':>9}{'AUROC':>8}{'chosen':>14}"
        for one in self.abstention:
            counts = f"{one.answerable:>11}{one.unanswerable:>6}"
            chosen = f"{one.chosen_answered:>7.0%}/{one.chosen_refused:.0%}"
            yield f"{one.group:<36}{counts}{one.refused:>9.1%}{one.auroc:>8.3f}{chosen:>14}"
        yield "By 10-fold cross-validation over questions. refused: of the unanswerable, while 85 % of the"
        yield "answerable are answered. chosen: answered/refused at the one threshold for all groups."
        yield ""
        yield from self._speed()

    def _speed(self) -> Iterator[str]:
        built, speed = self.indexing, self.speed
        yield f"{built.passages} passages of {built.words_a_passage:.0f} words each:"
        yield f"  indexed in {built.build:.1f} s, in {built.build_cpu:.0f} s of processors"
        yield f"  indexed again in {built.again:.1f} s, with one article changed in {built.one_changed:.1f} s"
        yield f"  loaded in {built.load:.2f} s; {speed.memory_mb:.0f} MB beside the encoder, with searches"
        heads = f"{'search p50':>12}{'p95':>7}{'answer p50':>12}{'p95':>7}"
        yield f"  {'milliseconds':<12}{'queries':>9}{'words':>7}{heads}"
        for kind, each in speed.times.items():
            searched = f"{each.search_p50:>12.1f}{each.search_p95:>7.1f}"
            answered = f"{each.answer_p50:>12.1f}{each.answer_p95:>7.1f}"
            yield f"  {kind:<12}{each.queries:>9}{each.words:>7}{searched}{answered}"
