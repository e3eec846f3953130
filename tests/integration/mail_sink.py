"""A real SMTP server on loopback that keeps every letter."""

import email
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from email.header import decode_header, make_header
from email.message import Message
from typing import Any

import pytest
from aiosmtpd.controller import Controller


class Letter:
    """A letter as it arrived."""

    def __init__(self, to: list[str], content: bytes) -> None:
        self.to = to
        self._message: Message = email.message_from_bytes(content)

    @property
    def subject(self) -> str:
        """The subject in clear text."""
        return str(make_header(decode_header(self._message["Subject"])))

    @property
    def sender(self) -> str:
        """Whom it says it is from."""
        return str(self._message["From"])

    @property
    def body(self) -> str:
        """The HTML body."""
        part = next(p for p in self._message.walk() if p.get_content_type() == "text/html")
        payload = part.get_payload(decode=True)
        assert isinstance(payload, bytes)
        return payload.decode("utf-8")

    @property
    def files(self) -> list[str]:
        """The names of what is attached."""
        return [str(name) for p in self._message.walk() if (name := p.get_filename())]


class MailSink:
    """The letters so far; `refuse` tells senders that the server is not ready."""

    def __init__(self) -> None:
        self.letters: list[Letter] = []
        self.refuse = False
        self.port = 0

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802
        """Take a letter in (the name is the protocol's)."""
        if self.refuse:
            return "451 not now"
        self.letters.append(Letter(list(envelope.rcpt_tos), envelope.original_content))
        return "250 OK"

    def wait(self, found: Callable[[Letter], bool], seconds: float = 120) -> Letter:
        """Wait for a letter; the newest that fits."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            if fits := [letter for letter in self.letters if found(letter)]:
                return fits[-1]
            time.sleep(0.5)
        pytest.fail(f"no such letter among {[letter.subject for letter in self.letters]}")


@contextmanager
def mail_sink(port: int) -> Iterator[MailSink]:
    """A server at a free port of loopback, gone at the end."""
    sink = MailSink()
    controller = Controller(sink, hostname="127.0.0.1", port=port)
    controller.start()
    sink.port = port
    yield sink
    controller.stop()
