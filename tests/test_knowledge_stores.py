"""Vector stores and rerankers of other packages in the place of the project's own."""

import logging
import threading
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import yaml
from cli_kit import run_inside
from graph_kit import Stage
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from llama_index.core.bridge.pydantic import PrivateAttr
from llama_index.core.postprocessor.types import BaseNodePostprocessor
from llama_index.core.schema import NodeWithScore, QueryBundle, TextNode
from llama_index.core.vector_stores import SimpleVectorStore
from llama_index.core.vector_stores.types import VectorStoreQuery, VectorStoreQueryResult
from numpy.typing import NDArray
from postgres import empty_database

from hybrid_agent import ConfigurationError, Status, load_deployment
from hybrid_agent.knowledge.errors import VectorStoreError
from hybrid_agent.knowledge.indexing.dense import Flat, flat
from hybrid_agent.knowledge.indexing.index import FORMAT, Index, Manifest
from hybrid_agent.knowledge.indexing.lexical import build_words
from hybrid_agent.knowledge.passages import Hit, Passage, Scope
from hybrid_agent.knowledge.plugged.filling import content_of, fill, stored
from hybrid_agent.knowledge.plugged.pgvector import PgVectorStore
from hybrid_agent.knowledge.plugged.pgvector import store as on_postgresql
from hybrid_agent.knowledge.plugged.reranking import reranker
from hybrid_agent.knowledge.plugged.stores import Stored, let_go
from hybrid_agent.knowledge.texts import searched_text
from hybrid_agent.plugging import Plug
from hybrid_agent.portal import run_here

pytest_plugins = ["graph_fixtures"]

DIMENSIONS = 16
TODAY = date(2026, 11, 23)
ENCODER = "an encoder"
SOON = timedelta(milliseconds=100)
KEPT: dict[str, SimpleVectorStore] = {}
"""In-memory stores by name, as a server keeps them from one process of the bot to the next."""


def kept(name: str) -> SimpleVectorStore:
    """The store of a name, made when it is first asked for."""
    return KEPT.setdefault(name, SimpleVectorStore())


class Unfiltered(SimpleVectorStore):
    """A store that knows no filters, as many do not."""

    def query(self, query: VectorStoreQuery, **kwargs: Any) -> VectorStoreQueryResult:
        if query.filters is not None:
            raise NotImplementedError("no filters")
        return super().query(query, **kwargs)


class Deaf(SimpleVectorStore):
    """A store that does not hear of filters and returns what it finds."""

    def query(self, query: VectorStoreQuery, **kwargs: Any) -> VectorStoreQueryResult:
        query.filters = None
        return super().query(query, **kwargs)


class Fading(SimpleVectorStore):
    """A store that can be filled and searched until it is gone, or hangs."""

    _gone: bool = PrivateAttr(default=False)
    _hangs: bool = PrivateAttr(default=False)

    def query(self, query: VectorStoreQuery, **kwargs: Any) -> VectorStoreQueryResult:
        if self._hangs:
            threading.Event().wait(30)
        if self._gone:
            raise ConnectionError("the server is gone")
        return super().query(query, **kwargs)


class Forgetful(SimpleVectorStore):
    """A store that takes everything and finds nothing."""

    def query(self, query: VectorStoreQuery, **kwargs: Any) -> VectorStoreQueryResult:
        return VectorStoreQueryResult(ids=[], similarities=[])


class ByLength(BaseNodePostprocessor):
    """The shortest first, only those with a word of the query; it fails for a query that says so."""

    def _postprocess_nodes(
        self, nodes: list[NodeWithScore], query_bundle: QueryBundle | None = None
    ) -> list[NodeWithScore]:
        query = query_bundle.query_str if query_bundle else ""
        if "fail" in query:
            raise RuntimeError("out of order")
        if "hang" in query:
            threading.Event().wait(30)
        mine = [each for each in nodes if any(word in each.node.get_content() for word in query.split())]
        made_up = NodeWithScore(node=TextNode(id_="made up", text=""))
        return [made_up, *sorted(mine, key=lambda each: len(each.node.get_content())), *mine]


def passage(number: int, **changes: Any) -> Passage:
    """A passage of its own article, unless told otherwise."""
    about = {"article": f"a{number}", "title": "T", "section": (), "url": "u", "text": f"text {number}"}
    return Passage(**{"id": f"p{number}", "source": "s", **about, **changes})


def vectors(count: int, seed: int = 1) -> NDArray[np.float32]:
    """Vectors of unit length."""
    drawn = np.random.default_rng(seed).normal(size=(count, DIMENSIONS)).astype(np.float32)
    unit: NDArray[np.float32] = drawn / np.linalg.norm(drawn, axis=1, keepdims=True)
    return unit


