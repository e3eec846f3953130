"""From a file nobody has a layout for to a loaded month, with the command line, as a person would."""

import json
import re
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from ingestion.trial import try_file
from motcua.cli import app
from tests.integration.mini_site import LABELS, Case, MiniSite, csv_bytes, motcua_here, table

pytestmark = pytest.mark.integration

CASES = (
    Case(1, completed="15/01/2024"),
    Case(2, received="23/01/2024", due="30/01/2024"),
    Case(3, received="09/01/2024", completed="19/01/2024", sector="Đất đai"),
)
RENAMED = {"Ngày hẹn trả": "Ngày hẹn trả hồ sơ"}
UNSEEN = {
    "STT": "TT dòng",
    "Mã hồ sơ": "Mã số hồ sơ một cửa",
    "Đơn vị": "Đơn vị đang xử lý",
    "Lĩnh vực": "Lĩnh vực hồ sơ",
    "Cán bộ": "Cán bộ xử lý chính",
    "Kênh": "Nộp qua kênh",
    "Ngày tiếp nhận": "Ngày nhận vào",
    "Ngày hẹn trả": "Hẹn trả ngày",
    "Ngày kết thúc": "Kết thúc xử lý ngày",
    "Trạng thái": "Trạng thái hiện nay",
}
SOURCES = [f'  - {{unit: {unit}, uri: "{{period}}/{{unit}}*.csv"}}' for unit in ("U1", "U2")]


@pytest.fixture
def mini(tmp_path: Path) -> MiniSite:
    """Two units that send CSV in the layout `bang`."""
    return MiniSite(tmp_path)


def send(mini: MiniSite, unit: str, names: dict[str, str], period: str = "2024-01") -> Path:
    """A unit's file with some columns renamed."""
    header, *rows = table(CASES)
    path = mini.path(period, unit)
    path.write_bytes(csv_bytes([[names.get(label, label) for label in header], *rows]))
    return path


def statuses(mini: MiniSite, period: str = "2024-01") -> dict[str, tuple[str, int | None]]:
    """Unit → status and rows, after pulling and decoding."""
    taken = mini.take_in(period)
    return {s.unit_code: (s.status, s.rows_data) for s in taken.values()}


def test_a_renamed_column_is_named_and_one_more_label_cures_it(mini: MiniSite) -> None:
    path = send(mini, "U1", RENAMED)
    send(mini, "U2", {})
    assert statuses(mini)["U1"][0] == "rejected"
    said = motcua_here("validate-site", str(mini.directory), "--file", str(path), "--unit", "U1")
    assert said.code == 4
    assert "cột «Ngày hẹn trả hồ sơ» không có trong mẫu tệp (có phải «Ngày hẹn trả»?)" in said.out
    layout = mini.directory / "layouts" / "bang.yml"
    both = '["Ngày hẹn trả", "Ngày hẹn trả hồ sơ"]'
    layout.write_text(layout.read_text("utf-8").replace('["Ngày hẹn trả"]', both), "utf-8")
    said = motcua_here("validate-site", str(mini.directory), "--file", str(path))
    assert (said.code, "due_at ← «Ngày hẹn trả hồ sơ»" in said.out) == (0, True)
    assert "chưa có trong danh mục" not in said.out
    assert statuses(mini) == {"U1": ("accepted", 3), "U2": ("accepted", 3)}


def test_a_new_layout_from_a_month_on_cures_it_too(mini: MiniSite) -> None:
    mini.edit("sources.yml", "defaults: {layouts: [bang, bang_2024_02]}", "units:", *SOURCES)
    layout = (mini.directory / "layouts" / "bang.yml").read_text("utf-8")
    renamed = layout.replace("name: bang", "name: bang_2024_02").replace(
        "Ngày hẹn trả", "Hẹn trả lúc"
    )
    mini.edit("layouts/bang_2024_02.yml", renamed + "valid_from: 2024-02")
    send(mini, "U1", {})
    send(mini, "U1", {"Ngày hẹn trả": "Hẹn trả lúc"}, "2024-02")
    send(mini, "U2", {"Ngày hẹn trả": "Hẹn trả lúc"})  # the new one is not valid in January
    assert statuses(mini) == {"U1": ("accepted", 3), "U2": ("rejected", 0)}
    assert statuses(mini, "2024-02")["U1"] == ("accepted", 3)


