"""The declarations of operations, the toolbox that holds callers to them, and the values they share."""

import asyncio
import pickle
from decimal import Decimal
from pathlib import Path
from typing import Any, Protocol

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from hybrid_agent_tools import (
    ALL_PORTS,
    Address,
    Connection,
    Idempotency,
    InvalidArguments,
    Misconfigured,
    Money,
    NotFound,
    OutcomeUnknown,
    ReadRetries,
    Rejected,
    Risk,
    Scope,
    Toolbox,
    ToolError,
    Unavailable,
    all_operations,
    connect,
    operations,
)
from hybrid_agent_tools.customers import AccountClosure, Profile
from hybrid_agent_tools.langchain import langchain_tools
from hybrid_agent_tools.operation import port, read, write
from hybrid_agent_tools.orders import Order
from hybrid_agent_tools.values import CurrencyMismatch

QUICK = ReadRetries(attempts=3, first_wait=0.001, longest_wait=0.002)


class Directory:
    """A customer directory whose answers, or failures, are given in order."""

    def __init__(self, *answers: Any) -> None:
        self.answers = list(answers)
        self.calls = 0

    async def profile(self, *, customer_id: str) -> Profile:
        return await self._answer()

    async def update_contact(self, **_: object) -> Profile:
        return await self._answer()

    async def find_contact_update(self, **_: object) -> Profile | None:
        return await self._answer()

    async def close_account(self, **_: object) -> AccountClosure:
        return await self._answer()

    async def find_closure(self, **_: object) -> AccountClosure | None:
        return await self._answer()

    async def _answer(self) -> Any:
        answer = self.answers[min(self.calls, len(self.answers) - 1)]
        self.calls += 1
        if isinstance(answer, Exception):
            raise answer
        if isinstance(answer, float):
            await asyncio.sleep(answer)
        return answer


def unavailable() -> Unavailable:
    return Unavailable("it is down.", system="crm", advice="Try again.")


def toolbox(*answers: Any, timeout: float = 5.0) -> tuple[Toolbox, Directory]:
    directory = Directory(*answers)
    return Toolbox({"customers": directory}, retries=QUICK, timeout=timeout), directory


def test_all_ports_are_fully_declared() -> None:
    """Every port derives, and a write of a customer's record has a risk, a read-back and a description."""
    found = all_operations()
    assert {operation.port for operation in found.values()} == set(ALL_PORTS)
    assert all(operation.description.endswith(".") for operation in found.values())
    assert all(operation.read_back for operation in found.values() if operation.writes)
    assert found["orders.refund"].risk is Risk.HIGH
    assert found["orders.refund"].idempotency is Idempotency.KEY
    assert found["calendar.slots"].scope is Scope.PUBLIC


def test_identity_cannot_be_an_argument() -> None:
    """No operation can be given a customer or a key by a model, a slot or a catalog."""
    for operation in all_operations().values():
        assert not {"customer_id", "key"} & set(operation.arguments.model_fields)
        with pytest.raises(ValidationError, match="customer_id"):
            operation.arguments.model_validate({"customer_id": "C-1"})


def test_nested_arguments_refuse_unknown_keys() -> None:
    """A misspelt part of an address is refused instead of dropped."""
    address = {"line1": "a", "city": "b", "postcode": "1", "country": "DE", "zip": "1"}
    with pytest.raises(ValidationError, match="zip"):
        all_operations()["orders.update_address"].arguments.model_validate(
            {"order_number": "1", "address": address}
        )


def test_order_number_loses_its_hash() -> None:
    """A customer may write an order's number as #1044."""
    arguments = all_operations()["orders.get"].arguments.model_validate({"order_number": " #1044 "})
    assert arguments.model_dump() == {"order_number": "1044"}


def test_risks_are_ordered() -> None:
    """A gate can compare risks, also with their plain names."""
    assert Risk.LOW < Risk.MEDIUM < Risk.HIGH
    assert max(Risk.HIGH, Risk.LOW, Risk.MEDIUM) is Risk.HIGH
    assert Risk.MEDIUM >= "low"
    assert not Risk.LOW > "medium"


