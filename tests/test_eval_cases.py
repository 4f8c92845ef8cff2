"""Case files: what can be read is played, and everything that is wrong is told with its line."""

import asyncio
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hybrid_agent import Deployment
from hybrid_agent.errors import ConfigurationError
from hybrid_agent_evals.cases.checking import problems
from hybrid_agent_evals.cases.reading import Cases, bundled, read_cases
from hybrid_agent_evals.worlds.world import Worlds, worlds
from hybrid_agent_tools.embedded.sample import create_sample_shop

pytest_plugins = ["graph_fixtures"]

GOOD: dict[str, Any] = {
    "id": "good",
    "says": "It is served.",
    "about": "order_status",
    "customer": "C-1001",
    "turns": [{"customer": "Where is 1002?"}],
    "expect": {"status": "answered"},
}
CANCEL = {"operation": "orders.cancel"}
SAID, DOWN = {"customer": "Hi"}, {"fault": {"of": "orders", "how": "down"}}
FILE = {"at": "2026-11-23T10:30:00+01:00"}


def case(id_: str = "bad", **changes: Any) -> dict[str, Any]:
    return {**GOOD, "id": id_, **changes}


def expecting(**expected: Any) -> dict[str, Any]:
    return case(expect={"status": "answered", **expected})


def written(folder: Path, *cases: Any, **file: Any) -> Path:
    path = folder / "cases.yaml"
    path.write_text(yaml.safe_dump({**FILE, **file, "cases": list(cases)}, sort_keys=False))
    return path


def told(folder: Path, *cases: Any) -> str:
    """The only complaint; the good case beside the bad ones is read all the same."""
    read = read_cases(written(folder, *cases, GOOD))
    assert [each.case.id for each in read.placed] == ["good"]
    assert len(read.problems) == 1, read.problems
    assert re.match(rf"{re.escape(str(folder))}/cases\.yaml:\d+: ", read.problems[0])
    return read.problems[0]


@pytest.mark.parametrize(
    ("bad", "said"),
    [
        (case(tunrs=[]), "tunrs: is not a known key"),
        (expecting(statsu="answered"), "expect.statsu: is not a known key"),
        (expecting(status="answred"), "expect.status.0: Input should be 'answered'"),
        (expecting(reads=["order.get"]), "there is no read 'order.get'; did you mean orders.get?"),
        (expecting(reads=["orders.cancel"]), "there is no read 'orders.cancel'"),
        (expecting(writes=[{"operation": "orders.cancle"}]), "did you mean orders.cancel?"),
        (
            expecting(writes=[{**CANCEL, "arguments": {"order_numbr": "1"}}]),
            "there is no argument of orders.cancel 'order_numbr'; did you mean order_number?",
        ),
        (case(turns=[{"fault": {"of": "ordres", "how": "down"}}, SAID]), "did you mean orders?"),
        (case(turns=[{"fault": {"of": "orders", "how": "out"}}, SAID]), "fault.how: Input should be 'down'"),
        (case(turns=[SAID, {"mended": "orders.got"}]), "there is no operation or port 'orders.got'"),
        (case(turns=[{"customer": "Hi", "agent": "approve"}]), "give exactly one of"),
        (case(turns=[SAID, {"agent": "edit"}]), "an edit has arguments"),
        (case(turns=[SAID, {"wait": "1h", "expect": {"asks": "x"}}]), "in which the bot does not run"),
        (case(turns=[SAID, {"wait": "999999d"}]), "turns.1.wait: Input should be less than or equal to"),
        ("no case", "cases.0: Input should be a valid dictionary"),
        (None, "cases.0: Input should be a valid dictionary"),
    ],
)
def test_what_is_not_known_is_told(tmp_path: Path, bad: Any, said: str) -> None:
    """A slip in a key, name or value ends in a message with its line, and costs no other case."""
    assert said in told(tmp_path, bad)


