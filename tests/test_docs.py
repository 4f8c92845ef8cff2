"""What the docs say is run as it stands there."""

import re
import shutil
from pathlib import Path
from typing import Any

import pytest
from llm_kit import ABOUT_1002
from openai_wire import OpenAIWire, structured, text

from hybrid_agent.portal import run_here

ROOT = Path(__file__).parent.parent
PYTHON = re.compile(r"^```python\n(.*?)^```", re.MULTILINE | re.DOTALL)
LINK = re.compile(r"\]\((?!https?://)([^)#]+)")
DOCS = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]


def test_the_readme_embeds_the_graph_as_it_says(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The README's Python, run beside the starter that `init` writes, cancels after yes and approval."""
    (snippet,) = PYTHON.findall((ROOT / "README.md").read_text(encoding="utf-8"))
    shop = tmp_path / "my-shop"
    shutil.copytree(ROOT / "hybrid_agent" / "sample" / "starter", shop)
    monkeypatch.chdir(shop)
    namespace: dict[str, Any] = {}
    exec(compile(snippet, "README.md", "exec"), namespace)
    run_here(namespace["deployment"].aclose())
    printed = capsys.readouterr().out.splitlines()
    assert [line.split(" ")[0] for line in printed] == ["awaiting_customer", "awaiting_approval", "answered"]


def test_the_page_on_models_embeds_one_as_it_says(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The Python of docs/models.md, against a server that speaks the OpenAI wire, streams a reply."""
    (snippet,) = PYTHON.findall((ROOT / "docs" / "models.md").read_text(encoding="utf-8"))
    shop = tmp_path / "my-shop"
    shutil.copytree(ROOT / "hybrid_agent" / "sample" / "starter", shop)
    monkeypatch.chdir(shop)
    with OpenAIWire([structured(ABOUT_1002), text("[1] Order 1002 is on its way.")]) as wire:
        monkeypatch.setenv("OPENAI_BASE_URL", wire.base_url)
        monkeypatch.setenv("OPENAI_API_KEY", "for-the-test")
        exec(compile(snippet, "models.md", "exec"), {})
    reply, *_, ended = capsys.readouterr().out.splitlines()
    assert reply.startswith("Order 1002 is on its way. [1]")
    assert ended == "answered: 2 calls, 30 tokens"
    assert {request.key for request in wire.requests} == {"for-the-test"}


@pytest.mark.parametrize("page", DOCS, ids=lambda page: page.name)
def test_links_lead_somewhere(page: Path) -> None:
    """Every relative link in the docs names a file of the project."""
    missing = [
        target for target in LINK.findall(page.read_text("utf-8")) if not (page.parent / target).exists()
    ]
    assert missing == []
