"""What the server is told by its environment, and `hybrid-agent serve`: what is wrong is said before."""

import os
import shutil
import socket
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from cli_kit import run_inside
from server_kit import free_port

from hybrid_agent.errors import ConfigurationError
from hybrid_agent.serving.settings import Algorithm, ServerSettings, server_settings

SECRET = "a long secret that nobody would guess"


def given(sample: Path, **more: str) -> dict[str, str]:
    """The least that is needed, and `more`."""
    least = {"DEPLOYMENT": str(sample), "SECRET": SECRET, "URL": "https://support.example.com"}
    return {f"HYBRID_AGENT_{name}": value for name, value in (least | more).items()}


def read(sample: Path, **more: str) -> ServerSettings:
    """The settings of that."""
    return server_settings(given(sample, **more))


def problems(environment: Mapping[str, str]) -> list[str]:
    """Everything that is wrong with an environment."""
    with pytest.raises(ConfigurationError) as error:
        server_settings(environment)
    return [line[4:] for line in str(error.value).splitlines() if line.startswith("  - ")]


def test_least(sample: Path) -> None:
    """A deployment, a secret and an address are enough: visitors chat, staff have local accounts."""
    found = read(sample)
    assert found.deployment == sample
    assert found.secure
    assert (found.anonymous, found.accounts, found.demo) == (True, True, None)
    assert read(sample.parent).deployment == Path(sample.parent) / "support.yaml"


def test_nothing() -> None:
    """An empty environment is told the three that must be there, each with what to do."""
    found = problems({})
    assert [each.split()[0] for each in found] == [
        "HYBRID_AGENT_DEPLOYMENT",
        "HYBRID_AGENT_SECRET",
        "HYBRID_AGENT_URL",
    ]
    assert all(";" in each for each in found)


def test_all_at_once(sample: Path) -> None:
    """Every mistake is named, whatever else is wrong."""
    found = problems(
        given(
            sample,
            SECRET="short",
            URL="http://support.example.com/path?x=1",
            API_URL="ftp://x",
            ANONYMOUS="maybe",
            PROXIES="-1",
            SESSION_MINUTES="soon",
            OIDC_CLIENT_ID="me",
            EMBEDDED_BY="https://shop.example.com/page, nonsense",
            DEMO="/nowhere.yaml",
            CUSTOMER_JWT_AUDIENCE="us",
        )
    )
    named = {each.split()[0].removeprefix("HYBRID_AGENT_") for each in found}
    assert named == {
        "SECRET",
        "URL",
        "API_URL",
        "ANONYMOUS",
        "PROXIES",
        "SESSION_MINUTES",
        "OIDC_CLIENT_ID",
        "EMBEDDED_BY",
        "DEMO",
        "CUSTOMER_JWT_AUDIENCE",
    }


@pytest.mark.parametrize(
    ("set_", "named"),
    [
        (
            {"CUSTOMER_JWT_SECRET": SECRET, "CUSTOMER_JWT_JWKS_URL": "https://x.example/jwks"},
            "keep one of them",
        ),
        ({"CUSTOMER_JWT_SECRET": SECRET}, "CUSTOMER_JWT_AUDIENCE is not set"),
        (
            {"CUSTOMER_JWT_SECRET": SECRET, "CUSTOMER_JWT_AUDIENCE": "us", "CUSTOMER_JWT_ALGORITHM": "RS256"},
            "does not go with",
        ),
        (
            {"CUSTOMER_JWT_JWKS_URL": "http://x.example/jwks", "CUSTOMER_JWT_AUDIENCE": "us"},
            "must begin with https",
        ),
        ({"ANONYMOUS": "no"}, "no customer can sign in"),
        ({"ACCOUNTS": "no"}, "no staff can sign in"),
        ({"SECRET_FILE": "/dev/null"}, "keep one of them"),
        ({"OIDC_ISSUER": "https://id.example.com"}, "OIDC_ROLES"),
        ({"URL": "https://user:pw@x.example"}, "no user, query or fragment"),
        ({"URL": "https://x.example:99999"}, "is no address"),
        ({"DEPLOYMENT": "/nowhere"}, "there is no file"),
    ],
)
def test_contradictions(sample: Path, set_: dict[str, str], named: str) -> None:
    """Settings that contradict each other, or lack their other half, are refused."""
    assert any(named in each for each in problems(given(sample, **set_)))


@pytest.mark.parametrize("name", ["ANONYMUS", "PROXYS", "SESSION_MINUTE", "CUSTOMER_JWT_AUDIENCES"])
def test_mistyped(sample: Path, name: str) -> None:
    """A name that is almost a setting's is refused, and not left at its default in silence."""
    (found,) = problems(given(sample, **{name: "1"}))
    assert found.startswith(f"HYBRID_AGENT_{name} is ")


def test_what_is_for_others(sample: Path) -> None:
    """Variables of other programs of ours do not keep the server from starting."""
    assert server_settings(given(sample, DEBUG="1", CRASHES="1000"))


def test_secret_from_file(sample: Path, tmp_path: Path) -> None:
    """A secret may come from a file, as container engines hand them in; one that cannot be read is named."""
    file = tmp_path / "secret"
    file.write_text(f"{SECRET}\n", "utf-8")
    settings = given(sample, SECRET_FILE=str(file))
    del settings["HYBRID_AGENT_SECRET"]
    assert server_settings(settings).secret == SECRET
    file.unlink()
    assert any("HYBRID_AGENT_SECRET_FILE" in each for each in problems(settings))


