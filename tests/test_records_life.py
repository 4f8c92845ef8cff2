"""Whatever the order of events: an action runs only if allowed, once at a time, never after it succeeded."""

import asyncio
import tempfile
from collections.abc import Awaitable, Callable
from contextlib import ExitStack
from datetime import timedelta
from typing import TypeVar

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule
from records_kit import HOUR, LEASE, NOW, action, asked, propose

from hybrid_agent.records import (
    ContradictionError,
    Transaction,
    UnknownRecordError,
    approvals,
    ledger,
    open_records,
)
from hybrid_agent.records.models import (
    Approve,
    Decided,
    Decision,
    Effect,
    EffectStatus,
    Outcome,
    Refusal,
    Reject,
)

ACTIONS = {each.id: each for each in (action("twin1"), action("twin2"), action("other", amount="5.00"))}
RUNNING = {EffectStatus.APPROVED, EffectStatus.EXECUTING, EffectStatus.UNKNOWN}
names = st.sampled_from(sorted(ACTIONS))
workers = st.sampled_from(["w1", "w2"])
outcomes = st.sampled_from([ledger.succeeded("done"), ledger.failed("refused"), ledger.unknown("timeout")])

Result = TypeVar("Result")


class Life(RuleBasedStateMachine):
    """Proposes, decides, claims, crashes and reconciles at random; keeps its own idea of what is allowed."""

    def __init__(self) -> None:
        super().__init__()
        self.stack = ExitStack()
        self.runner = self.stack.enter_context(asyncio.Runner())
        folder = self.stack.enter_context(tempfile.TemporaryDirectory())
        self.records = self.runner.run(open_records(f"sqlite:///{folder}/records.db"))
        self.now = NOW
        self.allowed: set[str] = set()
        self.succeeded: set[str] = set()
        self.unsure: set[str] = set()
        self.holders: dict[str, Effect] = {}

    def teardown(self) -> None:
        self.runner.run(self.records.aclose())
        self.stack.close()

    def attempt(self, work: Callable[[Transaction], Awaitable[Result]]) -> Result | None:
        """Run one transaction; None if the records refuse it."""

        async def run() -> Result:
            async with self.records.write() as tx:
                return await work(tx)

        try:
            return self.runner.run(run())
        except (ContradictionError, UnknownRecordError):
            return None

    @rule(name=names)
    def propose(self, name: str) -> None:
        self.attempt(lambda tx: propose(tx, ACTIONS[name]))

    @rule(name=names, worker=workers, outcome=st.none() | outcomes)
    def straight_through(self, name: str, worker: str, outcome: Outcome | None) -> None:
        self.propose(name)
        self.customer_says_yes(name)
        self.claim(name, worker)
        if outcome is not None:
            self.settle(name, worker, outcome)
        self.claim(name, worker)

    @rule(name=names)
    def ask(self, name: str) -> None:
        wanted = asked(f"p-{name}").model_copy(update={"expires": self.now + HOUR})
        self.attempt(
            lambda tx: approvals.request(
                tx, wanted, ACTIONS[name], thread="t1", intent="refund", now=self.now
            )
        )

    @rule(name=names)
    def customer_says_yes(self, name: str) -> None:
        if self.attempt(lambda tx: ledger.approve(tx, name, by="customer:c1", now=self.now)):
            self.allowed.add(name)

    @rule(name=names, decision=st.sampled_from([Approve(), Reject()]), digest=names)
    def person_decides(self, name: str, decision: Decision, digest: str) -> None:
        def work(tx: Transaction) -> Awaitable[Decided | Refusal]:
            return approvals.decide(
                tx, f"p-{name}", digest=ACTIONS[digest].digest, decision=decision, by="ann", now=self.now
            )

        answer = self.attempt(work)
        if isinstance(answer, Decided) and decision.kind == "approve":
            assert ACTIONS[digest].digest == ACTIONS[name].digest
            self.allowed.add(name)

    @rule(name=names, worker=workers)
    def claim(self, name: str, worker: str) -> None:
        answer = self.attempt(lambda tx: ledger.claim(tx, name, worker=worker, now=self.now, lease=LEASE))
        if answer is None or not answer.won:
            return
        assert name in self.allowed
        assert name not in self.succeeded
        assert name not in self.unsure
        assert name not in self.holders
        self.holders[name] = answer.effect

    @rule(name=names, worker=workers, outcome=outcomes)
    def settle(self, name: str, worker: str, outcome: Outcome) -> None:
        settled = self.attempt(lambda tx: ledger.settle(tx, name, outcome, worker=worker, now=self.now))
        if settled is not None and name in self.holders:
            assert self.holders.pop(name).claimed_by == worker
            self.note(name, outcome)

    @rule(name=names, outcome=outcomes)
    def reconcile(self, name: str, outcome: Outcome) -> None:
        seen = self.attempt(lambda tx: ledger.require(tx, name))
        if seen is None:
            return
        found = self.attempt(
            lambda tx: ledger.reconcile(tx, seen, outcome, by="recovery", how="read back", now=self.now)
        )
        if found is not None:
            self.lapse(name)
            self.note(name, outcome)

    @rule(name=names)
    def rearm(self, name: str) -> None:
        seen = self.attempt(lambda tx: ledger.require(tx, name))
        if seen is None:
            return
        if self.attempt(lambda tx: ledger.rearm(tx, seen, by="recovery", how="not there", now=self.now)):
            self.lapse(name)
            self.unsure.discard(name)

    @rule(name=names)
    def drop(self, name: str) -> None:
        if self.attempt(lambda tx: ledger.drop(tx, name, reason="no", now=self.now)):
            assert name not in self.holders
            self.allowed.discard(name)

    @rule(passed=st.sampled_from([timedelta(seconds=1), LEASE, 2 * HOUR]))
    def time_passes(self, passed: timedelta) -> None:
        self.now += passed

    @invariant()
    def one_of_a_kind_is_under_way(self) -> None:
        found = self.runner.run(self.recorded())
        under_way = [each.digest for each in found if each.status in RUNNING]
        assert len(under_way) == len(set(under_way))
        assert {each.id for each in found if each.status in RUNNING} <= self.allowed
        assert self.succeeded <= {each.id for each in found if each.status is EffectStatus.SUCCEEDED}

    async def recorded(self) -> list[Effect]:
        """What the ledger holds."""
        async with self.records.read() as connection:
            return await ledger.of_thread(connection, "t1")

    def lapse(self, name: str) -> None:
        """Only a claim whose lease is over may be taken from its worker."""
        if name in self.holders:
            until = self.holders.pop(name).claimed_until
            assert until is not None
            assert until <= self.now

    def note(self, name: str, outcome: Outcome) -> None:
        """Remember what succeeded, and what nobody knows."""
        assert name not in self.succeeded or outcome.status is EffectStatus.SUCCEEDED
        (self.unsure.add if outcome.status is EffectStatus.UNKNOWN else self.unsure.discard)(name)
        if outcome.status is EffectStatus.SUCCEEDED:
            self.succeeded.add(name)


Life.TestCase.settings = settings(
    max_examples=20, stateful_step_count=25, deadline=None, suppress_health_check=list(HealthCheck)
)


class TestLife(Life.TestCase):
    """No order of events breaks the ledger's promises."""