@pytest.mark.parametrize(
    ("bad", "said"),
    [
        (case(turns=[{"wait": "1h"}]), "nobody says anything; add a turn with customer"),
        (expecting(writes=[CANCEL]), "no turn approves it; add a turn with agent: approve"),
        (
            case(turns=[SAID, {"agent": "reject"}], expect={"status": "answered", "writes": [CANCEL]}),
            "no turn approves it",
        ),
        (expecting(hand_off={"reasons": "anger"}), "but not the status handed_off; add it to status"),
        (
            expecting(status="handed_off", hand_off={"reasons": "anger"}, way="bot"),
            "a hand-off is expected, but the way is bot; write way: handed_off",
        ),
        (expecting(told=["Gone"], not_told=["gone"]), "'Gone' must and must not be told"),
        (
            case(turns=[{**SAID, "expect": {"told": ["a"], "not_told": ["a"]}}]),
            "'a' must and must not be told",
        ),
        (expecting(cites=["A"], cites_nothing=True), "leave out cites or cites_nothing"),
        (expecting(intents=["a"], not_intents=["a"]), "a must and must not have been served"),
        (expecting(reads=["orders.get"], not_read=["orders.get"]), "must and must not be read"),
        (
            case(turns=[{**SAID, "expect": {"status": "refused"}}]),
            "the last turn ends refused, the case answered",
        ),
        (
            case(turns=[{**SAID, "expect": {"asks": "confirm"}}], expect={"status": "answered", "asked": 0}),
            "the turns ask 1 questions, but asked allows 0",
        ),
        (case(turns=[{"agent": "approve"}, SAID]), "turn 1 decides before anybody wrote"),
        (case(turns=[SAID, {"agent": "approve", "chat": "other"}]), "turn 2 decides before anybody wrote"),
        (case(turns=[SAID, {"agent": "approve", "stale": True}]), "turn 2 is stale, but nothing else"),
        (case(turns=[SAID, {"mended": "orders"}, SAID]), "turn 2 mends orders, which has no fault"),
        (case(articles=[{"name": "a", "text": "x"}] * 2), "two articles are called a; rename one"),
    ],
)
def test_what_contradicts_itself_is_told(tmp_path: Path, bad: Any, said: str) -> None:
    """What nothing that is played could meet is refused, with what to change."""
    assert said in told(tmp_path, bad)


@pytest.mark.parametrize(
    "good",
    [
        case(turns=[SAID, {"agent": "reject"}, SAID, {"agent": "approve", "stale": True}]),
        case(turns=[DOWN, SAID, {"mended": "orders.get"}, {"mended": "orders"}, SAID][:2]),
        case(turns=[SAID, SAID], expect={"status": "answered", "hand_off": {"reasons": "anger"}}),
        expecting(told=[["Gone", "lost"]], not_told=["gone"]),
        case(turns=[{"customer": "  "}, {"agent": "take_over"}, {"agent": "release"}]),
    ],
)
def test_what_can_be_met_is_read(tmp_path: Path, good: Any) -> None:
    """A case that is only unusual is no contradiction."""
    assert read_cases(written(tmp_path, good)).problems == ()


def test_equal_ids_are_told_with_both_places(tmp_path: Path) -> None:
    """Which of two is meant cannot be known: neither is played, and each names the other."""
    read = read_cases(written(tmp_path, GOOD, case("twice"), case("twice")))
    assert [each.case.id for each in read.placed] == ["good"]
    one, other = (each.partition(": ")[0] for each in read.problems)
    assert one != other
    assert f"stands also at {other}; give each its own" in read.problems[0]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (b"", "at: Field required"),
        (b"cases: [", "bad.yaml:1"),
        (b"at: 2026-11-23T10:30:00+01:00\ncases: []\n", "cases: Tuple should have at least 1 item"),
        (b"at: 2026-11-23T10:30:00\ncases: [{}]\n", "at: Input should have timezone info"),
        (b"at: 1026-11-23T10:30:00Z\ncases: [{}]\n", "at: Input should be greater than"),
        (b"at: \xff\n", "is not UTF-8"),
        (b"- 1\n", "the file: Input should be"),
        (b"a\x00b: 1\n", "bad.yaml"),
    ],
)
def test_a_bad_file_does_not_take_the_others_away(tmp_path: Path, text: bytes, said: str) -> None:
    """What is no case file is told as such, and the other files are played."""
    written(tmp_path, GOOD)
    (tmp_path / "bad.yaml").write_bytes(text)
    read = read_cases(tmp_path)
    assert [each.case.id for each in read.placed] == ["good"]
    assert said in "\n".join(read.problems)
    assert all("bad.yaml" in each for each in read.problems)


