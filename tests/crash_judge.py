"""The end of a killed conversation, judged by what stands in the files."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

DONE = "Done: "
IMPATIENCE = '["repetition"]'
"""Why a customer gets a person who asks the same again after it was answered: not about the write."""


def read_rows(path: Path, sql: str) -> list[tuple[Any, ...]]:
    """What a file holds, seen past the code that wrote it."""
    with closing(sqlite3.connect(path)) as connection:
        return connection.execute(sql).fetchall()


def judge(folder: Path, saw: list[Any], *, lost: bool) -> tuple[dict[str, Any], list[str]]:
    """What came of the write, and everything that is wrong; `lost` allows an end with a person."""
    shop, records = folder / "shop.db", folder / "records.db"
    written = {key for (key,) in read_rows(shop, "SELECT key FROM writes")}
    refunds = read_rows(shop, "SELECT id FROM refunds WHERE order_number = '1003'")
    moved = "10117" in read_rows(shop, "SELECT address FROM orders WHERE number = '1001'")[0][0]
    ledger = read_rows(records, "SELECT id, key, status, approved_by FROM hybrid_agent_effects")
    packets = [packet for (packet,) in read_rows(records, "SELECT packet FROM hybrid_agent_hand_offs")]
    about_it = read_rows(records, f"SELECT id FROM hybrid_agent_hand_offs WHERE reasons != '{IMPATIENCE}'")
    pending = read_rows(records, "SELECT id FROM hybrid_agent_approvals WHERE status = 'pending'")
    told = sum(text.count(DONE) for text in saw[-1])

    wrong = [
        f"{action} is left {status}" for action, _, status, _ in ledger if status in ("approved", "executing")
    ]
    wrong += [f"approval {each} still waits" for (each,) in pending]
    for action, key, status, approved_by in ledger:
        if status != "unknown" and (status == "succeeded") != (key in written):
            wrong.append(f"{action} is {status}, but the shop says otherwise")
        passed_on = any(action in packet for packet in packets)
        if approved_by and status != "succeeded" and not passed_on:
            wrong.append(f"{action} was approved, is {status}, and no person knows")
    if not written <= {key for _, key, _, _ in ledger}:
        wrong.append("the shop did something that is not on the ledger")
    if len(written) > 1 or len(refunds) + moved != len(written):
        wrong.append(f"{len(written)} writes, {len(refunds)} refunds, moved: {moved}")
    if told > len(written):
        wrong.append(f"told of {told}, but {len(written)} happened")
    if not written and not packets:
        wrong.append("neither done nor with a person")
    if not lost and (len(written), told, len(about_it)) != (1, 1, 0):
        wrong.append(f"{len(written)} writes, told {told} times, hand-offs: {about_it}")
    if saw[-2] != [[], [], []]:
        wrong.append(f"the last recovery still found something: {saw[-2]}")
    wrong += list(_transcript(records, saw))
    outcome = " and ".join(["done"] * bool(written) + ["told"] * bool(told) + ["handed off"] * bool(packets))
    return {"outcome": outcome}, [f"{each} {saw}" for each in wrong]


def _transcript(records: Path, saw: list[Any]) -> Iterator[str]:
    """What is wrong with what the conversation's page shows."""
    shown = read_rows(records, "SELECT by, mark, text FROM hybrid_agent_messages ORDER BY id")
    heard = [mark for by, mark, _ in shown if by == "customer"]
    yield from (f"the customer's {each} is not shown" for each in ("m9", "m10") if each not in heard)
    said = [(mark.partition(":")[0], text) for by, mark, text in shown if by == "bot"]
    yield from (f"shown twice: {text}" for turn, text in set(said) if said.count((turn, text)) > 1)
    replies = {each["text"] for each in saw if isinstance(each, dict) and each["text"]}
    yield from (f"a reply is not shown: {text}" for text in replies - {text for _, text in said})
