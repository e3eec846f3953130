"""Applicants' names, numbers, phones and addresses never leave the reader (NĐ 13/2023; domain §6).

They are planted wherever a file can hold them, the month is run as a user runs it, and every file
that was written is searched, unpacked. The landing folder alone keeps the bytes as received.
"""

import os
import zipfile
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest
import xlsxwriter

from tests.integration.mini_site import LABELS, Case, MiniSite, csv_bytes, table

PERIOD = "2024-01"
NAME, PHONE, IDENTITY = "Đặng Thị Bích Nguyệt", "0987123456", "056095007788"
PLACE, MAIL, BORN = "17 Hẻm Suối Dầu", "bichnguyet@thu.vn", "Nguyệt Ánh Dương"
PLANTED = (NAME, PHONE, IDENTITY, PLACE, MAIL, BORN)
GOOD = tuple(Case(n) for n in range(1, 6))


def lines_with(*rows: list[str]) -> list[list[str]]:
    """A good table with four personal columns, and more rows below."""
    head, *body = table(GOOD)
    wide = [[*head, "Chủ hồ sơ", "Điện thoại", "Số CCCD", "Ghi chú"]]
    wide += [[*line, NAME, PHONE, IDENTITY, f"{PLACE} {MAIL}"] for line in body]
    return [*wide, *([*row, NAME, PHONE, IDENTITY, PLACE] for row in rows)]


def strayed() -> list[list[str]]:
    """Rows whose mapped cells hold what does not belong there."""
    names = [Case(n).line(n) for n in range(6, 11)]
    at = {label: LABELS.index(label) for label in LABELS}
    names[0][at["Ngày hẹn trả"]] = NAME  # the row is shifted
    names[1][at["Ngày kết thúc"]] = PHONE
    names[2][at["Trạng thái"]] = f"Đang xử lý {PHONE} {MAIL}"
    names[3][at["Mã hồ sơ"]] = BORN
    names[3][at["Ngày tiếp nhận"]] = IDENTITY
    for label in ("Lĩnh vực", "Kênh", "Trạng thái"):
        names[4][at[label]] = NAME
    for label in ("Đơn vị", "Lĩnh vực", "Cán bộ", "Kênh", "Trạng thái"):
        names[0][at[label]] = f"{PLACE}, {PHONE}"
        names[1][at[label]] = IDENTITY
    names[2][at["Đơn vị"]] = NAME
    names[3][at["Đơn vị"]] = f"Phường Mới {PHONE}"
    names[4][at["Đơn vị"]] = "Phường Mới"
    return names


@pytest.fixture(scope="module")
def mini(tmp_path_factory: pytest.TempPathFactory) -> MiniSite:
    """A month with good, strayed and refused files, run to its end."""
    mini = MiniSite(tmp_path_factory.mktemp("personal"), ("U1", "U2", "U3"), ("U4",))
    for name in ("bang", "bang_xlsx"):
        path = mini.directory / "layouts" / f"{name}.yml"
        content = path.read_text("utf-8").replace(
            'drop: ["Chủ hồ sơ"]', 'drop: ["Chủ hồ sơ", "Điện thoại"]'
        )
        content = content.replace('ignore: ["STT"]', 'ignore: ["STT", "Ghi chú"]')
        content = content.replace(
            '  status: ["Trạng thái"]\n', '  status: ["Trạng thái"]\n  applicant_key: ["Số CCCD"]\n'
        )
        path.write_text(content, "utf-8")
    titled = [[f"Người lập: {NAME}, {PHONE}"], [], *lines_with(*strayed())]
    signed = [*titled, ["Tổng cộng", "10"], ["Người lập biểu"], [NAME], [PLACE]]
    mini.path(PERIOD, "U1").write_bytes(csv_bytes(signed))
    unknown = [[*line, NAME] for line in lines_with()]
    unknown[0][-1] = f"{NAME} {PHONE}"  # a person where a label belongs: the message quotes it
    mini.path(PERIOD, "U2").write_bytes(csv_bytes(unknown))
    surplus = lines_with()
    surplus[2] = [*surplus[2], NAME, PHONE]  # cells under no label
    mini.path(PERIOD, "U3").write_bytes(csv_bytes(surplus))
    write_workbook(mini.path(PERIOD, "U4", f"_{NAME}_{PHONE}"), signed)
    os.environ["MOTCUA_HASH_KEY"] = "a key for this test only"
    try:
        mini.take_in(PERIOD)
    finally:
        del os.environ["MOTCUA_HASH_KEY"]
    return mini


