"""Words in common between a query and texts: BM25 over stems, by bm25s."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from math import log
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

_WORD = re.compile(r"[^\W_]+(?:['\u2019][^\W_]+)?")
_STOP_LIST = """
a about also am an and any are as at be been but by can could did do does find for from get got had
has have having hello hey hi how i i'd i'll i'm i've if in into is it it's its just know like may me
might my need of on one or our please say see shall should so some something tell than thank thanks
that the their them then there these they this to us want was we were what when where which who why
will with would you your
"""
_STOP_WORDS = frozenset(_STOP_LIST.split())
_NO_WORD = ""


@dataclass(frozen=True, slots=True)
class Words:
    """The words of a fixed set of texts; their order gives the rows of `scores`."""

    bm25: Any

    def scores(self, query: str) -> NDArray[np.float32]:
        """BM25 of every text, divided by the most that the query's words could score: 0..1.

        Words that no text has count as the rarest ones, so that a query about something else scores low.
        Robertson and Zaragoza, The Probabilistic Relevance Framework (2009), with idf from Lucene.
        """
        wanted = set(terms(query))
        known = [self._vocabulary[term] for term in sorted(wanted) if term in self._vocabulary]
        most = sum(map(self.idf, wanted))
        if not known:
            return np.zeros(self.size, dtype=np.float32)
        result: NDArray[np.float32] = self.bm25.get_scores_from_ids(known) / np.float32(most)
        return result

    def coverage(self, query: str, text: str) -> float:
        """The share (0..1) of the query's words, weighted by how rare they are, that the text has."""
        wanted = set(terms(query))
        total = sum(map(self.idf, wanted))
        return sum(map(self.idf, wanted & words_of(text))) / total if total else 0.0

    def idf(self, term: str) -> float:
        """How rare a term is; one that no text has is rarer than any."""
        number = self._vocabulary.get(term)
        starts = self.bm25.scores["indptr"]
        texts = 0 if number is None else int(starts[number + 1] - starts[number])
        return log(1.0 + (self.size - texts + 0.5) / (texts + 0.5))

    @property
    def size(self) -> int:
        """How many texts there are."""
        return int(self.bm25.scores["num_docs"])

    @property
    def _vocabulary(self) -> Mapping[str, int]:
        vocabulary: Mapping[str, int] = self.bm25.vocab_dict
        return vocabulary


def build_words(texts: Sequence[str]) -> Words:
    """Indexes the texts."""
    import bm25s  # type: ignore[import-untyped]

    counted = [terms(text) for text in texts]
    distinct = sorted({term for words in counted for term in words})
    vocabulary = {term: number for number, term in enumerate([_NO_WORD, *distinct])}
    bm25 = bm25s.BM25(k1=1.2, b=0.75)
    rows = [[vocabulary[term] for term in words] or [vocabulary[_NO_WORD]] for words in counted]
    bm25.index((rows, vocabulary), create_empty_token=False, show_progress=False)
    return Words(bm25)


def save_words(words: Words, folder: Path) -> None:
    """Writes them into a folder of their own. Raises OSError."""
    words.bm25.save(folder, show_progress=False)


def load_words(folder: Path) -> Words:
    """What `save_words` wrote. Raises OSError, ValueError or KeyError where that is not there or damaged."""
    import bm25s

    return Words(bm25s.BM25.load(folder, show_progress=False))


def terms(text: str) -> list[str]:
    """Lower-case stems (Snowball, English) of the words that carry meaning."""
    import Stemmer  # type: ignore[import-not-found]

    words = (word.lower().replace("\u2019", "'") for word in _WORD.findall(text))
    stems: list[str] = Stemmer.Stemmer("english").stemWords(
        [word for word in words if word not in _STOP_WORDS]
    )
    return stems


@lru_cache(8192)
def words_of(text: str) -> frozenset[str]:
    """The distinct terms of a text."""
    return frozenset(terms(text))
