"""Make the secrets that docker-compose.yml reads, each in a file of its own, once.

`python deploy/make_secrets.py DIR` writes what is missing and keeps what is there: a database knows
its password, and stored connections can only be read with the key they were stored with. Needs
nothing but Python, since it runs before anything is installed.
"""

from __future__ import annotations

import base64
import os
import secrets
import sys
from collections.abc import Callable
from pathlib import Path

# What stands before the 32 bytes of an Ed25519 key in a PKCS8 file (RFC 8410, 7).
_ED25519 = bytes.fromhex("302e020100300506032b657004220420")
_ACCOUNTS = "# Accounts of the SFTP drop: docs/runbooks/sftp-drop.md\n"


def _host_key() -> str:
    der = base64.b64encode(_ED25519 + os.urandom(32)).decode()
    return f"-----BEGIN PRIVATE KEY-----\n{der}\n-----END PRIVATE KEY-----\n"


SECRETS: dict[str, Callable[[], str]] = {
    "postgres_password": lambda: secrets.token_hex(24),  # hex: it stands in a URL
    "serving_password": lambda: secrets.token_hex(24),
    "fernet_key": lambda: base64.urlsafe_b64encode(os.urandom(32)).decode(),
    "jwt_secret": lambda: secrets.token_urlsafe(48),
    "api_secret_key": lambda: secrets.token_urlsafe(48),
    "sftp_host_key": _host_key,
    "sftp_accounts.yml": lambda: _ACCOUNTS,
}


def make_secrets(folder: Path) -> list[Path]:
    """Write the missing secrets into `folder` and return their files.

    The folder is closed to other users; the files in it are readable to all, because the container
    sees them with the owner they have here and does not run as that user.
    """
    folder.mkdir(parents=True, exist_ok=True)
    folder.chmod(0o700)
    made = []
    for name, make in SECRETS.items():
        file = folder / name
        if not file.exists():
            file.write_text(make(), encoding="ascii")
            file.chmod(0o644)
            made.append(file)
    return made


def main(arguments: list[str]) -> int:
    """Make the secrets in the folder named; 2 when none is."""
    if len(arguments) != 1:
        print("usage: python deploy/make_secrets.py DIR", file=sys.stderr)
        return 2
    for file in make_secrets(Path(arguments[0])):
        print(f"made {file}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
