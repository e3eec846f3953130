"""Writing Vietnamese in the encodings of old, for the tests that read it."""

import csv
import unicodedata
from collections.abc import Callable
from pathlib import Path

import yaml

from ingestion.decode.legacy import codes
from ingestion.decode.legacy.codes import as_seen

ROOT = Path(__file__).parents[3]
_TONES = "\u0300\u0301\u0303\u0309\u0323"
_TABLES = {
    name: {
        letter: written
        for row in rows
        for letter, written in zip(row["letters"].split(), row["written"].split(), strict=True)
    }
    for name, rows in yaml.safe_load(
        Path(codes.__file__).with_name("codes.yml").read_text(encoding="utf-8")
    ).items()
}


def in_tcvn3(text: str) -> str:
    """Return text as TCVN3 letters; capitals with a tone get the codes of small letters."""
    table = _TABLES["tcvn3"]
    return "".join(table.get(x) or table.get(x.lower(), x) for x in text)


def in_vni(text: str) -> str:
    """Return text as VNI letters."""
    table = _TABLES["vni"]
    return "".join(
        table[x] if x in table else table[x.lower()].upper() if x.lower() in table else x
        for x in text
    )


def in_windows_1258(text: str) -> bytes:
    """Return text as windows-1258 bytes: every tone apart from its letter."""
    written = ""
    for letter in text:
        parts = unicodedata.normalize("NFD", letter)
        base = "".join(x for x in parts if x not in _TONES)
        written += unicodedata.normalize("NFC", base) + "".join(x for x in parts if x in _TONES)
    return written.encode("cp1258")


def _as_seen_in_1258(text: str) -> str:
    return as_seen(in_windows_1258(text))


WRITERS: dict[str, Callable[[str], str]] = {
    "tcvn3": in_tcvn3,
    "vni": in_vni,
    "windows-1258": _as_seen_in_1258,
}
"""Encoding -> how a text in it is seen as windows-1252 letters."""


def sector_names() -> list[str]:
    """Return the national sector names and their aliases that are not plain ASCII."""
    path = ROOT / "dbt_project" / "seeds" / "national_sector.csv"
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    names = [name for x in rows for name in (x["sector_name"], *x["aliases"].split(";"))]
    return sorted({name for name in names if not name.isascii()})


UNITS = """Lộc Thọ|Ngọc Hiệp|Phước Hải|Phước Hòa|Phước Long|Phước Tân|Phước Tiến|Phương Sài|Phương Sơn|
Tân Lập|Vạn Thạnh|Vạn Thắng|Vĩnh Hải|Vĩnh Nguyên|Vĩnh Thọ|Vĩnh Trường|Xương Huân|Phước Đồng|Vĩnh Hiệp|
Vĩnh Lương|Vĩnh Ngọc|Cam Ranh|Ninh Hòa|Diên Khánh|Vạn Ninh|Trường Sa|Nội vụ|Tư pháp|Tài chính|
Công Thương|Xây dựng|Du lịch|Y tế|Ngoại vụ|Bến Tắm|Cổ Thành|Cộng Hòa|Hoàng Tiến|Phả Lại|Sao Đỏ|
Thái Học|Văn Đức|Hưng Đạo|Nhân Huệ|Quyết định|Trả kết quả|Khuyến nông|Giấy khai sinh|Thuở ấy""".replace(
    "\n", ""
).split("|")
