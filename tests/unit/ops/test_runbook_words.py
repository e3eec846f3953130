"""What the runbooks name is there: commands, services, make targets, modules, pages. Their shell is shell."""

import re
import subprocess
from importlib.util import find_spec
from pathlib import Path

import pytest
import yaml
from typer.main import get_command

from motcua.cli import app

pytestmark = pytest.mark.unit

ROOT = Path(__file__).resolve().parents[3]
RUNBOOKS = sorted((ROOT / "docs" / "runbooks").glob("*.md"))
ids = [path.stem for path in RUNBOOKS]
TAKES_A_SERVICE = re.compile(
    r"docker compose (?:exec|run|stop|restart|logs)((?: --?[\w-]+)*) ((?:[a-z][\w-]*)(?: [a-z][\w-]*)*)"
)
MOTCUA = re.compile(r"(?:^|\$run |scheduler )(?:\.venv/bin/)?motcua ([a-z][a-z-]*)", re.MULTILINE)


@pytest.fixture(params=RUNBOOKS, ids=ids)
def runbook(request: pytest.FixtureRequest) -> Path:
    """Each of them."""
    page: Path = request.param
    return page


def code_of(page: Path) -> str:
    """All that is set as code."""
    written = page.read_text("utf-8")
    found = re.findall(r"```sh\n(.*?)```|`([^`\n]+)`", written, re.DOTALL)
    return "\n".join(block or inline for block, inline in found)


def test_commands_of_motcua_exist(runbook: Path) -> None:
    known = set(getattr(get_command(app), "commands", {}))
    assert set(MOTCUA.findall(code_of(runbook))) <= known


def test_services_exist(runbook: Path) -> None:
    services = yaml.safe_load((ROOT / "docker-compose.yml").read_text("utf-8"))["services"]
    for options, words in TAKES_A_SERVICE.findall(code_of(runbook)):
        assert words.split()[0] in services, (options, words)


def test_modules_and_make_targets_exist(runbook: Path) -> None:
    code = code_of(runbook)
    for module in re.findall(r"python -m ([\w.]+)", code):
        assert find_spec(module), module
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE))
    assert set(re.findall(r"(?:^|`)make ([a-z-]+)", code, re.MULTILINE)) <= targets


def test_links_lead_somewhere(runbook: Path) -> None:
    for target in re.findall(r"\]\(([^)#:]+)\)", runbook.read_text("utf-8")):
        assert (runbook.parent / target).exists(), target


def test_shell_is_shell(runbook: Path) -> None:
    blocks = re.findall(r"^```sh\n(.*?)^```", runbook.read_text("utf-8"), re.MULTILINE | re.DOTALL)
    for block in blocks:
        read = subprocess.run(
            ["bash", "-n"], input=block, text=True, capture_output=True, check=False
        )
        assert read.returncode == 0, f"{block}\n{read.stderr}"