def index_of(passages: Sequence[Passage], given: NDArray[np.float32]) -> Index:
    """An index of passages with these vectors."""
    manifest = Manifest.model_construct(format=FORMAT)
    return Index(tuple(passages), flat(given), build_words([each.text for each in passages]), manifest)


def allowed(passages: Sequence[Passage], scope: Scope) -> NDArray[np.bool_]:
    """Which passages a scope holds."""
    return np.array([scope.holds(each) for each in passages])


@pytest.fixture(params=["memory", "memory without filters", "postgresql"])
def plug(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Plug]:
    """A store of each kind, empty."""
    if request.param == "postgresql":
        url = empty_database()
        yield Plug(factory="hybrid_agent.knowledge.plugged.pgvector:store", options={"url": url})
        return
    KEPT[str(tmp_path)] = Unfiltered() if "without" in request.param else SimpleVectorStore()
    yield Plug(factory="test_knowledge_stores:kept", options={"name": str(tmp_path)})
    del KEPT[str(tmp_path)]


MIXED = [
    passage(0),
    passage(1, audience="internal"),
    passage(2, locale="de"),
    passage(3, product="stove"),
    passage(4, valid_until=date(2026, 1, 1)),
    passage(5, valid_from=date(2027, 1, 1)),
    passage(6, tags=("returns",)),
    *(passage(number, article="long") for number in range(7, 30)),
    *(passage(number, audience="internal") for number in range(30, 60)),
]
SCOPES = [
    Scope(on=TODAY),
    Scope(on=TODAY, audience="internal"),
    Scope(on=TODAY, locale="de-AT"),
    Scope(on=date(2025, 1, 1), products=()),
    Scope(on=TODAY, tags=("returns",)),
    Scope(on=TODAY, articles=("long", "a1")),
    Scope(on=TODAY, locale="fr"),
]


def test_a_store_finds_what_the_flat_index_finds(plug: Plug, tmp_path: Path) -> None:
    """For every scope the same passages with the same cosines; nothing that the scope leaves out."""
    given = vectors(len(MIXED))
    index = index_of(MIXED, given)
    found = stored(index, plug, ENCODER, tmp_path).dense
    try:
        for scope in SCOPES:
            usable = allowed(MIXED, scope)
            for query in vectors(4, seed=2):
                expected, cosines = index.dense.nearest(query, 5, usable)
                rows, near = found.nearest(query, 5, usable)
                assert rows.tolist() == expected.tolist()
                assert np.allclose(near, cosines, atol=1e-5)
                assert np.allclose(found.cosines(query, rows), near, atol=1e-6)
    finally:
        let_go(found)


@pytest.mark.parametrize("kind", [SimpleVectorStore, Unfiltered, Deaf])
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    readable=st.lists(st.booleans(), min_size=3, max_size=40), k=st.integers(0, 12), seed=st.integers(0, 9)
)
def test_nothing_is_found_that_is_not_allowed(
    kind: type[SimpleVectorStore], readable: list[bool], k: int, seed: int, tmp_path: Path
) -> None:
    """However a store treats filters, the k nearest of those allowed are found, and no other."""
    passages = [passage(n, audience="customer" if each else "internal") for n, each in enumerate(readable)]
    index = index_of(passages, vectors(len(passages)))
    KEPT["drawn"] = kind()
    plug = Plug(factory="test_knowledge_stores:kept", options={"name": "drawn"})
    found = stored(index, plug, ENCODER, tmp_path / str(len(KEPT)) / str(hash(tuple(readable)))).dense
    query, usable = vectors(1, seed=20 + seed)[0], allowed(passages, Scope(on=TODAY))
    assert found.nearest(query, k, usable)[0].tolist() == index.dense.nearest(query, k, usable)[0].tolist()


def test_only_what_changed_is_sent_again(plug: Plug, tmp_path: Path) -> None:
    """An article that is new, changed or gone is added, replaced or deleted; the others stay untouched."""
    before = [passage(0), passage(1), passage(2), passage(2, id="p2b")]
    after = [passage(0), passage(1, text="another text"), passage(3), passage(2)]
    given = vectors(4)
    sent: list[tuple[int, int, str]] = []
    progress = lambda done, total, what: sent.append((done, total, what))  # noqa: E731
    let_go(stored(index_of(before, given), plug, ENCODER, tmp_path, progress).dense)
    assert sent[-1][:2] == (4, 4)
    let_go(stored(index_of(before, given), plug, ENCODER, tmp_path, progress).dense)
    assert len(sent) == 1
    changed = stored(index_of(after, vectors(4, seed=3)), plug, ENCODER, tmp_path, progress).dense
    assert sent[-1][:2] == (3, 3)
    rows, _ = changed.nearest(given[0], 10, np.ones(4, dtype=np.bool_))
    assert sorted(rows.tolist()) == [0, 1, 2, 3]
    assert isinstance(changed, Stored)
    held = changed.store.query(VectorStoreQuery(query_embedding=given[0].tolist(), similarity_top_k=10))
    assert set(held.ids or ()) == set(changed.rows)
    let_go(changed)


