"""What `deploy/` and `langgraph.json` promise, as far as it can be tried without a container engine."""

import json
import re
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml

from hybrid_agent.errors import ConfigurationError
from hybrid_agent.serving.settings import server_settings
from hybrid_agent.serving.settings.observing import observing
from hybrid_agent.serving.settings.reading import Variables

ROOT = Path(__file__).parent.parent
DEPLOY = ROOT / "deploy"
COMPOSED = sorted(DEPLOY.rglob("compose.yaml"))
ENVIRONMENT = (DEPLOY / "env.example").read_text("utf-8")
SETTING = re.compile(r"^(?:# )?([A-Z][A-Z0-9_]+)=(.*)$", re.MULTILINE)
OURS = re.compile(r"HYBRID_AGENT_[A-Z0-9_]+")
PINNED = re.compile(r"^[\w./-]+:v?\d+\.\d+[\w.-]*$")


class Asked(dict[str, str]):
    """An environment in which everything is set, that notes what it is asked for."""

    def __init__(self) -> None:
        super().__init__()
        self.names: set[str] = set()

    def get(self, name: str, default: Any = None) -> Any:
        """A value that is nothing sensible, but for files."""
        self.names.add(name)
        return "" if name.endswith("_FILE") else "x"


def known_settings() -> set[str]:
    """The variables of ours that the server asks for."""
    asked = Asked()
    observing(Variables(asked))
    with pytest.raises(ConfigurationError):
        server_settings(asked)
    return {name for name in asked.names if OURS.fullmatch(name) and not name.endswith("_FILE")}


def test_the_example_environment_has_every_setting_and_no_other() -> None:
    """Whoever copies env.example sees all that can be set, and nothing that is not read."""
    named = {name for name, _ in SETTING.findall(ENVIRONMENT) if OURS.fullmatch(name)}
    assert named == known_settings()


def test_deployments_and_their_docs_name_settings_that_there_are() -> None:
    """No file for operators names a variable that the server does not know."""
    files = [*(each for each in DEPLOY.rglob("*") if each.is_file()), *(ROOT / "docs").glob("deploying.md")]
    named = {name.removesuffix("_FILE") for each in files for name in OURS.findall(each.read_text("utf-8"))}
    assert {name for name in named if not name.endswith("_")} <= known_settings()


def test_the_example_environment_holds_no_secret() -> None:
    """Secrets are empty there: a copy that was not filled in does not start."""
    secrets = {
        name: value
        for name, value in SETTING.findall(ENVIRONMENT)
        if re.search("SECRET|PASSWORD|KEY|TOKEN", name)
    }
    assert secrets
    assert {name for name, value in secrets.items() if value} == set()


def composed(file: Path) -> dict[str, Any]:
    """A compose file as data."""
    loaded: dict[str, Any] = yaml.safe_load(file.read_text("utf-8"))
    return loaded


@pytest.mark.parametrize("file", COMPOSED, ids=lambda file: str(file.relative_to(DEPLOY)))
def test_compose_files_are_valid_and_pinned(file: Path) -> None:
    """Each is what the compose specification allows; images of others have a version, nothing is secret."""
    spec = find_spec("check_jsonschema")
    assert spec is not None and spec.origin is not None
    schema = Path(spec.origin).parent / "builtin_schemas" / "vendor" / "compose-spec.json"
    services = composed(file)["services"]
    jsonschema.validate(composed(file), json.loads(schema.read_text("utf-8")))
    images = [each["image"] for each in services.values() if "${" not in each["image"]]
    assert images and all(PINNED.match(each) for each in images)
    given = [*composed(file).values(), services]
    passwords = re.findall(r"PASSWORD: (\S+)|://\w+:([^@]+)@", yaml.safe_dump(given))
    assert passwords and all("${" in (one or two) for one, two in passwords)


@pytest.mark.parametrize("file", COMPOSED, ids=lambda file: str(file.relative_to(DEPLOY)))
def test_compose_files_mount_what_is_there(file: Path) -> None:
    """The files beside a compose file that it mounts exist, and so do the variables that it wants."""
    text = file.read_text("utf-8")
    mounted = re.findall(r"^\s+- (\.[\w./-]+):/", text, re.MULTILINE)
    assert [each for each in mounted if not (file.parent / each).exists()] == []
    wanted = set(re.findall(r"\$\{([A-Z_]+):?\?", text)) | set(re.findall(r"\$\{([A-Z_]+)\}", text))
    assert wanted <= {name for name, _ in SETTING.findall(ENVIRONMENT)}


def test_the_image_has_what_the_server_needs(tmp_path: Path) -> None:
    """`langgraph dockerfile` makes one with a pinned base, our extras, our auth and our pages."""
    cli = Path(sys.executable).with_name("langgraph")
    if not cli.exists():
        pytest.skip("langgraph-cli is not installed: pip install 'hybrid-agent[serve]'")
    made = subprocess.run(
        [cli, "dockerfile", "-c", ROOT / "langgraph.json", tmp_path / "Dockerfile"],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert made.returncode == 0, made.stdout + made.stderr
    text = (tmp_path / "Dockerfile").read_text("utf-8")
    first = text.splitlines()[0]
    assert re.fullmatch(r"FROM langchain/langgraph-api:\d+\.\d+\.\d+-py3\.11(-wolfi)?", first)
    extras = set(re.findall(r"--extra (\w+)", text))
    assert extras == {"local", "postgres", "server"}
    auth, http = (
        json.loads(re.findall(f"ENV LANGGRAPH_{name}='(.*)'", text)[0]) for name in ("AUTH", "HTTP")
    )
    assert auth == {"path": "hybrid_agent.server:auth", "disable_studio_auth": True}
    assert http["app"] == "hybrid_agent.server:app"


def test_the_image_leaves_secrets_and_environments_out() -> None:
    """What a checkout holds beside its code does not get into an image."""
    left_out = (ROOT / ".dockerignore").read_text("utf-8").split()
    assert {".env*", ".git", ".venv", "**/var"} <= set(left_out)


@pytest.mark.parametrize(
    ("file", "schema"),
    [("github.yml", "github-workflows.json"), ("gitlab.yml", "gitlab-ci.json")],
)
def test_recipes_for_continuous_integration_are_valid(file: str, schema: str) -> None:
    """The recipes in docs/ci are what GitHub and GitLab allow."""
    spec = find_spec("check_jsonschema")
    assert spec is not None and spec.origin is not None
    allowed = Path(spec.origin).parent / "builtin_schemas" / "vendor" / schema
    recipe = yaml.safe_load((ROOT / "docs" / "ci" / file).read_text("utf-8"))
    given = {str(key).replace("True", "on"): value for key, value in recipe.items()}
    jsonschema.validate(given, json.loads(allowed.read_text("utf-8")))
