"""Two processes on one PostgreSQL, without any server between them."""

import asyncio
import json
import sys
from pathlib import Path

import yaml
from graph_kit import Stage
from postgres import empty_database

from hybrid_agent.records import messages, open_records

pytest_plugins = ["graph_fixtures"]

MOST = 100
"""Turns in which the other process must have come to speak."""


async def test_a_person_in_another_process_silences_the_bot(stage: Stage, sample: Path) -> None:
    """Whoever looks on elsewhere is told each word once, in order; once they write the bot is silent."""
    url = empty_database()
    settings = yaml.safe_load(sample.read_text("utf-8"))
    sample.write_text(yaml.safe_dump({**settings, "records": url}), "utf-8")
    async with await open_records(url) as records:
        here = stage.using(records=records)
        await here.say("Hello", id="m")
        other = await asyncio.create_subprocess_exec(
            sys.executable,
            str(Path(__file__).with_name("looking_on.py")),
            *(str(sample), "t", "3"),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
        )
        assert other.stdin is not None and other.stdout is not None
        assert await other.stdout.readline() == b"ready\n"
        turns = 0
        while (await here.say("Where is order 1002?", id=f"m-{turns}")).reply is not None:
            turns += 1
            assert turns < MOST
        await here.say("Is anybody there?", id="last")
        async with records.read() as connection:
            said = await messages.of_thread(connection, "t")
        other.stdin.write(f"{said[-1].id}\n".encode())
        told = json.loads(await other.stdout.readline())
        other.stdin.close()
        assert await other.wait() == 0
    before = 2
    assert [tuple(each) for each in told] == [(each.id, each.by.value) for each in said[before:]]
    speakers = [each.by.value for each in said]
    taken = speakers.index("notice")
    assert speakers[:taken].count("bot") >= 3
    assert set(speakers[taken:]) == {"notice", "person", "customer"}
