"""Who may leave files at the SFTP drop, and in which folder: one YAML file, an entry a log-in.

    phuong-loc-tho:
      folder: NT-LOC-THO            # below $MOTCUA_EXPORTS; one part
      keys: [ssh-ed25519 AAAA…]     # public keys, as in authorized_keys
      password: scrypt$…            # a hash, never the password

`python -m deploy.sftp_accounts LOGIN --folder CODE --key '…'` checks an entry and prints it, to be
appended to the file: the container that runs it cannot write secrets. Of two entries of one log-in
the last counts.
"""

from __future__ import annotations

import argparse
import hashlib
import hmac
import secrets
import sys
import threading
from base64 import b64decode, b64encode
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import paramiko
import yaml
from pydantic import AfterValidator, TypeAdapter, ValidationError, model_validator

from ingestion.layouts import Name, Strict
from ingestion.messages import text

_SCRYPT = {"n": 1 << 14, "r": 8, "p": 1}  # 16 MB and some 50 ms a try
_ONE_AT_A_TIME = threading.Lock()  # so that many who try take time, not memory
_LEAST_RSA_BITS = 2048
_PASSWORD_BYTES = 15  # 20 letters, 120 bits: nobody guesses it

_FAULTS = {
    "string_pattern_mismatch": "drop.bad_name",
    "extra_forbidden": "drop.unknown_key",
    "missing": "site.key_missing",
}


class AccountsFault(Exception):
    """The accounts file cannot be used; the message (Vietnamese) says where and why."""


def _key(line: str) -> str:
    """Return a public key as `type base64`, without its comment."""
    parts = line.split()
    try:
        key = paramiko.PKey.from_type_string(parts[0], b64decode(parts[1], validate=True))
    except (IndexError, ValueError, paramiko.SSHException, paramiko.pkey.UnknownKeyType) as error:
        raise ValueError(text("drop.bad_key", key=line)) from error
    if key.get_name() == "ssh-rsa" and key.get_bits() < _LEAST_RSA_BITS:
        raise ValueError(text("drop.bad_key", key=line))
    return f"{key.get_name()} {key.get_base64()}"


def _password_hash(line: str) -> str:
    kind, *rest = line.split("$")
    if kind != "scrypt" or len(rest) != len(("salt", "hash")):
        raise ValueError(text("drop.bad_password"))
    return line


class Account(Strict):
    """One entry: the folder, and what opens it."""

    folder: Name
    keys: tuple[Annotated[str, AfterValidator(_key)], ...] = ()
    password: Annotated[str, AfterValidator(_password_hash)] | None = None

    @model_validator(mode="after")
    def _has_a_door(self) -> Account:
        if not self.keys and self.password is None:
            raise ValueError(text("drop.no_door"))
        return self

    def knows_key(self, key: paramiko.PKey) -> bool:
        """Tell whether the account has this public key; that the client owns it is proved later."""
        return f"{key.get_name()} {key.get_base64()}" in self.keys

    def knows_password(self, password: str) -> bool:
        """Tell whether this is the password."""
        return self.password is not None and _is_password(password, self.password)


def hash_password(password: str) -> str:
    """Return what the accounts file keeps of a password."""
    salt = secrets.token_bytes(16)
    return f"scrypt${b64encode(salt).decode()}${b64encode(_scrypt(password, salt)).decode()}"


def waste_time(password: str) -> None:
    """Do the work of a check in vain: how long a refusal takes must not tell which log-ins exist."""
    _scrypt(password, b"nobody")


def _is_password(password: str, kept: str) -> bool:
    _, salt, digest = kept.split("$")
    return hmac.compare_digest(_scrypt(password, b64decode(salt)), b64decode(digest))


def _scrypt(password: str, salt: bytes) -> bytes:
    with _ONE_AT_A_TIME:
        return hashlib.scrypt(password.encode(), salt=salt, **_SCRYPT)


_ACCOUNTS = TypeAdapter(dict[Name, Account])


def read_accounts(path: Path) -> dict[str, Account]:
    """Return the accounts by log-in; a file without entries lets nobody in. Raises `AccountsFault`."""
    try:
        content = yaml.safe_load(path.read_text("utf-8"))
        return _ACCOUNTS.validate_python({} if content is None else content)
    except OSError as error:
        raise _fault(path, error.strerror or str(error)) from error
    except (UnicodeError, yaml.YAMLError) as error:
        # The parser would quote the line, with what is secret in it.
        mark = getattr(error, "problem_mark", None)
        raise _fault(path, text("drop.not_yaml", line=mark.line + 1 if mark else "?")) from None
    except ValidationError as error:
        raise _fault(path, _told(error)) from error


def _fault(path: Path, detail: str) -> AccountsFault:
    return AccountsFault(text("drop.bad_accounts", path=path, detail=detail))


def _told(error: ValidationError) -> str:
    """Say what is wrong with which entry; never what stands there, which may be a password."""
    first = error.errors(include_url=False)[0]
    place = ".".join(str(part) for part in first["loc"] if part != "[key]")
    if first["type"] == "value_error":  # ours, in Vietnamese
        return f"{place}: {first['msg'].removeprefix('Value error, ')}"
    return f"{place}: {text(_FAULTS.get(first['type'], 'drop.bad_value'))}"


def entry(login: str, account: Account) -> str:
    """Return an entry as the file has it."""
    lines = [f"{login}:", f"  folder: {account.folder}"]
    if account.keys:
        lines += ["  keys:", *(f"    - {key}" for key in account.keys)]
    if account.password:
        lines.append(f"  password: {account.password}")
    return "\n".join(lines) + "\n"


def main(arguments: Sequence[str] | None = None) -> int:
    """Print an entry for the accounts file; 2 when it would be none."""
    parser = argparse.ArgumentParser(
        prog="python -m deploy.sftp_accounts",
        description="Print an entry for the accounts file of the SFTP drop; append it there.",
    )
    parser.add_argument("login")
    parser.add_argument("--folder", required=True, help="below the exports folder: the unit's code")
    parser.add_argument("--key", action="append", default=[], help="a public key, the whole line")
    parser.add_argument(
        "--password", action="store_true", help="make a password too; it is shown once, on stderr"
    )
    given = parser.parse_args(arguments)
    password = secrets.token_urlsafe(_PASSWORD_BYTES) if given.password else None
    made = {
        "folder": given.folder,
        "keys": given.key,
        "password": hash_password(password) if password else None,
    }
    try:
        account = _ACCOUNTS.validate_python({given.login: made})[given.login]
    except ValidationError as error:
        print(_told(error), file=sys.stderr)
        return 2
    print(entry(given.login, account), end="")
    if password:
        print(text("drop.new_password", login=given.login, password=password), file=sys.stderr)
    return 0


if __name__ == "__main__":
    sys.exit(main())
