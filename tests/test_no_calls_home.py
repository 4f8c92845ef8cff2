"""Nothing opens a connection that the deployment did not configure."""

import json
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import yaml
from cli_kit import lines_of, says
from conftest import copy_of_sample
from llm_kit import about, script
from openai_wire import OpenAIWire

HERE = Path(__file__).parent
TEMPTING = {
    "OPENAI_API_KEY": "sk-tempting",
    "ANTHROPIC_API_KEY": "tempting",
    "LANGSMITH_API_KEY": "lsv2_tempting",
    "LANGCHAIN_API_KEY": "lsv2_tempting",
    "HF_TOKEN": "hf_tempting",
    "LLAMA_CLOUD_API_KEY": "llx-tempting",
}
"""What makes libraries think that they may call, where they would by themselves."""

QUIETING = (
    *("LANGSMITH_TRACING", "LANGCHAIN_TRACING_V2", "HF_HUB_OFFLINE", "TRANSFORMERS_OFFLINE", "DO_NOT_TRACK"),
    *("ANONYMIZED_TELEMETRY", "NLTK_DATA", "TIKTOKEN_CACHE_DIR", "TLDEXTRACT_CACHE", "LLAMA_INDEX_CACHE_DIR"),
    *(
        "http_proxy",
        "https_proxy",
        "all_proxy",
        "HTTP_PROXY",
        "HTTPS_PROXY",
        "ALL_PROXY",
        "no_proxy",
        "NO_PROXY",
    ),
)
"""What would keep libraries from calling, or find them what they would fetch: not set here."""

SESSION = """
import io, sys
from hybrid_agent.cli import app

def play(*arguments, given=b"", most=0):
    sys.stdin = io.TextIOWrapper(io.BytesIO(given))
    ended = app.run(list(arguments))
    if ended > most:
        sys.exit(f"{arguments} ended with {ended}")

local, wired, *given = sys.argv[1:]
play("demo", "--plain")
play("check", local)
play("kb", "build", "--deployment", local)
play("kb", "check", "--deployment", local, most=1)
play("kb", "search", "How long does a refund take?", "--deployment", local)
play("chat", "--jsonl", "--deployment", local, given=given[0].encode())
play("chat", "--jsonl", "--deployment", wired, given=given[1].encode())
"""


def watched(folder: Path, *arguments: str, **environment: str) -> tuple[str, list[dict[str, Any]]]:
    """A Python process that ran well, as on a machine of its own: its output, and what it reached for."""
    folder.mkdir(exist_ok=True)
    notes = folder / "watched.jsonl"
    kept = {name: value for name, value in os.environ.items() if name not in QUIETING}
    paths = os.pathsep.join(filter(None, [str(HERE / "watched"), kept.get("PYTHONPATH")]))
    given = {
        **kept,
        **TEMPTING,
        "HOME": str(folder),
        "PYTHONPATH": paths,
        "WATCHED": str(notes),
        **environment,
    }
    ended = subprocess.run(
        [sys.executable, *arguments], env=given, cwd=folder, capture_output=True, timeout=180, check=False
    )
    assert ended.returncode == 0, ended.stderr.decode()
    return ended.stdout.decode(), [json.loads(line) for line in notes.read_text().splitlines()]


def elsewhere(notes: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """What was not on this machine."""
    return [each for each in notes if not each["here"]]


def test_who_watches_sees_names_addresses_and_children(tmp_path: Path) -> None:
    """A name, an address and a child's address are noted and refused: the test below can fail."""
    reach = """
import socket, subprocess, sys, urllib.request
for reach in (
    lambda: socket.create_connection(("192.0.2.1", 80), 1),
    lambda: urllib.request.urlopen("http://telemetry.invalid", timeout=1),
    lambda: socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(b"1", ("192.0.2.2", 53)),
):
    try:
        reach()
    except OSError as error:
        print(error)
if len(sys.argv) < 2:
    subprocess.run([sys.executable, __file__, "child"])
"""
    file = tmp_path / "reach.py"
    file.write_text(reach)
    said, notes = watched(tmp_path / "home", str(file))
    assert said.count("is refused") == 6
    assert [each["host"] for each in elsewhere(notes)] == ["192.0.2.1", "telemetry.invalid", "192.0.2.2"] * 2
    assert len({each["process"] for each in notes}) == 2


def test_nothing_calls_home(tmp_path: Path, cache: Path) -> None:
    """Demo, check, building and searching an index, and chats reach only the model that was configured."""
    local = copy_of_sample(tmp_path / "local", cache)
    (local.parent / "knowledge" / "answers.csv").write_text(
        "question,answer\nMay I pay later?,No you cannot.\n"
    )
    (local.parent / "knowledge" / "page.html").write_text(
        "<html><body><main><h1>A</h1><p>B c.</p></main></body></html>"
    )
    shared = yaml.safe_load(local.read_text())
    question = "Where is my order 1002?"
    with OpenAIWire(script(about("order_status", ("order_number", "1002")))) as wire:
        model = {"name": "openai:scripted", "base_url": wire.base_url, "api_key_env": "OPENAI_API_KEY"}
        wired = local.with_name("wired.yaml")
        plugs = {
            "index": "llama_index.core.vector_stores:SimpleVectorStore",
            "reranker": "llama_index.core.postprocessor:LongContextReorder",
        }
        wired.write_text(yaml.safe_dump({**shared, **plugs, "model": model, "reasoner": "llm"}))
        given = [lines_of([says(question, thread)]).decode() for thread in ("local", "wired")]
        home = tmp_path / "home"
        said, notes = watched(
            home, "-c", SESSION, str(local), str(wired), *given, XDG_CACHE_HOME=str(cache.parent)
        )
        asked = len(wire.requests)
    assert elsewhere(notes) == []
    assert asked and [each for each in notes if each["event"] == "socket.connect"]
    assert "All 7 steps ended as the script says." in said
    assert said.count('"status": "answered"') == 2