def test_result_fields_are_dotted_paths() -> None:
    """A lint can check a path such as shipping_address.postcode against a result, also in lists."""
    fields = all_operations()["orders.get"].result_fields()
    assert fields["number"] is str
    assert fields["total"] is Money
    assert fields["total.amount"] is Decimal
    assert fields["shipping_address.postcode"] is str
    assert fields["lines[].sku"] is str
    assert fields["is_open"] is bool
    assert all_operations()["orders.find"].result_fields()["[]"] is Order


def test_a_contradictory_declaration_is_refused() -> None:
    """A port whose declaration does not fit its method fails when it is derived, naming the method."""

    @port("a")
    class Undeclared(Protocol):
        async def get(self, *, customer_id: str) -> Profile:
            """Get."""

    @port("b")
    class Unscoped(Protocol):
        @read()
        async def get(self) -> Profile:
            """Get."""

    @port("c")
    class Mismatched(Protocol):
        @write(risk=Risk.LOW, idempotency=Idempotency.KEY, read_back="find")
        async def put(self, *, customer_id: str, key: str) -> Profile:
            """Put."""

        async def find(self, *, customer_id: str, key: str) -> AccountClosure | None: ...

    for protocol, method in ((Undeclared, "get"), (Unscoped, "get"), (Mismatched, "find")):
        with pytest.raises(TypeError, match=f"{protocol.__name__}.{method}"):
            operations(protocol)


def test_a_connector_that_lacks_a_method_is_refused() -> None:
    """A half-written connector is refused before the first customer meets it, with what is missing."""

    class Half:
        async def profile(self, *, customer_id: str) -> Profile:
            return Profile(customer_id=customer_id)

    with pytest.raises(
        Misconfigured, match="close_account, find_closure, find_contact_update, update_contact"
    ):
        Toolbox({"customers": Half()})
    with pytest.raises(Misconfigured, match="no port 'crm'"):
        Toolbox({"crm": Directory()})


def test_only_connected_ports_have_operations() -> None:
    """What is not connected is not offered."""
    box, _ = toolbox(None)
    assert set(box.operations) == {"customers.profile", "customers.update_contact", "customers.close_account"}


async def test_reads_and_writes_have_their_own_doors() -> None:
    """A write cannot be slipped through read, nor a read through write, nor either without a customer."""
    box, directory = toolbox(Profile(customer_id="C-1"))
    with pytest.raises(InvalidArguments, match="is a write"):
        await box.read("customers.close_account", {"reason": "x"}, customer_id="C-1")
    with pytest.raises(InvalidArguments, match="is a read"):
        await box.write("customers.profile", {}, customer_id="C-1", key="k")
    with pytest.raises(InvalidArguments, match="no operation"):
        await box.read("customers.delete", {}, customer_id="C-1")
    with pytest.raises(InvalidArguments, match="needs customer_id"):
        await box.read("customers.profile", {}, customer_id=None)
    with pytest.raises(InvalidArguments, match="needs key"):
        await box.write("customers.close_account", {"reason": "x"}, customer_id="C-1", key="")
    assert directory.calls == 0


async def test_invalid_arguments_are_named_but_not_repeated() -> None:
    """The message says which argument is wrong without the customer's text in it."""
    box, directory = toolbox(None)
    with pytest.raises(InvalidArguments, match="email") as caught:
        await box.write("customers.update_contact", {"email": "my secret"}, customer_id="C-1", key="k")
    assert "secret" not in str(caught.value)
    assert directory.calls == 0


async def test_reads_are_tried_again_while_unavailable() -> None:
    """A short outage of a system is not the customer's problem."""
    box, directory = toolbox(unavailable(), unavailable(), Profile(customer_id="C-1"))
    assert await box.read("customers.profile", {}, customer_id="C-1") == Profile(customer_id="C-1")
    assert directory.calls == 3