def test_customers(sample: Path) -> None:
    """How the shop signs its customers in is read as a whole."""
    found = read(
        sample,
        CUSTOMER_JWT_JWKS_URL="https://shop.example.com/jwks.json",
        CUSTOMER_JWT_AUDIENCE="us",
        CUSTOMER_JWT_ALGORITHM="ES256",
        CUSTOMER_JWT_LEEWAY="5",
    ).customers
    assert found is not None
    assert (found.algorithm, found.leeway) == (Algorithm.ES256, timedelta(seconds=5))


def test_secrets_are_not_shown(sample: Path) -> None:
    """Settings that are printed or logged hold no secret, nor does a complaint."""
    settings = read(
        sample,
        CUSTOMER_JWT_SECRET=SECRET[::-1],
        CUSTOMER_JWT_AUDIENCE="us",
    )
    assert SECRET not in repr(settings)
    assert SECRET[::-1] not in repr(settings)
    assert not any("hunter2" in each for each in problems(given(sample, SECRET="hunter2")))


class Asked(dict[str, str]):
    """An environment that remembers what it was asked for."""

    def __init__(self, given: Mapping[str, str]) -> None:
        super().__init__(given)
        self.names: set[str] = set()

    def get(self, name: str, default: Any = None) -> Any:
        """The variable's value."""
        self.names.add(name)
        return super().get(name, default)


def test_the_page_names_every_setting(sample: Path) -> None:
    """docs/serving.md has every variable that is read, in full or by what follows its group's name."""
    asked = Asked(
        given(
            sample,
            CUSTOMER_JWT_SECRET=SECRET,
            CUSTOMER_JWT_AUDIENCE="us",
            OIDC_ISSUER="https://id.example.com",
            OIDC_CLIENT_ID="us",
            OIDC_ROLES="support=agent",
        )
    )
    server_settings(asked)
    page = (Path(__file__).parent.parent / "docs" / "serving.md").read_text("utf-8")
    read = {each.removeprefix("HYBRID_AGENT_") for each in asked.names if each.startswith("HYBRID_AGENT_")}
    told = {each.removesuffix("_FILE") for each in read}
    forms = {each: (each, each.removeprefix("CUSTOMER_JWT"), each.removeprefix("OIDC")) for each in told}
    assert [each for each, ways in forms.items() if not any(f"`{way}`" in page for way in ways)] == []


@pytest.fixture
def bare(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """An environment without settings of a server."""
    for name in [each for each in os.environ if each.startswith("HYBRID_AGENT_")]:
        monkeypatch.delenv(name)
    return monkeypatch


def test_serve_refuses(bare: pytest.MonkeyPatch, sample: Path) -> None:
    """Wrong settings end `hybrid-agent serve` with code 2 and words, before anything is served."""
    bare.setenv("HYBRID_AGENT_DEMO", "/nowhere.yaml")
    ended = run_inside("serve", "--deployment", sample)
    assert ended.returncode == 2
    assert "HYBRID_AGENT_SECRET is not set" in ended.stderr
    assert "HYBRID_AGENT_DEMO" in ended.stderr
    assert "Traceback" not in ended.stderr


@pytest.mark.usefixtures("bare")
@pytest.mark.parametrize("host", ["0.0.0.0", "::1"])
def test_serve_stays_here(tmp_path: Path, host: str) -> None:
    """The development server is not put on a network, and nothing is made for it."""
    ended = run_inside("serve", "--host", host, "--state", tmp_path)
    assert ended.returncode == 2
    assert "loopback" in ended.stderr
    assert list(tmp_path.iterdir()) == []


@pytest.mark.usefixtures("bare")
def test_serve_where_it_says(tmp_path: Path) -> None:
    """Where the address cannot be had, nothing is served at another one in its place."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        ended = run_inside("serve", "--port", port, "--state", tmp_path)
    assert ended.returncode == 2
    assert f"cannot listen at 127.0.0.1 port {port}" in ended.stderr
    assert "console" not in ended.stdout


@pytest.mark.parametrize(
    ("setting", "wrong", "told"),
    [
        ("name: ", "name: [ ", "Mend the YAML there"),
        ("catalog: catalog.yaml", "catalog: nowhere.yaml", "nowhere.yaml"),
        ("records: sqlite:///", "records: sqlite:///support.yaml/", "cannot be made"),
    ],
)
def test_serve_tries_first(
    bare: pytest.MonkeyPatch, sample: Path, tmp_path: Path, setting: str, wrong: str, told: str
) -> None:
    """A deployment that cannot be used is told in words, and no address is announced."""
    folder = Path(shutil.copytree(sample.parent, tmp_path / "shop", ignore=shutil.ignore_patterns("var")))
    file = folder / "support.yaml"
    file.write_text(file.read_text("utf-8").replace(setting, wrong, 1), "utf-8")
    bare.setenv("HYBRID_AGENT_SECRET", SECRET)
    ended = run_inside("serve", "--deployment", folder, "--port", str(free_port()))
    assert ended.returncode == 2
    assert told in ended.stderr
    assert "console" not in ended.stdout
