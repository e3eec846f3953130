"""Ways in which a file is damaged: on the way, by a program, by someone who means harm."""

import io
import random
import zipfile
import zlib
from collections.abc import Callable

_TOKENS = (
    b'"', b"'", b"\0", b"\xff", b"\xfe\xff", b"\xef\xbb\xbf", b";", b",", b"\t", b"\r", b"\n", b"\r\n",
    b"<", b">", b"&", b"&#0;", b"&x;", b"]]>", b"<!--", b"<!DOCTYPE a [<!ENTITY x 'y'>]>", b"-1", b"0",
    b"4294967295", b"1048576", b"99999999999999999999", b"1e309", b"NaN", b"=1+1", b"@SUM(A1)",
    b"\xd0\xcf\x11\xe0", b"PK\x03\x04", b"{", b"}", b"[", b"]", b":", b"null", "Tổng cộng".encode(),
    "Mã hồ sơ".encode(), "Ngày tiếp nhận".encode(), b"</row>", b'r="XFD1048576"', b"/", b"..\\",
)  # fmt: skip
_LONGEST_SLICE = 512


def mutate(content: bytes, chance: random.Random) -> bytes:
    """Return the content damaged in one to four ways; inside an archive, often a member is."""
    for _ in range(chance.choice((1, 1, 1, 2, 4))):
        if content.startswith(b"PK") and chance.random() < 0.7:
            content = _in_a_member(content, chance)
        else:
            content = chance.choice(_WAYS)(content, chance)
    return content


def _in_a_member(content: bytes, chance: random.Random) -> bytes:
    """Damage one member and pack the archive anew, so that the damage gets past the packing."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            members = [(info, archive.read(info)) for info in archive.infolist()]
    except (zipfile.BadZipFile, zlib.error, OSError, NotImplementedError, RuntimeError, ValueError,
            EOFError, KeyError, OverflowError):  # fmt: skip
        return chance.choice(_WAYS)(content, chance)  # broken by an earlier step
    if not members:
        return content
    chosen = chance.randrange(len(members))
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for index, (info, member) in enumerate(members):
            damaged = chance.choice(_WAYS)(member, chance) if index == chosen else member
            archive.writestr(info.filename, damaged)
    return packed.getvalue()


def _flip(content: bytes, chance: random.Random) -> bytes:
    damaged = bytearray(content)
    for _ in range(chance.choice((1, 2, 8, 64))):
        if damaged:
            damaged[chance.randrange(len(damaged))] = chance.randrange(256)
    return bytes(damaged)


def _slice(content: bytes, chance: random.Random) -> tuple[int, int]:
    start = chance.randrange(len(content) + 1)
    return start, min(len(content), start + chance.randrange(1, _LONGEST_SLICE))


def _cut(content: bytes, chance: random.Random) -> bytes:
    start, end = _slice(content, chance)
    return content[:start] + content[end:]


def _double(content: bytes, chance: random.Random) -> bytes:
    start, end = _slice(content, chance)
    return content[:end] + content[start:end] * chance.choice((1, 2, 50)) + content[end:]


def _swap(content: bytes, chance: random.Random) -> bytes:
    first, second = sorted((_slice(content, chance), _slice(content, chance)))
    if first[1] > second[0]:
        return content
    middle = content[first[1] : second[0]]
    return (
        content[: first[0]]
        + content[slice(*second)]
        + middle
        + content[slice(*first)]
        + content[second[1] :]
    )


def _truncate(content: bytes, chance: random.Random) -> bytes:
    return content[: chance.randrange(len(content) + 1)]


def _insert(content: bytes, chance: random.Random) -> bytes:
    at = chance.randrange(len(content) + 1)
    return content[:at] + chance.choice(_TOKENS) * chance.choice((1, 1, 3)) + content[at:]


def _overwrite(content: bytes, chance: random.Random) -> bytes:
    at = chance.randrange(len(content) + 1)
    token = chance.choice(_TOKENS)
    return content[:at] + token + content[at + len(token) :]


_WAYS: tuple[Callable[[bytes, random.Random], bytes], ...] = (
    _flip, _flip, _cut, _double, _swap, _truncate, _insert, _insert, _overwrite, _overwrite,
)  # fmt: skip