def test_a_store_that_lost_everything_is_filled_again(plug: Plug, tmp_path: Path) -> None:
    """What was noted as sent is not believed where the store does not find it."""
    index = index_of([passage(n) for n in range(5)], vectors(5))
    note = tmp_path / "note.json"
    first = stored(index, plug, ENCODER, tmp_path).dense
    assert isinstance(first, Stored)
    assert isinstance(index.dense, Flat)
    content = content_of(index.passages, index.dense, ENCODER)
    for article in content.articles():
        first.store.delete(article)
    assert fill(first.store, content, note)
    for article in content.articles():
        first.store.delete(article)
    assert fill(first.store, content, note)
    rows, _ = first.nearest(vectors(1)[0], 9, np.ones(5, dtype=np.bool_))
    assert len(rows) == 5
    let_go(first)


def test_a_store_that_another_process_filled_is_taken_as_it_is(plug: Plug, tmp_path: Path) -> None:
    """A second replica with a cache of its own sends nothing."""
    index, sent = index_of([passage(n) for n in range(5)], vectors(5)), list[int]()
    let_go(stored(index, plug, ENCODER, tmp_path / "one", lambda *told: sent.append(told[0])).dense)
    let_go(stored(index, plug, ENCODER, tmp_path / "two", lambda *told: sent.append(told[0])).dense)
    assert sent == [5]


@pytest.mark.parametrize("how", ["_gone", "_hangs"])
def test_a_store_that_fails_when_asked_is_an_error_in_time(how: str, tmp_path: Path) -> None:
    """A store that is gone or hangs ends a search with an error that says so."""
    store = KEPT["fading"] = Fading()
    plug = Plug(factory="test_knowledge_stores:kept", options={"name": "fading"}, timeout=SOON)
    found = stored(index_of([passage(0)], vectors(1)), plug, ENCODER, tmp_path).dense
    setattr(store, how, True)
    with pytest.raises(VectorStoreError, match=r"the server is gone|no answer within 0.1 s"):
        found.nearest(vectors(1)[0], 1, np.ones(1, dtype=np.bool_))


def forgetful() -> SimpleVectorStore:
    """A store that finds nothing."""
    return Forgetful()


def nothing(**options: object) -> object:
    """What is no store."""
    return object()


def broken() -> object:
    """A factory that fails."""
    raise OSError("no such host")


@pytest.mark.parametrize(
    ("plug", "error", "told"),
    [
        ("nowhere.at_all:factory", ConfigurationError, "index: nowhere.at_all:factory cannot be loaded"),
        ("test_knowledge_stores:nothing", ConfigurationError, "returned object"),
        ("test_knowledge_stores:broken", ConfigurationError, "failed: OSError: no such host"),
        ("test_knowledge_stores:TODAY", ConfigurationError, "it cannot be called"),
        ("test_knowledge_stores:forgetful", VectorStoreError, "does not find what it was given"),
        (
            {"factory": "hybrid_agent.knowledge.plugged.pgvector:store", "options": {"url": "mysql://a/b"}},
            ConfigurationError,
            "this is no PostgreSQL database",
        ),
        (
            {
                "factory": "hybrid_agent.knowledge.plugged.pgvector:store",
                "options": {"url": "postgresql://bot:secret@127.0.0.1:1/b"},
            },
            VectorStoreError,
            "See that the store is up",
        ),
    ],
)
def test_a_store_that_cannot_be_used_is_told_at_once(
    plug: str | Mapping[str, Any], error: type[Exception], told: str, tmp_path: Path
) -> None:
    """What is wrong, at which key, and what to do; no password."""
    with pytest.raises(error, match="index: ") as raised:
        stored(index_of([passage(0)], vectors(1)), Plug.model_validate(plug), ENCODER, tmp_path)
    assert told in str(raised.value)
    assert "secret" not in str(raised.value)


