"""The SFTP drop: units log in with their account and leave their exports in their own folder.

`python -m deploy.sftp_drop`, with MOTCUA_EXPORTS, MOTCUA_SFTP_ACCOUNTS_FILE, MOTCUA_SFTP_HOST_KEY_FILE
and MOTCUA_SFTP_PORT (2022). SFTP and nothing else: no shell, no forwarding. The accounts file is
read at every log-in. Why it is ours: docs/decisions/0015-sftp-drop.md.
"""

from __future__ import annotations

import io
import logging
import os
import signal
import socket
import sys
import threading
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import paramiko
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)
from paramiko.common import (
    AUTH_FAILED,
    AUTH_SUCCESSFUL,
    OPEN_FAILED_ADMINISTRATIVELY_PROHIBITED,
    OPEN_SUCCEEDED,
)

from deploy.sftp_accounts import Account, AccountsFault, read_accounts, waste_time
from deploy.sftp_folder import Drop, Folder
from ingestion.messages import text

PORT = 2022
MOST_CONNECTIONS = 64
SECONDS_TO_LOG_IN = 60.0
SECONDS_OF_SILENCE = 600.0
"""A session that asks for nothing so long is ended, and its open uploads with it."""
_SHOWN_LOGIN = 64
_OLD = ("cbc", "md5", "sha1")
"""Ciphers and MACs that are not offered."""

LOG = logging.getLogger("motcua.sftp")


class DropFault(Exception):
    """The drop cannot start; the message (Vietnamese) says why and what to do."""


@dataclass(frozen=True)
class Settings:
    """Where the drop finds what it needs."""

    exports: Path
    accounts: Path
    host_key: paramiko.PKey
    port: int

    @classmethod
    def of(cls, environment: Mapping[str, str]) -> Settings:
        """Read and check them; raises `DropFault`, `AccountsFault`."""

        def path(name: str) -> Path:
            if not environment.get(name):
                raise DropFault(text("drop.no_variable", variable=name))
            return Path(environment[name])

        exports, accounts = path("MOTCUA_EXPORTS"), path("MOTCUA_SFTP_ACCOUNTS_FILE")
        port = environment.get("MOTCUA_SFTP_PORT", str(PORT))
        if not port.isdecimal():
            raise DropFault(text("drop.bad_port", value=port))
        if not exports.is_dir():
            raise DropFault(text("drop.no_exports", folder=exports))
        if not os.access(exports, os.W_OK | os.X_OK):
            raise DropFault(text("drop.not_writable", folder=exports, uid=os.getuid()))
        read_accounts(accounts)
        return cls(exports, accounts, _host_key(path("MOTCUA_SFTP_HOST_KEY_FILE")), int(port))


def _host_key(path: Path) -> paramiko.PKey:
    """Read the key that make_secrets wrote: PKCS8, which the SSH library does not read itself."""
    try:
        key = load_pem_private_key(path.read_bytes(), None)
        if not isinstance(key, Ed25519PrivateKey):
            raise ValueError("not Ed25519")
        ssh = key.private_bytes(Encoding.PEM, PrivateFormat.OpenSSH, NoEncryption())
        return paramiko.Ed25519Key(file_obj=io.StringIO(ssh.decode()))
    except (OSError, ValueError, TypeError) as error:
        detail = getattr(error, "strerror", None) or str(error)
        raise DropFault(text("drop.bad_host_key", path=path, detail=detail)) from error


class Door(paramiko.ServerInterface):
    """One connection: lets an account in, to its folder."""

    def __init__(self, accounts: Path, address: str) -> None:
        self.login, self.sessions = "", 0
        self._accounts, self._address = accounts, address
        self._entered: Account | None = None
        self._lock = threading.Lock()

    def folder(self) -> str:
        """The name of the account's folder."""
        assert self._entered is not None  # noqa: S101 - no session begins without log-in
        return self._entered.folder

    def count(self, change: int) -> None:
        """One session more, or one less."""
        with self._lock:
            self.sessions += change

    def get_allowed_auths(self, username: str) -> str:
        """Say how one may log in."""
        return "publickey,password"

    def check_auth_password(self, username: str, password: str) -> int:
        """Let an account in by its password."""
        account = self._account(username)
        if account is None or account.password is None:
            waste_time(password)
            return self._refuse(
                username, text("drop.why_password" if account else "drop.why_account")
            )
        if not account.knows_password(password):
            return self._refuse(username, text("drop.why_password"))
        return self._let_in(username, account)

    def check_auth_publickey(self, username: str, key: paramiko.PKey) -> int:
        """Let an account in by a key; the library then asks for the proof that it is the client's."""
        account = self._account(username)
        if account is None:
            return self._refuse(username, text("drop.why_account"))
        if not account.knows_key(key):
            why = text("drop.why_key", fingerprint=key.fingerprint)
            return self._refuse(username, why)
        return self._let_in(username, account)

    def check_channel_request(self, kind: str, chanid: int) -> int:
        """Open sessions only; what they may start is the SFTP subsystem alone."""
        return OPEN_SUCCEEDED if kind == "session" else OPEN_FAILED_ADMINISTRATIVELY_PROHIBITED

    def _account(self, login: str) -> Account | None:
        """Return the account as the file has it now."""
        try:
            return read_accounts(self._accounts).get(login)
        except AccountsFault as fault:
            LOG.error("%s", fault)
            return None

    def _let_in(self, login: str, account: Account) -> int:
        # The library lets a connection ask for one log-in only, so this is whom it lets in.
        self.login, self._entered = login, account
        return AUTH_SUCCESSFUL

    def _refuse(self, login: str, why: str) -> int:
        shown = ascii(login[:_SHOWN_LOGIN])  # a stranger's letters must not write lines of the log
        LOG.warning("%s", text("drop.refused", login=shown, address=self._address, why=why))
        return AUTH_FAILED