def test_a_folder_in_the_place_of_a_file_is_told(tmp_path: Path) -> None:
    """What cannot be read is named, and .yml is read like .yaml."""
    written(tmp_path, GOOD).rename(tmp_path / "cases.yml")
    (tmp_path / "folder.yaml").mkdir()
    read = read_cases(tmp_path)
    assert ([each.case.id for each in read.placed], len(read.problems)) == (["good"], 1)
    assert "folder.yaml: cannot be read" in read.problems[0]


def test_a_place_without_cases_is_refused(tmp_path: Path) -> None:
    """No folder and an empty one are two different mistakes."""
    with pytest.raises(ConfigurationError, match="there is no such file or folder"):
        read_cases(tmp_path / "nowhere")
    with pytest.raises(ConfigurationError, match=r"holds no \.yaml file"):
        read_cases(tmp_path)


# ----- Held to the deployment -----


def checked(folder: Path, deployment: Deployment, *cases: Any) -> str:
    (placed,) = read_cases(written(folder, *cases)).placed
    return "\n".join(problems(placed, deployment))


@pytest.mark.parametrize(
    ("bad", "said"),
    [
        (expecting(intents=["order_statsu"]), "no intent 'order_statsu'; did you mean order_status?"),
        (case(about="order_statu"), "there is no intent 'order_statu'"),
        (expecting(slots={"order_nmber": "1"}), "no slot 'order_nmber'; did you mean order_number?"),
        (
            expecting(status="handed_off", hand_off={"reasons": ["angre"]}),
            "no reason 'angre'; did you mean anger?",
        ),
        (case(turns=[{**SAID, "expect": {"asks": "cnofirm"}}]), "turn 1: there is no slot or kind"),
        (case(turns=[SAID, {"agent": "approve", "roles": ["agnet"]}]), "turn 2: there is no role 'agnet'"),
        (
            case(turns=[SAID, {"agent": "edit", "arguments": {"amonut": 1}}]),
            "turn 2: there is no argument of an action 'amonut'; did you mean amount?",
        ),
        (expecting(writes=[{"operation": "tickets.set_status"}]), "no action of an intent"),
        (
            case(
                turns=[SAID, {"agent": "approve", "roles": ["cook"]}],
                expect={"status": "answered", "writes": [CANCEL]},
            ),
            "orders.cancel needs a turn with agent: approve, by agent or supervisor",
        ),
    ],
)
def test_what_the_deployment_has_not_is_told(tmp_path: Path, loaded: Deployment, bad: Any, said: str) -> None:
    """A case that names another shop's intent, slot, reason, role or action is told before it is played."""
    found = checked(tmp_path, loaded, bad)
    assert said in found
    assert f"{tmp_path}/cases.yaml:3: case bad: " in found


def test_the_bundled_cases_are_about_the_sample(loaded: Deployment) -> None:
    """Nothing is wrong with any case that comes with the package."""
    read = read_cases(bundled())
    assert read.problems == ()
    assert [each for placed in read.placed for each in problems(placed, loaded)] == []


# ----- Their worlds -----


@pytest.fixture(scope="module")
def made() -> Iterator[Worlds]:
    with worlds() as prepared:
        yield prepared


def entered(read: Cases, made: Worlds) -> None:
    async def enter() -> None:
        for placed in read.placed:
            async with made.fresh(placed):
                pass

    asyncio.run(enter())