def test_the_store_on_postgresql_replaces_filters_and_refuses_other_vectors(tmp_path: Path) -> None:
    """A node of the same id takes the place of the first; vectors of another encoder are refused."""
    url = empty_database()
    index = index_of(MIXED, vectors(len(MIXED)))
    plug = Plug(
        factory="hybrid_agent.knowledge.plugged.pgvector:store", options={"url": url, "table": "mine"}
    )
    found = stored(index, plug, ENCODER, tmp_path).dense
    assert isinstance(found, Stored)
    assert found.filters
    assert isinstance(found.store, PgVectorStore)
    assert isinstance(index.dense, Flat)
    content = content_of(index.passages, index.dense, ENCODER)
    assert fill(found.store, content, tmp_path / "a new note")
    let_go(found)
    wider = np.eye(3, DIMENSIONS + 1, dtype=np.float32)
    with pytest.raises(VectorStoreError, match="takes vectors of 17 dimensions"):
        stored(index_of(MIXED[:3], wider), plug, "another encoder", tmp_path)
    other = on_postgresql(url, table="yours")
    try:
        assert other.add([]) == []
    finally:
        other.close()


HITS = [
    Hit(passage=passage(n, text=text), score=score, why="w")
    for n, (text, score) in enumerate(
        [
            ("a refund takes five working days", 0.9),
            ("a refund is quick", 0.8),
            ("parcels travel", 0.7),
            ("refund", 0.2),
        ]
    )
]


@pytest.mark.parametrize(
    ("plug", "query", "expected"),
    [
        ("test_knowledge_stores:ByLength", "refund", [3, 1, 0]),
        ({"factory": "llama_index.core.postprocessor:SimilarityPostprocessor",
          "options": {"similarity_cutoff": 0.75}}, "refund", [0, 1]),
        ("llama_index.core.postprocessor:LongContextReorder", "refund", [1, 3, 2, 0]),
    ],
    ids=["own", "similarity", "long context"],
)  # fmt: skip
def test_a_reranker_orders_and_leaves_out(
    plug: str | Mapping[str, Any], query: str, expected: list[int]
) -> None:
    """Any postprocessor of LlamaIndex; what it made up or names twice does not count."""
    found = reranker(Plug.model_validate(plug))(query, HITS)
    assert [HITS.index(each) for each in found] == expected


@pytest.mark.parametrize("query", ["please fail", "please hang"])
def test_a_reranker_that_fails_or_hangs_changes_nothing(query: str, caplog: pytest.LogCaptureFixture) -> None:
    """The order of before stays, and the log says why."""
    rerank = reranker(Plug(factory="test_knowledge_stores:ByLength", timeout=SOON))
    with caplog.at_level(logging.WARNING):
        assert rerank(query, HITS) == HITS
    assert "The reranker failed" in caplog.text
    assert rerank("refund", []) == []


def test_a_deployment_names_its_store_and_its_reranker(sample: Path) -> None:
    """`kb build` fills the store; the help centre is searched there, in the order of the reranker."""
    standing = yaml.safe_load(sample.read_text())
    KEPT["deployed"] = store = SimpleVectorStore()
    plugs = {
        "index": {"factory": "test_knowledge_stores:kept", "options": {"name": "deployed"}},
        "reranker": "test_knowledge_stores:ByLength",
    }
    sample.write_text(yaml.safe_dump({**standing, **plugs}))
    built = run_inside("kb", "build", "--deployment", sample)
    assert (built.returncode, built.stderr) == (0, "")
    held = set(store.data.embedding_dict)
    deployment = load_deployment(sample)
    try:
        assert deployment.knowledge is not None
        assert set(store.data.embedding_dict) == held
        assert len(store.data.embedding_dict) == len(deployment.knowledge.passages)
        hits = deployment.knowledge.search("refund money", Scope(on=TODAY), k=4)
        texts = [searched_text(each.passage) for each in hits]
        assert len(texts) == 4
        assert all("refund" in each or "money" in each for each in texts)
        assert len(texts[0]) == min(map(len, texts))
    finally:
        run_here(deployment.aclose())


async def test_a_store_that_is_gone_brings_a_person(stage: Stage, tmp_path: Path) -> None:
    """A question that nobody could look up is handed off, and what failed is in the log."""
    knowledge = stage.deployment.knowledge
    assert knowledge is not None
    store = KEPT["fading"] = Fading()
    plug = Plug(factory="test_knowledge_stores:kept", options={"name": "fading"})
    index = stored(knowledge.index, plug, ENCODER, tmp_path)
    fading = stage.using(knowledge=replace(knowledge, index=index))
    question = "How do I wash a rain jacket?"
    assert (await fading.say(question, "before")).status is Status.ANSWERED
    store._gone = True
    turn = await fading.say(question, "after")
    assert turn.status is Status.HANDED_OFF
    assert (await fading.handed_off("after"))[0].reasons == ("no_answer",)
