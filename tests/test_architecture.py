"""The structure: imports point one way, importing is cheap, and the wheel holds what it should."""

import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
HEAVY = (
    "langchain_openai",
    "llama_index",
    "numpy",
    "onnxruntime",
    "openai",
    "sklearn",
    "sqlalchemy",
    "tokenizers",
    "torch",
)
"""What costs time or memory and is loaded when it is first used."""


def python(code: str) -> str:
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT)
    return done.stdout.strip()


def test_imports_point_one_way() -> None:
    """No room imports a room above it, and no package one that builds on it."""
    linter = Path(sys.executable).parent / "lint-imports"
    done = subprocess.run([linter], capture_output=True, text=True, cwd=ROOT, check=False)
    assert done.returncode == 0, done.stdout


def test_importing_loads_nothing_heavy() -> None:
    """`import hybrid_agent` loads no model runtime, no LLM client, no index and no database driver."""
    loaded = python("import hybrid_agent, sys; print(' '.join(sys.modules))").split()
    assert [name for name in HEAVY if name in loaded] == []


def test_building_a_graph_needs_no_llm_client() -> None:
    """A deployment without a language model never imports one."""
    code = "from hybrid_agent import build_graph, load_deployment; import sys; print(' '.join(sys.modules))"
    loaded = python(code).split()
    assert [name for name in ("langchain_openai", "openai", "torch") if name in loaded] == []


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> zipfile.ZipFile:
    """The wheel as users get it, built from this checkout."""
    out = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(out), str(ROOT)]
    subprocess.run(command, capture_output=True, text=True, check=True)
    return zipfile.ZipFile(next(out.glob("*.whl")))


def test_the_wheel_installs_four_packages_and_nothing_else(wheel: zipfile.ZipFile) -> None:
    """No `tools`, `evals` or `tests` of ours lands in anybody's site-packages."""
    tops = {name.split("/")[0] for name in wheel.namelist() if ".dist-info/" not in name}
    assert tops == {"hybrid_agent", "hybrid_agent_tools", "hybrid_agent_prompts", "hybrid_agent_evals"}


def test_the_wheel_holds_the_data_that_the_code_reads(wheel: zipfile.ZipFile) -> None:
    """Every file beside the code is in the wheel, with the licence and the notice."""
    names = set(wheel.namelist())
    kept = {".py", ".typed", ".yaml", ".toml", ".md", ".json"}
    for source in ("", "tools/", "prompts/", "evals/"):
        for package in (ROOT / source).glob("hybrid_agent*"):
            for file in package.rglob("*"):
                if file.suffix in kept and "var" not in file.parts:
                    assert str(file.relative_to(ROOT / source)) in names
    assert any(name.endswith("licenses/NOTICE") for name in names)
    assert "hybrid_agent/encoding/data/tokenizer.json" in names


def test_every_extra_is_part_of_all() -> None:
    """`hybrid-agent[all]` gives a user everything but the developers' tools."""
    extras = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["optional-dependencies"]
    assert extras["all"] == [f"hybrid-agent[{','.join(sorted(extras.keys() - {'all', 'dev'}))}]"]