def write_workbook(path: Path, lines: list[list[str]]) -> None:
    """A workbook that also hides personal data where Excel can hide it."""
    book = xlsxwriter.Workbook(str(path))
    book.set_properties({"author": NAME, "comments": PLACE})
    page = book.add_worksheet(NAME)
    for number, line in enumerate(lines):
        for column, value in enumerate(line):
            page.write_string(number, column, value)
    page.write_comment(5, 2, f"{NAME} {PHONE}")
    page.set_column(10, 12, None, None, {"hidden": True})
    page.set_header(f"&C{NAME}")
    hidden = book.add_worksheet("Người nộp")
    hidden.write_string(0, 0, f"{NAME} {IDENTITY}")
    hidden.hide()
    book.close()


def written(mini: MiniSite) -> Iterator[tuple[str, str]]:
    """Every file of the home but the landed ones, unpacked to text."""
    for path in sorted(mini.home.root.rglob("*")):
        if path.is_dir() or mini.home.landing in path.parents:
            continue
        name = str(path.relative_to(mini.home.root))
        content = path.read_bytes()
        yield name, content.decode("utf-8", "replace")
        if path.suffix == ".parquet":
            rows = duckdb.execute("select * from read_parquet(?)", [str(path)]).fetchall()
            yield name, repr(rows)
        elif path.suffix == ".duckdb":
            yield name, dump(path)
        elif zipfile.is_zipfile(path):
            with zipfile.ZipFile(path) as archive:
                for member in archive.namelist():
                    yield f"{name}:{member}", archive.read(member).decode("utf-8", "replace")


def dump(path: Path) -> str:
    """Every row of every table of a database."""
    with duckdb.connect(str(path), read_only=True) as connection:
        tables = connection.execute(
            "select table_schema, table_name from information_schema.tables"
        ).fetchall()
        return "\n".join(
            repr(connection.execute(f'from "{schema}"."{table}"').fetchall())
            for schema, table in tables
        )


def test_nothing_personal_is_written_anywhere(mini: MiniSite) -> None:
    said = mini.motcua("month-end", "--period", PERIOD)
    assert said.code == 4, said.all
    texts = dict(enumerate(written(mini)))
    assert any(name.endswith(".duckdb") for name, _ in texts.values())
    assert any(".xlsx:" in name for name, _ in texts.values())
    for name, content in [*texts.values(), ("terminal", said.all)]:
        for planted in PLANTED:
            assert planted not in content, f"{planted} in {name}"
            assert planted.encode().hex() not in content, name
    everything = " ".join(content for _, content in texts.values())
    assert "‹đã che: 20 ký tự›" in everything
    assert "‹địa chỉ đã che›" in everything
    assert "Phường Mới" in everything
    assert "‹số đã che›" in everything
    assert "U4 ‹tên đã che› ‹số đã che›.xlsx" in everything


def test_cases_are_counted_all_the_same_and_identity_is_a_hash(mini: MiniSite) -> None:
    rows = duckdb.execute(
        "select submission_id, count(*), count(distinct applicant_key), min(length(applicant_key))"
        " from read_parquet(?) group by 1 order by 1",
        [str(mini.home.raw / f"period={PERIOD}" / "*.parquet")],
    ).fetchall()
    assert rows == [(f"{PERIOD}.U1.1", 10, 1, 64), (f"{PERIOD}.U4.1", 10, 1, 64)]


def test_without_a_key_nothing_is_read_and_the_reason_is_told(tmp_path: Path) -> None:
    mini = MiniSite(tmp_path, ("U1",))
    path = mini.directory / "layouts" / "bang.yml"
    path.write_text(
        path.read_text("utf-8").replace("  unit:", '  applicant_key: ["CCCD"]\n  unit:')
    )
    mini.send(PERIOD, "U1", *GOOD)
    said = mini.motcua("month-end", "--period", PERIOD)
    assert "MOTCUA_HASH_KEY" in said.all
    assert said.code == 2
