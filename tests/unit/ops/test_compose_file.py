"""docker-compose.yml: valid, bounded, and without a secret in it."""

import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from deploy.make_secrets import SECRETS

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


def test_every_service_restarts_stops_in_time_and_keeps_a_bounded_log(
    compose: dict[str, Any],
) -> None:
    for name, service in compose["services"].items():
        assert service["restart"] == ("no" if name == "airflow-init" else "unless-stopped"), name
        assert re.fullmatch(r"\d+[sm]", service["stop_grace_period"]), name
        assert {"max-size", "max-file"} <= service["logging"]["options"].keys(), name


def test_no_service_has_privileges(compose: dict[str, Any]) -> None:
    ours = [s for s in compose["services"].values() if not s["image"].startswith("postgres:")]
    assert len(ours) == 6
    assert {s["image"] for s in ours} == {"motcua:local"}  # its user is not root, see below
    for name, service in compose["services"].items():
        assert service["cap_drop"] == ["ALL"], name
        assert service["security_opt"] == ["no-new-privileges:true"], name
        assert service in ours or service["user"] == "postgres", name
    assert re.findall("^USER (.*)", (ROOT / "Dockerfile").read_text("utf-8"), re.MULTILINE) == [
        "motcua"
    ]


def test_ports_open_on_this_machine_only_unless_told(compose: dict[str, Any]) -> None:
    ports = [port for s in compose["services"].values() for port in s.get("ports", [])]
    assert len(ports) == 3
    assert all(re.match(r"\$\{[A-Z]+_BIND:-127\.0\.0\.1\}:", port) for port in ports)


def test_what_units_reach_knows_nothing_of_the_warehouse(compose: dict[str, Any]) -> None:
    sftp = compose["services"]["sftp"]
    assert sftp["read_only"]
    assert set(sftp["secrets"]) == {"sftp_accounts.yml", "sftp_host_key"}
    (mount,) = sftp["volumes"]
    assert mount.endswith(":/srv/exports")
    others = [s for n, s in compose["services"].items() if n != "sftp"]
    assert all(not set(sftp["secrets"]) & set(s["secrets"]) for s in others)
    assert all(
        f"{mount}:ro" in s["volumes"] for s in others if "MOTCUA_EXPORTS" in s["environment"]
    )


def test_secrets_stay_out_of_the_image() -> None:
    lines = (ROOT / ".dockerignore").read_text("utf-8").splitlines()
    assert lines.index("deploy/secrets") > lines.index("!deploy/")  # the last that fits counts


def test_secrets_come_from_files(compose: dict[str, Any]) -> None:
    wanted = {name for s in compose["services"].values() for name in s["secrets"]}
    assert wanted == compose["secrets"].keys()
    for name in wanted:
        assert compose["secrets"][name] == {"file": f"deploy/secrets/{name}"}
        assert name in SECRETS
    for service in compose["services"].values():
        for key, value in service["environment"].items():
            if re.search("PASSWORD|SECRET|FERNET|SQL_ALCHEMY|HOST_KEY|ACCOUNTS", key):
                assert key.endswith(("_CMD", "_FILE")), key
                assert "/run/secrets/" in value, key


def test_every_variable_is_explained_in_the_example() -> None:
    used = set(re.findall(r"(?<!\$)\$\{(\w+)", COMPOSE.read_text("utf-8")))
    example = (ROOT / ".env.example").read_text("utf-8")
    assert used == set(re.findall(r"^(\w+)=", example, re.MULTILINE))
