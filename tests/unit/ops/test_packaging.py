"""The pins, the make targets and the secrets: what a fresh machine is set up from."""

import re
import stat
import subprocess
import sys
from pathlib import Path

import pytest
from cryptography.fernet import Fernet
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from deploy.make_secrets import SECRETS, make_secrets

pytestmark = pytest.mark.unit

ROOT = Path(__file__).resolve().parents[3]
PIN_FILES = ["requirements.txt", "requirements-dev.txt", "requirements-setup.txt"]
PIN = re.compile(r"^([A-Za-z0-9_.\[\]-]+)==(\S+)", re.MULTILINE)


def pins(name: str) -> dict[str, str]:
    return dict(PIN.findall((ROOT / name).read_text("utf-8")))


@pytest.mark.parametrize("name", PIN_FILES)
def test_pins_are_hashed_and_name_no_host(name: str) -> None:
    written = (ROOT / name).read_text("utf-8")
    blocks = re.split(r"\n(?=\S)", written)
    unhashed = [b.split()[0] for b in blocks if PIN.match(b) and "--hash=sha256:" not in b]
    assert unhashed == []
    assert re.findall(r"://|--index|--extra-index|--find-links|--trusted-host", written) == []


def test_tests_run_on_the_versions_that_are_delivered() -> None:
    assert pins("requirements.txt").items() <= pins("requirements-dev.txt").items()


def test_every_direct_requirement_is_pinned() -> None:
    for source in ("requirements", "requirements-dev"):
        names = re.findall(
            r"^[a-z][\w-]*", (ROOT / f"{source}.in").read_text("utf-8"), re.MULTILINE
        )
        pinned = {re.sub(r"\[.*", "", name).lower() for name in pins(f"{source}.txt")}
        assert {name.lower() for name in names} <= pinned


def test_make_lists_its_targets() -> None:
    run = subprocess.run(["make"], cwd=ROOT, capture_output=True, text=True, check=True)
    for target in ("month-end", "test", "airflow", "lint", "setup", "clean"):
        assert f"make {target} " in run.stdout


@pytest.mark.parametrize("target", ["month-end", "test", "airflow"])
def test_targets_set_up_what_they_need(target: str, tmp_path: Path) -> None:
    run = subprocess.run(
        ["make", "--dry-run", target, f"VENV={tmp_path}/venv"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    wanted = "requirements-dev.txt" if target == "test" else "requirements.txt"
    assert f"--require-hashes -r {wanted}" in run.stdout


def test_a_wrong_python_is_refused_with_a_way_out(tmp_path: Path) -> None:
    python = tmp_path / "python3.9"
    python.write_text('#!/bin/sh\ncase "$1" in --version) echo Python 3.9.1;; *) exit 1;; esac\n')
    python.chmod(0o755)
    run = subprocess.run(
        ["make", f"{tmp_path}/venv/.uv", f"VENV={tmp_path}/venv", f"PYTHON={python}"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode != 0
    assert "Python 3.11 is needed; found: Python 3.9.1" in run.stderr


def test_secrets_are_made_once_and_kept(tmp_path: Path) -> None:
    folder = tmp_path / "secrets"
    made = make_secrets(folder)
    assert sorted(file.name for file in made) == sorted(SECRETS)
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    Fernet((folder / "fernet_key").read_text())  # raises when it is no key
    load_pem_private_key((folder / "sftp_host_key").read_bytes(), None)
    values = {file.name: file.read_text() for file in made}
    assert len(set(values.values())) == len(values)
    (folder / "jwt_secret").unlink()
    assert [file.name for file in make_secrets(folder)] == ["jwt_secret"]
    assert (folder / "postgres_password").read_text() == values["postgres_password"]


def test_make_secrets_asks_for_its_folder() -> None:
    script = ROOT / "deploy" / "make_secrets.py"
    run = subprocess.run([sys.executable, str(script)], capture_output=True, text=True, check=False)
    assert (run.returncode, run.stdout) == (2, "")
    assert "usage" in run.stderr
