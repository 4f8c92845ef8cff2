"""What the docs say of evals is so: the case passes, every key is explained, recipes and commands exist."""

import json
import re
import shlex
from pathlib import Path

import jsonschema
import pytest
import typer
import yaml
from cli_kit import run_inside

from hybrid_agent_evals.cases.models import Article, Case, CaseFile, Expected, HandOffExpected, Write
from hybrid_agent_evals.cases.reading import bundled
from hybrid_agent_evals.cases.turns import Fault, Heard, Turn
from hybrid_agent_evals.checks.all import CHECKS
from hybrid_agent_evals.command import app

ROOT = Path(__file__).parent.parent
PAGE = (ROOT / "docs" / "evals.md").read_text("utf-8")
RECIPES = sorted((ROOT / "docs" / "ci").glob("*.yml"))
COMMAND = re.compile(r"hybrid-agent eval\b[^`#\n]*(?:\n +--[^`#\n]*)*")
PARTS = (CaseFile, Case, Turn, Heard, Fault, Expected, Write, HandOffExpected, Article)


def test_the_case_of_the_page_passes(tmp_path: Path) -> None:
    """The case that the page shows is played as it stands there, and passes."""
    (shown,) = re.findall(r"^```yaml\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)
    (tmp_path / "case.yaml").write_text(shown, "utf-8")
    ended = run_inside("eval", "--cases", tmp_path, "--workers", "1")
    assert ended.returncode == 0, ended.stdout + ended.stderr


def test_every_key_is_explained() -> None:
    """The page has every key of a case file, and every check by its name."""
    keys = {name for part in PARTS for name in part.model_fields} | set(CHECKS)
    assert sorted(name for name in keys if f"`{name}" not in PAGE) == []


def test_bundled_cases_fit_the_schema() -> None:
    """The schema that is printed for editors takes every case that the suite takes."""
    printed = run_inside("eval", "schema")
    validator = jsonschema.Draft202012Validator(json.loads(printed.stdout))
    for file in bundled().glob("*.yaml"):
        data = json.loads(json.dumps(yaml.safe_load(file.read_text("utf-8")), default=str))
        assert [error.message for error in validator.iter_errors(data)] == [], file.name


@pytest.mark.parametrize(
    "page", [ROOT / "docs" / "evals.md", ROOT / "README.md", *RECIPES], ids=lambda each: each.name
)
def test_commands_are_as_the_page_says(page: Path) -> None:
    """Every subcommand and option that the page uses exists."""
    group = typer.main.get_command(app)
    known = {"": group, **getattr(group, "commands", {})}
    lines = COMMAND.findall(page.read_text("utf-8"))
    assert lines
    for line in lines:
        words = shlex.split(re.sub(r"\$\{\{.*|\"\$@\"", "", line))[2:]
        name = words[0] if words and words[0] in known else ""
        options = {option for each in known[name].params for option in each.opts}
        assert {word for word in words if word.startswith("--")} <= options, line


@pytest.mark.parametrize("recipe", RECIPES, ids=lambda each: each.name)
def test_recipes_are_yaml_with_pinned_actions(recipe: Path) -> None:
    """A recipe is YAML, gates with a baseline, and uses actions by their major version."""
    text = recipe.read_text("utf-8")
    assert yaml.safe_load(text)
    assert "--baseline baseline.json" in text
    assert all(re.fullmatch(r"[\w/-]+@v\d+", each) for each in re.findall(r"uses: (\S+)", text))