def test_an_unseen_vendor_in_three_commands(mini: MiniSite) -> None:
    path = send(mini, "U1", UNSEEN)
    assert statuses(mini)["U1"][0] == "rejected"
    # 1. Draft.
    draft = mini.directory / "layouts" / "phan_mem_la.yml"
    options = ("--site", str(mini.directory), "--out", str(draft))
    said = motcua_here("layout", "suggest", str(path), *options)
    assert said.code == 0
    assert re.search(r"B1 │ Mã số hồ sơ một cửa +│ case_code +│ 0,\d\d +│ theo tên cột", said.out)
    assert "Đọc thử bằng bản nháp: 3 dòng hồ sơ, 1 dòng bỏ qua." in said.out
    assert "XEM LẠI: snapshot" in draft.read_text("utf-8")
    # It fits before any unit is said to use it.
    assert try_file(mini.site, path).layout == "phan_mem_la"
    # 2. Look through it (nothing to change here) and name it for the unit.
    mini.edit(
        "sources.yml",
        "defaults: {layouts: [bang]}",
        "units:",
        '  - {unit: U1, uri: "{period}/{unit}*.csv", layouts: [phan_mem_la]}',
        SOURCES[1],
    )
    # 3. Check, and load.
    said = motcua_here("validate-site", str(mini.directory), "--file", str(path), "--unit", "U1")
    assert said.code == 0
    for column in ("received_at ← «Ngày nhận vào»", "due_at ← «Hẹn trả ngày»"):
        assert column in said.out
    assert statuses(mini)["U1"] == ("accepted", 3)


def test_a_trial_names_the_values_that_no_list_knows(mini: MiniSite) -> None:
    """Otherwise a withdrawn case would be loaded as one that is done, with a mere warning."""
    lines = [Case(n, status=said) for n, said in enumerate(("Dân rút", "Đang làm") * 2, 1)]
    once = Case(9, status="Trần Thị B")
    path = mini.root / "moi.csv"
    path.write_bytes(csv_bytes(table([*lines, once])))
    assert try_file(mini.site, path).unlisted == {"status": (["Dân rút", "Đang làm"], 1)}
    layout = mini.directory / "layouts" / "bang.yml"
    own = 'values: {status: {"Dân rút": withdrawn, "ĐANG LÀM": processing}}\n'
    layout.write_text(layout.read_text("utf-8") + own, "utf-8")
    assert try_file(mini.site, path).unlisted == {"status": ([], 1)}


def run(*arguments: object) -> Result:
    """A command in this process: the texts are the same, only nobody waits for a new one."""
    return CliRunner().invoke(app, [str(argument) for argument in arguments])


def test_a_draft_says_what_it_could_not_tell(tmp_path: Path) -> None:
    lines = [
        [*LABELS, "Mã nội bộ ABC"],
        *([*case.line(n), f"x{n}"] for n, case in enumerate(CASES)),
    ]
    header = ["Chuyển" if label == "Mã hồ sơ" else label for label in lines[0]]
    path, out = tmp_path / "la.csv", tmp_path / "nhap.yml"
    path.write_bytes(csv_bytes([header, *lines[1:]]))
    said = run("layout", "suggest", path, "--out", out, "--json")
    assert said.exit_code == 0
    found = json.loads(said.stdout)
    columns = {column["label"]: column["place"] for column in found["columns"]}
    assert columns["Chuyển"] == "case_code"  # its cells say so
    assert columns["Mã nội bộ ABC"] is None
    assert found["rows_data"] is None
    assert out.read_text("utf-8") == found["draft"]
    assert '"Mã nội bộ ABC"' in found["draft"].partition("chưa xếp chỗ")[2]
    # A draft never overwrites a layout somebody has worked on.
    again = run("layout", "suggest", path, "--out", out)
    assert (again.exit_code, "Đã có tệp" in again.stderr) == (2, True)


def test_files_that_cannot_be_drafted_for(tmp_path: Path) -> None:
    said = run("layout", "suggest", tmp_path / "khong_co.xlsx")
    assert (said.exit_code, "Không có tệp" in said.stderr) == (2, True)
    path = tmp_path / "thu.csv"
    path.write_text("Kính gửi phòng Nội vụ\nNguyễn Văn An gửi báo cáo\n", "utf-8")
    said = run("layout", "suggest", path)
    assert (said.exit_code, "không tìm thấy dòng tiêu đề" in said.stderr) == (4, True)
    assert "Nguyễn" not in said.output
    assert run("layout", "suggest", path, "--out", tmp_path / "có dấu.yml").exit_code == 2