async def test_reads_give_up_after_the_configured_attempts() -> None:
    """A long outage ends in Unavailable instead of a customer who waits forever."""
    box, directory = toolbox(unavailable())
    with pytest.raises(Unavailable):
        await box.read("customers.profile", {}, customer_id="C-1")
    assert directory.calls == QUICK.attempts


@pytest.mark.parametrize("error", [Rejected, NotFound, Misconfigured])
async def test_other_errors_of_a_read_are_not_tried_again(error: type[ToolError]) -> None:
    """A clear no is taken at its word."""
    box, directory = toolbox(error("no.", system="crm", advice="Stop."))
    with pytest.raises(error):
        await box.read("customers.profile", {}, customer_id="C-1")
    assert directory.calls == 1


async def test_writes_are_never_tried_again_here() -> None:
    """Only the ledger decides whether a write is sent a second time."""
    box, directory = toolbox(unavailable())
    with pytest.raises(Unavailable):
        await box.write("customers.close_account", {"reason": "x"}, customer_id="C-1", key="k")
    assert directory.calls == 1


@pytest.mark.parametrize("ending", [RuntimeError("socket closed"), 5.0])
async def test_a_write_without_an_answer_is_unknown(ending: Any) -> None:
    """An unmapped error or a time-out of a write is never taken for success or failure."""
    box, _ = toolbox(ending, timeout=0.02)
    with pytest.raises(OutcomeUnknown, match="close_account ended"):
        await box.write("customers.close_account", {"reason": "x"}, customer_id="C-1", key="k")


async def test_a_read_or_read_back_without_an_answer_is_unavailable() -> None:
    """A system that hangs is Unavailable, and a read-back that hangs tells neither yes nor no."""
    box, _ = toolbox(5.0, timeout=0.02)
    with pytest.raises(Unavailable, match="no answer"):
        await box.read("customers.profile", {}, customer_id="C-1")
    with pytest.raises(Unavailable, match="no answer"):
        await box.read_back("customers.close_account", {"reason": "x"}, customer_id="C-1", key="k")


async def test_somebody_elses_record_never_comes_through() -> None:
    """A connector that answers with another customer's record is not believed, whatever was called."""
    box, _ = toolbox(Profile(customer_id="C-2"))
    with pytest.raises(NotFound):
        await box.read("customers.profile", {}, customer_id="C-1")
    with pytest.raises(OutcomeUnknown):
        await box.write("customers.update_contact", {"name": "A"}, customer_id="C-1", key="k")
    with pytest.raises(Unavailable):
        await box.read_back("customers.update_contact", {"name": "A"}, customer_id="C-1", key="k")


async def test_langchain_tools_are_bound_reads() -> None:
    """A model gets reads only, with no way to name a customer; content is JSON, the artifact the records."""
    box, _ = toolbox(Profile(customer_id="C-1", name="Ann"))
    (tool,) = langchain_tools(box, ["customers.profile"], "C-1")
    message = await tool.ainvoke({"type": "tool_call", "id": "1", "name": tool.name, "args": {}})
    assert tool.name == "customers_profile"
    assert tool.args == {}
    assert '"name":"Ann"' in message.content
    assert message.artifact == Profile(customer_id="C-1", name="Ann")
    with pytest.raises(InvalidArguments, match="is a write"):
        langchain_tools(box, ["customers.close_account"], "C-1")


async def test_a_failed_langchain_tool_tells_the_model() -> None:
    """An error of the system is an answer to the model, not a crash of the turn."""
    box, _ = toolbox(NotFound("the account was not found.", system="crm", advice="Ask again."))
    (tool,) = langchain_tools(box, ["customers.profile"], "C-1")
    assert "the account was not found. Ask again." in await tool.ainvoke({})


