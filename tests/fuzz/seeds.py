"""The files that are damaged: one of each kind that units send, with layouts that fit them."""

from dataclasses import dataclass
from pathlib import Path

import yaml

from ingestion.layouts import Layout
from tests.integration import nasty_files as nasty

FIXTURES = Path(__file__).parents[1] / "fixtures" / "exports"
_REST = """export_kind: snapshot
footer: ["Người lập biểu"]
total_label: "Tổng cộng"
subtotal_labels: ["Cộng"]
"""
_LISTED = """header: {labels: ["Mã hồ sơ", "Ngày tiếp nhận"], rows: 2}
columns:
  case_code: ["Mã hồ sơ"]
  sector: ["Lĩnh vực"]
  received_at: ["Ngày tiếp nhận"]
  due_at: ["Ngày hẹn trả"]
  completed_at: ["Ngày xong"]
  status: ["Trạng thái"]
ignore: ["STT", "Lệ phí"]
"""
_PAGE = _LISTED.replace('  sector: ["Lĩnh vực"]\n', "").replace(
    '  completed_at: ["Ngày xong"]\n', ""
)
_ARCHIVED_PAGE = """header: {row: 1}
columns: {case_code: ["Mã"], sector: ["Lĩnh vực"], received_at: ["Ngày"]}
sheet: all
"""
_PAYLOAD = """header: {row: 1}
columns:
  case_code: ["MaHoSo"]
  received_at: ["NgayTiepNhan"]
"""
_TEXTS = (_LISTED, _PAGE, _ARCHIVED_PAGE)
_DRESSES = {
    "mot_cua.csv": (nasty.csv_with("utf-8-sig", ","), nasty.PLAIN),
    "mot_cua.txt": (nasty.csv_with("utf-16-le", "\t"), nasty.PLAIN),
    "cu_1258.csv": (nasty.csv_1258, nasty.PLAIN),
    "bao_cao.xlsx": (nasty.dressed_workbook, nasty.GROUPED),
    "linh_vuc.xlsx": (nasty.sheet_a_sector, nasty.BY_SHEET),
    "bao_cao.xls": (nasty.html_as_xls, nasty.TWO_ROWS),
    "mau_2003.xls": (nasty.spreadsheet_2003, nasty.PLAIN),
    "lien_thong.json": (nasty.json_array, nasty.PAYLOAD),
    "lien_thong.zip": (nasty.zipped_json_lines, nasty.PAYLOAD),
    "linh_vuc.zip": (nasty.zipped_csv_by_sector, nasty.PLAIN + "sheet: all\n"),
}


@dataclass(frozen=True)
class Seed:
    """A file that is read well before it is damaged."""

    path: Path
    layouts: tuple[Layout, ...]


def seeds(folder: Path) -> list[Seed]:
    """Return the fixtures, and files of many dresses that are written to ``folder``."""
    kept = [path for path in sorted(FIXTURES.iterdir()) if path.suffix != ".md"]
    found = [Seed(path, tuple(_layout(text, path) for text in _TEXTS)) for path in kept]
    for name, (write, text) in _DRESSES.items():
        write(1, folder / name)
        found.append(Seed(folder / name, (_layout(text),)))
    return found


def _layout(text: str, json_of: Path | None = None) -> Layout:
    """A layout of these keys; a fixture of the payload gets that of its own columns."""
    is_payload = json_of is not None and json_of.suffix.startswith(".json")
    keys = yaml.safe_load(_PAYLOAD if is_payload else text)
    kept = {**yaml.safe_load(_REST), **keys, "name": "thu"}
    if is_payload:
        kept["ignore"] = _IGNORED
    return Layout.model_validate(kept)


_IGNORED = (
    *("MaTTHC", "TenLinhVuc", "NgayHenTra", "NgayTra", "TrangThaiHoSo", "MucDo", "ChuHoSo"),
    *("DuocThanhToanTrucTuyen", "KenhThucHien", "DiaChi.Tinh"),
    *("DanhSachLePhi.TenPhi", "DanhSachLePhi.SoTien", "DanhSachHoSoBoSung.NgayBoSung"),
)
