"""What the author of a case is asked in the terminal."""

from collections.abc import Iterable

from rich.console import Console

from hybrid_agent.cli.showing import clean
from hybrid_agent_evals.drafting.observing import Observation
from hybrid_agent_evals.drafting.writing import inline

UNSAID = "Not said yet: write here, in a sentence, what this case promises."


def kept(observed: Iterable[Observation], console: Console) -> tuple[Observation, ...]:
    """The observations that the author wants to be expected; the status always is."""
    console.print("What was observed. Keep what is promised; Enter keeps, n leaves out.")
    return tuple(each for each in observed if each.key == "status" or _yes(each, console))


def promised(console: Console) -> str:
    """The sentence that the case stands for; empty where nothing is said."""
    console.print("What does this case promise, in a sentence?")
    return _answer("> ").strip()


def _yes(each: Observation, console: Console) -> bool:
    console.print(f"  {clean(each.key)}: {clean(inline(each.value))}  ({each.means})")
    return not _answer("  keep? [Y/n] ").strip().lower().startswith("n")


def _answer(prompt: str) -> str:
    try:
        return input(prompt)
    except EOFError:
        return ""