def test_connectors_are_found_by_dotted_path_and_errors_say_what_to_do() -> None:
    """A deployment can bring its own connector; a wrong name says what would be right."""
    connection = connect(f"{__name__}:own_connector", {"greeting": "hi"}, folder=Path())
    assert set(connection.systems) == {"customers"}
    for name in (
        "shopifi",
        "no_such_module:connect",
        f"{__name__}:missing",
        f"{__name__}:no_connector",
        f"{__name__}:misfit",
        "",
    ):
        with pytest.raises(Misconfigured, match="Use one of embedded"):
            connect(name, {}, folder=Path())


def own_connector(settings: dict[str, Any], folder: Path) -> Connection:
    async def close() -> None:
        return None

    return Connection({"customers": Directory(settings["greeting"])}, close)


def misfit(settings: dict[str, Any]) -> Connection:
    return own_connector(settings, Path())


def no_connector(settings: dict[str, Any], folder: Path) -> dict[str, Any]:
    return settings


def test_errors_survive_a_process_boundary() -> None:
    """An error keeps its kind, record and advice when it is sent from one process to another."""
    error = Rejected("too late.", system="shop", record="1044", advice="Offer a return.")
    copy = pickle.loads(pickle.dumps(error))
    assert type(copy) is Rejected
    assert (str(copy), copy.record) == (str(error), "1044")


CURRENCIES = st.sampled_from(["EUR", "USD", "JPY", "KWD"])
UNITS = st.integers(-(10**12), 10**12)


@given(UNITS, UNITS, CURRENCIES)
def test_money_is_exact(one: int, other: int, currency: str) -> None:
    """Sums, differences and comparisons are those of the smallest units, and JSON loses nothing."""
    left, right = Money.from_minor(one, currency), Money.from_minor(other, currency)
    assert (left + right).minor == one + other
    assert left - right + right == left
    assert (left < right) == (one < other)
    assert (left * 3).minor == one * 3
    assert Money.total([left, right], currency) == left + right
    assert Money.model_validate_json(left.model_dump_json()) == left
    assert hash(Money.model_validate(left.model_dump())) == hash(left)


@given(st.decimals(min_value=-(10**9), max_value=10**9, places=6), CURRENCIES)
def test_rounding_is_asked_for(amount: Decimal, currency: str) -> None:
    """An amount is refused when the currency cannot hold it, unless rounding is asked for."""
    rounded = Money.rounded(amount, currency)
    assert abs(rounded.amount - amount) * 2 <= Decimal(1).scaleb(rounded.amount.as_tuple().exponent)
    if rounded.amount == amount:
        assert Money.of(amount, currency) == rounded
    else:
        with pytest.raises(ValidationError, match="more decimals"):
            Money.of(amount, currency)


@pytest.mark.parametrize("amount", [0.1, "NaN", "Infinity", "1e400", "ten", 10**15])
def test_money_refuses_what_is_no_exact_amount(amount: Any) -> None:
    """Floats, infinities and absurd amounts are refused."""
    with pytest.raises(ValidationError):
        Money.model_validate({"amount": amount, "currency": "EUR"})


def test_money_of_two_currencies_never_mixes() -> None:
    """Adding or comparing across currencies is an error, not a number."""
    euro, yen = Money.of("1.50", "eur"), Money.of(150, "JPY")
    assert str(euro) == "1.50 EUR"
    for mix in (lambda: euro + yen, lambda: euro - yen, lambda: euro < yen, lambda: euro >= yen):
        with pytest.raises(CurrencyMismatch, match="different currencies"):
            mix()
    assert euro != yen


def test_addresses_know_countries() -> None:
    """A country is an ISO code, in any case, and UK is not one."""
    parts = {"line1": "1 Mill Lane", "city": "York", "postcode": "YO1 7HH"}
    address = Address(**parts, country="gb")
    assert address.country == "GB"
    assert Address.model_validate_json(address.model_dump_json()) == address
    assert str(address) == "1 Mill Lane, YO1 7HH York, GB"
    with pytest.raises(ValidationError, match="GB"):
        Address(**parts, country="UK")