@pytest.mark.parametrize(
    ("bad", "said"),
    [
        (case(customer="C-9999"), "there is no customer 'C-9999'"),
        (case(turns=[{**SAID, "signed_in": "C-l001"}]), "did you mean C-1001?"),
        (case(shop={"order": {"1001": None}}), "shop.order: there is no such table"),
        (case(shop={"orders": {"1001": {"colour": "red"}}}), "there is no column colour"),
        (case(shop={"orders": {"9": {"payment": "paid"}}}), "NOT NULL constraint failed"),
        (case(shop={"orders": {"1001": {"discount": "much"}}}), "a value of its kind"),
        (case(shop={"orders": {"1001": {"discount": 2**70}}}), "a value of its kind"),
        (case(shop={"shipment_lines": {"S-1": None}}), "has the key shipment_id/line_id"),
    ],
)
def test_an_impossible_start_is_told(tmp_path: Path, made: Worlds, bad: Any, said: str) -> None:
    """A row, column or customer that the shop has not ends in the case's line."""
    with pytest.raises(ConfigurationError, match=r"cases\.yaml:3: ") as caught:
        entered(read_cases(written(tmp_path, bad)), made)
    assert said in str(caught.value)


def test_a_customer_may_be_taken_out(tmp_path: Path, made: Worlds) -> None:
    """Who is removed by the case itself may write all the same."""
    entered(read_cases(written(tmp_path, case(shop={"customers": {"C-1001": None}}))), made)


@pytest.mark.parametrize("content", [None, b"", b"not a database at all", b"SQLite format 3\x00 broken"])
def test_a_shop_that_is_none_is_told(tmp_path: Path, made: Worlds, content: bytes | None) -> None:
    """A missing, empty, foreign or broken file is named with what belongs there."""
    if content is not None:
        (tmp_path / "mine.db").write_bytes(content)
    with pytest.raises(ConfigurationError, match="Name an SQLite file of the embedded connector"):
        entered(read_cases(written(tmp_path, GOOD, shop="mine.db")), made)


def test_a_users_own_shop_is_copied(tmp_path: Path, made: Worlds) -> None:
    """Cases start from the file that is named, which stays as it is."""
    own = create_sample_shop(tmp_path / "mine.db", now=read_cases(written(tmp_path, GOOD)).placed[0].at)
    before = own.read_bytes()
    entered(read_cases(written(tmp_path, case(shop={"orders": {"1001": None}}), shop="mine.db")), made)
    assert own.read_bytes() == before


# ----- Whatever is in the file -----

SAMPLE = yaml.safe_dump(
    {
        **FILE,
        "cases": [
            GOOD,
            case(
                "second",
                shop={"orders": {"1001": {"discount": 5}, "1002": None}},
                turns=[SAID, {"agent": "approve", "roles": ["agent"]}, {"wait": "4h"}, DOWN, SAID],
                expect={
                    "status": ["answered", "handed_off"],
                    "slots": {"order_number": "1001"},
                    "writes": [{**CANCEL, "arguments": {"order_number": "1001"}}],
                    "told": [["a", "b"]],
                },
            ),
        ],
    },
    sort_keys=False,
)
SYNTAX = ["", " ", "\t", "- ", ": ", "{", "]", "'", '"', "&a ", "*a", "!!int ", "? ", "<<: ", "|\n", "---\n"]
VALUES = [
    "#",
    "~",
    "\x00",
    "\x7f",
    "é",
    '"\\ud800"',
    '"\\0"',
    ".nan",
    "-.inf",
    "1e400",
    "0x1f",
    "yes",
    "2026-01-01",
]
ODD = st.sampled_from([*SYNTAX, *VALUES, "9" * 400])


@st.composite
def mangled(draw: st.DrawFn) -> str:
    """The sample with some stretches replaced by what YAML, numbers and encodings make trouble with."""
    text = SAMPLE
    for _ in range(draw(st.integers(1, 4))):
        begin = draw(st.integers(0, len(text)))
        end = begin + draw(st.integers(0, 12))
        text = text[:begin] + draw(ODD) + text[end:]
    return text


@given(text=mangled())
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_mangled_file_ends_in_messages(tmp_path: Path, loaded: Deployment, made: Worlds, text: str) -> None:
    """Whatever stands in a case file, reading, checking and preparing it end well or in words."""
    path = tmp_path / "mangled.yaml"
    path.write_bytes(text.encode("utf-8", "surrogatepass"))
    read = read_cases(path)
    assert read.placed or read.problems
    assert all(each.startswith(str(path)) for each in read.problems)
    for placed in read.placed:
        assert placed.digest
        problems(placed, loaded)
        try:
            entered(Cases((placed,)), made)
        except ConfigurationError as error:
            assert str(path) in str(error)
