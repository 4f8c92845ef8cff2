"""Scenes of what a model made of points: each of its sentences, good or bad, ready to be checked."""

from collections.abc import Iterator, Sequence

from hybrid_agent.guardrails import Violation, check_worded
from hybrid_agent.state import Sentence
from hybrid_agent_evals.grounding.scenes import Scene, earlier_scenes


def broken_by(scene: Scene, text: str, cites: Sequence[str] | None = None) -> list[Violation]:
    """What is wrong with a sentence that rests on everything in the scene, or on what it cites."""
    said = Sentence(text=text, evidence=tuple(scene.grounds if cites is None else cites))
    return check_worded(said, scene.grounds, points=scene.points)


def pairs(lot: str) -> Iterator[tuple[Scene, str, bool]]:
    """Every scene of a lot with each of its sentences, and whether that one is good."""
    for scene, written in earlier_scenes()[lot]:
        yield from ((scene, text, True) for text in written.good)
        yield from ((scene, text, False) for text in written.bad)
