"""Words in common between a query and texts: BM25 over light stems, in numpy."""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

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
_SUFFIXES = ("ingly", "edly", "ing", "ied", "ies", "ed", "es", "ly", "s", "e")
_K1, _B = 1.2, 0.75


@dataclass(frozen=True, slots=True)
class LexicalIndex:
    """Postings of a fixed set of texts; `weights[i]` are the BM25 term weights at rows `rows[i]`."""

    vocabulary: dict[str, int]
    idf: NDArray[np.float32]
    starts: NDArray[np.int64]
    rows: NDArray[np.int32]
    weights: NDArray[np.float32]
    size: int

    def scores(self, query: str) -> NDArray[np.float32]:
        """BM25 of every text, divided by the most that the query's words could score: 0..1.

        Words that no text has count as the rarest ones, so that a query about something else scores low.
        Robertson and Zaragoza, The Probabilistic Relevance Framework (2009), with idf from Lucene.
        """
        result = np.zeros(self.size, dtype=np.float32)
        most = 0.0
        for term in set(terms(query)):
            column = self.vocabulary.get(term)
            most += self._idf(term) * (_K1 + 1)
            if column is not None:
                span = slice(self.starts[column], self.starts[column + 1])
                result[self.rows[span]] += self.weights[span]
        return result / most if most else result

    def coverage(self, query: str, text: str) -> float:
        """The share (0..1) of the query's words, weighted by how rare they are, that the text has."""
        wanted = {term: self._idf(term) for term in terms(query)}
        present = _present(text)
        total = sum(wanted.values())
        return sum(weight for term, weight in wanted.items() if term in present) / total if total else 0.0

    def _idf(self, term: str) -> float:
        column = self.vocabulary.get(term)
        return float(np.log(1.0 + (self.size + 0.5) / 0.5) if column is None else self.idf[column])


def build_lexical(texts: Sequence[str]) -> LexicalIndex:
    """Indexes the texts; their order gives the rows of `scores`."""
    counts = [Counter(terms(text)) for text in texts]
    vocabulary = {term: number for number, term in enumerate(sorted({term for c in counts for term in c}))}
    lengths = np.array([max(1, sum(c.values())) for c in counts], dtype=np.float64)
    mean = float(lengths.mean()) if len(texts) else 1.0
    columns = np.array([vocabulary[t] for c in counts for t in c], dtype=np.int64)
    rows = np.array([row for row, c in enumerate(counts) for _ in c], dtype=np.int32)
    frequency = np.array([n for c in counts for n in c.values()], dtype=np.float64)
    documents = np.bincount(columns, minlength=len(vocabulary))
    idf = np.log(1.0 + (len(texts) - documents + 0.5) / (documents + 0.5))
    norm = _K1 * (1 - _B + _B * lengths[rows] / mean)
    weights = idf[columns] * frequency * (_K1 + 1) / (frequency + norm)
    order = np.argsort(columns, kind="stable")
    return LexicalIndex(
        vocabulary=vocabulary,
        idf=idf.astype(np.float32),
        starts=np.concatenate([[0], np.cumsum(documents)]).astype(np.int64),
        rows=rows[order],
        weights=weights[order].astype(np.float32),
        size=len(texts),
    )


def terms(text: str) -> list[str]:
    """Lower-case light stems of the words that carry meaning."""
    words = (word.lower().replace("\u2019", "'") for word in _WORD.findall(text))
    return [_stem(word) for word in words if word not in _STOP_WORDS]


@lru_cache(8192)
def _present(text: str) -> frozenset[str]:
    return frozenset(terms(text))


def _stem(word: str) -> str:
    word = word.removesuffix("'s")
    if word.isdigit():
        return word
    for suffix in _SUFFIXES:
        if word.endswith(suffix) and len(word) - len(suffix) >= 3:
            stem = word[: -len(suffix)]
            stem = stem[:-1] if len(stem) > 3 and stem[-1] == stem[-2] and stem[-1] not in "ls" else stem
            return stem[:-1] + "i" if stem.endswith("y") else stem
    return word[:-1] + "i" if word.endswith("y") and len(word) > 3 else word
