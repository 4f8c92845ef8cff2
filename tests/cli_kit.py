"""The command line for tests: as its own process, or in this one where that is all the same."""

import io
import json
import os
import subprocess
import sys
from collections.abc import Sequence
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from hybrid_agent.cli import app


def command(*arguments: object) -> list[str]:
    """The arguments that run `hybrid-agent` with this interpreter."""
    return [sys.executable, "-c", "from hybrid_agent.cli import main; main()", *map(str, arguments)]


def run(*arguments: object, given: bytes = b"", **environment: str) -> subprocess.CompletedProcess[str]:
    """A finished run, whatever its exit code."""
    ended = subprocess.run(
        command(*arguments),
        input=given,
        capture_output=True,
        check=False,
        timeout=180,
        env={**os.environ, "COLUMNS": "80", **environment},
    )
    return subprocess.CompletedProcess(
        ended.args, ended.returncode, ended.stdout.decode(), ended.stderr.decode()
    )


def run_inside(*arguments: object, given: bytes = b"") -> subprocess.CompletedProcess[str]:
    """A finished run in this process, which starts in no time."""
    named = list(map(str, arguments))
    out, err = (io.TextIOWrapper(io.BytesIO(), "utf-8", write_through=True) for _ in range(2))
    typed, sys.stdin = sys.stdin, io.TextIOWrapper(io.BytesIO(given), "utf-8")
    try:
        with redirect_stdout(out), redirect_stderr(err):
            code = app.run(named)
    finally:
        sys.stdin = typed
    said, told = (each.buffer.getvalue().decode() for each in (out, err))  # type: ignore[attr-defined]
    return subprocess.CompletedProcess(named, code, said, told)


@dataclass(frozen=True)
class Pipe:
    """A running `chat --jsonl`, spoken to line by line."""

    process: subprocess.Popen[bytes]

    @classmethod
    def open(cls, deployment: Path, state: Path) -> "Pipe":
        """Start one on a deployment."""
        arguments = command("chat", "--jsonl", "--deployment", deployment, "--state", state)
        return cls(subprocess.Popen(arguments, stdin=subprocess.PIPE, stdout=subprocess.PIPE))

    def ask(self, *lines: object) -> list[Any]:
        """The answer to each line, awaited before the next is sent; bytes go in as they are."""
        return [
            self._answer(each if isinstance(each, bytes) else json.dumps(each).encode()) for each in lines
        ]

    def _answer(self, line: bytes) -> Any:
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write(line + b"\n")
        self.process.stdin.flush()
        return json.loads(self.process.stdout.readline())

    def close(self) -> int:
        """End the input and return the exit code."""
        assert self.process.stdout is not None
        self.process.communicate(timeout=60)
        return self.process.returncode


def says(text: str, thread: str, customer: str | None = "C-1001", **more: object) -> dict[str, Any]:
    """A customer's line."""
    return {"thread": thread, "text": text, "customer": customer, **more}


def decides(deed: str, thread: str, **more: object) -> dict[str, Any]:
    """A person's line."""
    return {"thread": thread, "decision": {"type": deed, **more}}


def lines_of(texts: Sequence[object]) -> bytes:
    """Several lines as one input."""
    return b"\n".join(json.dumps(each).encode() for each in texts)