class Session(paramiko.SFTPServer):
    """SFTP on one channel, ended when nothing is asked for long."""

    def start_subsystem(
        self, name: str, transport: paramiko.Transport, channel: paramiko.Channel
    ) -> None:
        """Serve until the client leaves, the line breaks or falls silent."""
        channel.settimeout(SECONDS_OF_SILENCE)
        super().start_subsystem(name, transport, channel)


def serve(settings: Settings, listener: socket.socket) -> None:
    """Answer connections, a thread each, until the process ends."""
    drop = Drop(settings.exports, LOG)
    drop.sweep()
    free = threading.BoundedSemaphore(MOST_CONNECTIONS)
    while True:
        connection, peer = listener.accept()
        address = peer[0]
        if not free.acquire(blocking=False):
            LOG.warning("%s", text("drop.crowded", address=address, most=MOST_CONNECTIONS))
            connection.close()
            continue

        def attend(connection: socket.socket = connection, address: str = address) -> None:
            try:
                _attend(settings, drop, connection, address)
            finally:
                connection.close()
                free.release()

        threading.Thread(target=attend, daemon=True).start()


def _attend(settings: Settings, drop: Drop, connection: socket.socket, address: str) -> None:
    """Serve one connection to its end."""
    # Strangers knock at every open port: a handshake that fails is nothing to tell of.
    with suppress(paramiko.SSHException, EOFError, OSError):
        transport = paramiko.Transport(connection)
        try:
            offered = transport.get_security_options()
            offered.ciphers = _modern(offered.ciphers)
            offered.digests = _modern(offered.digests)
            transport.add_server_key(settings.host_key)
            transport.set_subsystem_handler("sftp", Session, Folder, drop)
            door = Door(settings.accounts, address)
            transport.start_server(server=door)
            _watch(transport, door, address)
        finally:
            transport.close()


def _watch(transport: paramiko.Transport, door: Door, address: str) -> None:
    """Return when the connection ends, nobody logs in, or no session was open for a while."""
    is_in, quiet_since = False, time.monotonic()
    while transport.is_active() and time.monotonic() - quiet_since < SECONDS_TO_LOG_IN:
        transport.join(1.0)
        if not is_in and transport.is_authenticated():
            is_in, quiet_since = True, time.monotonic()
            LOG.info("%s", text("drop.entered", login=door.login, address=address))
        if door.sessions:
            quiet_since = time.monotonic()


def _modern(names: Sequence[str]) -> tuple[str, ...]:
    return tuple(name for name in names if not any(old in name for old in _OLD))


def main() -> int:
    """Start the drop; 1 when it cannot."""
    logging.basicConfig(format="%(asctime)s %(message)s", level=logging.INFO, stream=sys.stderr)
    logging.getLogger("paramiko").setLevel(logging.CRITICAL)  # what counts is told here, in words
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    try:
        settings = Settings.of(os.environ)
    except (DropFault, AccountsFault) as fault:
        print(fault, file=sys.stderr)
        return 1
    # In a container all addresses are the container's; which of the host's is asked says compose.
    with socket.create_server(("", settings.port), backlog=MOST_CONNECTIONS) as listener:
        key = settings.host_key
        said = {"port": settings.port, "exports": settings.exports, "fingerprint": key.fingerprint}
        LOG.info("%s", text("drop.listening", key=f"{key.get_name()} {key.get_base64()}", **said))
        serve(settings, listener)
    return 0


if __name__ == "__main__":
    sys.exit(main())
