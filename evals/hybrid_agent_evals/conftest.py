"""The suite as pytest runs it: which deployment and cases, each case a test, the deployment loaded once."""

import shlex
from collections.abc import Iterator
from pathlib import Path

import pytest

from hybrid_agent.errors import ConfigurationError
from hybrid_agent_evals.metrics.quiet import quiet
from hybrid_agent_evals.suite.choosing import Choice, chosen, place_of_cases
from hybrid_agent_evals.suite.opening import Opening, Stand, deployment_file, opened

OPTIONS = ("--deployment", "--cases")


def pytest_addoption(parser: pytest.Parser) -> None:
    """Known where this folder is named by its path; with `--pyargs` the deployment is found, not named."""
    group = parser.getgroup("hybrid-agent", "The eval suite of hybrid-agent")
    group.addoption(
        "--deployment", type=Path, help="A support.yaml or its folder (else that here, or the sample)."
    )
    group.addoption("--cases", type=Path, help="A folder of cases, or one file (else the deployment's).")


def pytest_configure() -> None:
    """Before deepeval's own plugin begins to count what is run."""
    quiet()


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """A test for each case, and one for each that cannot be read."""
    if "placed" not in metafunc.fixturenames:
        return
    file, folder = deployment_of(metafunc.config), _option(metafunc.config, "cases")
    try:
        read = chosen(place_of_cases(file, folder), Choice())
    except ConfigurationError as error:
        raise pytest.UsageError(str(error)) from None
    problems = [f"problem-{place}" for place, _ in enumerate(read.problems, 1)]
    ids = [*(each.case.id for each in read.placed), *problems]
    metafunc.parametrize("placed", [*read.placed, *read.problems], ids=ids)


def deployment_of(config: pytest.Config) -> Path:
    """The deployment's file."""
    return deployment_file(_option(config, "deployment"))


@pytest.fixture(scope="session")
def stand(request: pytest.FixtureRequest) -> Iterator[Stand]:
    """The deployment, loaded once for all cases of this process."""
    try:
        with opened(Opening(deployment_of(request.config))) as stand:
            yield stand
    except ConfigurationError as error:
        pytest.exit(str(error), returncode=2)


@pytest.fixture
def command(request: pytest.FixtureRequest) -> str:
    """The line for a shell that plays cases as they are played here; which one is to be added."""
    given = {name: _option(request.config, name.removeprefix("--")) for name in OPTIONS}
    words = [word for name, value in given.items() if value is not None for word in (name, str(value))]
    return shlex.join(["hybrid-agent", "eval", *words])


def _option(config: pytest.Config, name: str) -> Path | None:
    found: Path | None = config.getoption(name, None)
    return found
