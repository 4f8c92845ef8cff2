"""What of a passage is encoded, and what its words are searched in."""

from hybrid_agent.knowledge.passages import Passage
from hybrid_agent.knowledge.sentences import units


def passage_context(passage: Passage) -> str:
    """What a passage is about: its title and headings, which its text and its sentences build on."""
    return ": ".join((passage.title, *passage.section))


def encoded_text(passage: Passage) -> str:
    """The text whose vector stands for the passage. A change here needs a new `FORMAT` of the index."""
    return f"{passage_context(passage)}. {' '.join(unit.text for unit in units(passage.text))}"


def searched_text(passage: Passage) -> str:
    """The text whose words the passage is found by. A change here needs a new `FORMAT` of the index."""
    return f"{passage_context(passage)} {passage.text}"
