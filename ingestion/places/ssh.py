"""Making an SSH connection: as whom, and to a server that shows a key we know."""

import base64
import logging

import paramiko

from ingestion.connections import Connection, ConnectionFault, shown
from ingestion.messages import text
from ingestion.places.place import TransientError

SSH_PORT = 22
_KEEPALIVE_SECONDS = 30
_KEY_KINDS = (paramiko.Ed25519Key, paramiko.ECDSAKey, paramiko.RSAKey)
_LOG = "motcua.ssh"
# What goes wrong is raised and told in words; the library would log it too, each time with a traceback.
logging.getLogger(_LOG).setLevel(logging.CRITICAL)


class UnknownHostKey(paramiko.SSHException):
    """A server whose key is in no list: it is not trusted."""

    def __init__(self, key: paramiko.PKey) -> None:
        super().__init__()
        self.key = key


class _RefuseUnknown(paramiko.MissingHostKeyPolicy):
    def missing_host_key(
        self, client: paramiko.SSHClient, hostname: str, key: paramiko.PKey
    ) -> None:
        """Refuse it, and keep what a person needs to compare it."""
        raise UnknownHostKey(key)


def connect(
    host: str, port: int, login: str | None, given: Connection
) -> tuple[paramiko.SSHClient, paramiko.Transport]:
    """Log in and return the client and its transport.

    Raises `ConnectionFault` for a connection that cannot be used, `UnknownHostKey`, and what paramiko
    and sockets raise.
    """
    seconds = given.connect_seconds
    client = paramiko.SSHClient()
    client.set_log_channel(_LOG)
    _trust(client, host, port, given)
    password, key = given.login_password(), _user_key(given)
    is_own = password is None and key is None  # then the user's own keys
    try:
        client.connect(
            host,
            port,
            username=login,
            password=password,
            pkey=key,
            timeout=seconds,
            banner_timeout=seconds,
            auth_timeout=seconds,
            channel_timeout=seconds,
            allow_agent=is_own,
            look_for_keys=is_own,
        )
    except BaseException:
        client.close()
        raise
    transport = client.get_transport()
    if transport is None:
        raise TransientError(text("pull.no_channel"), is_silent=True)
    transport.set_keepalive(_KEEPALIVE_SECONDS)
    return client, transport


def is_final(error: Exception) -> bool:
    """Tell whether trying again would be refused again, or lock the account."""
    if isinstance(error, paramiko.AuthenticationException):
        return "timeout" not in str(error).lower()  # the only sign: it has no class of its own
    return isinstance(error, ConnectionFault | UnknownHostKey | paramiko.BadHostKeyException)


def _trust(client: paramiko.SSHClient, host: str, port: int, given: Connection) -> None:
    """Make known the keys this server may show; any other one is refused."""
    client.set_missing_host_key_policy(_RefuseUnknown())
    if given.host_key:
        name = host if port == SSH_PORT else f"[{host}]:{port}"
        key = _public_key(given)
        client.get_host_keys().add(name, key.get_name(), key)
    elif given.known_hosts:
        try:
            client.load_system_host_keys(str(given.known_hosts.expanduser()))
        except OSError as error:
            raise given.file_fault("known_hosts", given.known_hosts, error) from error
    else:
        client.load_system_host_keys()


def _public_key(given: Connection) -> paramiko.PKey:
    kind, _, rest = (given.host_key or "").strip().partition(" ")
    try:
        body = base64.b64decode(rest.split()[0], validate=True)
        return paramiko.PKey.from_type_string(kind, body)
    except Exception as error:  # the library raises many kinds for many kinds of keys
        raise ConnectionFault(text("pull.connection_host_key", name=given.name)) from error


def _user_key(given: Connection) -> paramiko.PKey | None:
    """Read the key to log in with: one that is not ours must not count as a failed login there."""
    path = given.key_file
    if path is None:
        return None
    detail = ""
    for kind in _KEY_KINDS:
        try:
            return kind.from_private_key_file(str(path.expanduser()), shown(given.passphrase))
        except OSError as error:
            raise given.file_fault("key_file", path, error) from error
        except (paramiko.SSHException, ValueError) as error:
            detail = given.scrub(str(error))  # of another kind, or its passphrase is wrong
    raise ConnectionFault(
        text("pull.connection_user_key", name=given.name, path=path, detail=detail)
    )
