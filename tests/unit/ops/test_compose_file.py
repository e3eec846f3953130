"""docker-compose.yml: valid, bounded, and without a secret in it."""

import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

pytestmark = pytest.mark.unit

ROOT = Path(__file__).resolve().parents[3]
COMPOSE = ROOT / "docker-compose.yml"


@pytest.fixture(scope="module")
def compose() -> dict[str, Any]:
    loaded: dict[str, Any] = yaml.safe_load(COMPOSE.read_text("utf-8"))
    return loaded


def check(file: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "check_jsonschema"]
    command += ["--builtin-schema", "vendor.compose-spec", str(file)]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def test_it_is_valid_by_the_compose_schema(tmp_path: Path) -> None:
    assert check(COMPOSE).returncode == 0, check(COMPOSE).stdout
    broken = tmp_path / "docker-compose.yml"
    broken.write_text(COMPOSE.read_text("utf-8").replace("    command:", "    comand:"), "utf-8")
    assert check(broken).returncode == 1


def test_every_service_is_bounded_and_watched(compose: dict[str, Any]) -> None:
    for name, service in compose["services"].items():
        assert {"cpus", "memory"} <= service["deploy"]["resources"]["limits"].keys(), name
        assert name == "airflow-init" or service["healthcheck"]["test"][0] == "CMD", name


def test_our_services_share_one_image_without_privileges(compose: dict[str, Any]) -> None:
    ours = [s for s in compose["services"].values() if not s["image"].startswith("postgres:")]
    assert len(ours) == 5
    assert {s["image"] for s in ours} == {"motcua:local"}
    assert all(s["cap_drop"] == ["ALL"] for s in ours)
    assert "USER motcua" in (ROOT / "Dockerfile").read_text("utf-8")


def test_secrets_come_from_files(compose: dict[str, Any]) -> None:
    wanted = {name for s in compose["services"].values() for name in s["secrets"]}
    assert wanted == compose["secrets"].keys()
    for service in compose["services"].values():
        for key, value in service["environment"].items():
            if re.search("PASSWORD|SECRET|FERNET|SQL_ALCHEMY", key):
                assert key.endswith(("_CMD", "_FILE")), key
                assert "/run/secrets/" in value, key


def test_every_variable_is_explained_in_the_example() -> None:
    used = set(re.findall(r"(?<!\$)\$\{(\w+)", COMPOSE.read_text("utf-8")))
    example = (ROOT / ".env.example").read_text("utf-8")
    assert used == set(re.findall(r"^(\w+)=", example, re.MULTILINE))
