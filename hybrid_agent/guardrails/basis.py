"""What a sentence of a model rests on: statements of points, of texts and of records."""

from dataclasses import dataclass
from functools import cached_property

from hybrid_agent.guardrails.grounds import Field
from hybrid_agent.guardrails.qualifying import unlisted
from hybrid_agent.guardrails.reading import Segment
from hybrid_agent.guardrails.telling import Deed


@dataclass(frozen=True)
class Support:
    """What a sentence rests on: the statements of the points, of texts and of records.

    `openings` are the points as they stand, in plain words, `records` the words of the records' names,
    `names` the runs of words in capitals and `literal` all words as they stand.
    """

    points: tuple[Segment, ...]
    texts: tuple[Segment, ...]
    fields: tuple[Field, ...]
    openings: tuple[str, ...]
    records: frozenset[str]
    names: frozenset[tuple[str, ...]]
    literal: frozenset[str]

    @cached_property
    def read(self) -> frozenset[str]:
        """The content words of texts, where statements are about different things."""
        return frozenset[str]().union(*(each.stems for each in self.texts))

    @cached_property
    def prose(self) -> tuple[Segment, ...]:
        """Whole statements, to which a sentence can be aligned."""
        return (*self.points, *self.texts)

    @cached_property
    def all(self) -> tuple[Segment, ...]:
        """Every statement."""
        return (*self.prose, *(each.said for each in self.fields))

    @cached_property
    def stems(self) -> frozenset[str]:
        """The content words of all statements."""
        return frozenset[str]().union(*(each.stems for each in self.all))

    @cached_property
    def strict(self) -> frozenset[str]:
        """The words of all statements that a sentence may not add."""
        return frozenset[str]().union(*(each.strict for each in self.all))

    @cached_property
    def worded(self) -> frozenset[str]:
        """The words of texts and points, by stem or group, that are no strict words as they stand there."""
        return frozenset[str]().union(*(unlisted(each.low) for each in self.prose))

    @cached_property
    def deeds(self) -> frozenset[Deed]:
        """The deeds of all statements."""
        return frozenset[Deed]().union(*(each.deeds for each in self.all))
