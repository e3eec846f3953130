"""Writes a whole site folder for generated units, in the form every site folder has."""

from __future__ import annotations

import csv
from pathlib import Path

from samples import calendar
from samples.reference import PROCEDURES
from samples.shape import PERSONAL_FIELDS, SIDE_FIELDS, Shape
from samples.shapes import SHAPES

CANONICAL = (
    "case_code",
    "unit",
    "sector_code",
    "sector",
    "procedure_code",
    "procedure",
    "official_code",
    "official",
    "channel",
    "service_level",
    "received_at",
    "due_at",
    "completed_at",
    "returned_at",
    "status",
    "fee",
    "paid_online",
    "digitised",
    "overdue_cause",
)
UNIT_COLUMNS = (
    "code",
    "name",
    "aliases",
    "level",
    "parent",
    "valid_from",
    "valid_to",
    "successor",
    "case_namespace",
)
_ORDERS = {"dmy": "dmy", "excel": "dmy", "compact": "ymd"}
# Of every 20 units: most write a CSV, two a workbook (slow to write and read).
_MIX: tuple[str, ...] = ("mot_cua_csv",) * 11 + ("dich_vu_cong_csv",) * 6
_MIX += ("lien_thong_tab", "bao_cao_excel", "so_theo_doi_excel")


def write_site(directory: Path, units: int, months: int, start: str = "2024-01") -> None:
    """Write site.yml, units.csv, procedures.csv, sources.yml and the layouts below ``directory``.

    ``units`` units, one in five a department, one in twenty without national case codes;
    ``months`` months from ``start`` are looked back on. Raises FileExistsError when there is a
    site already.
    """
    first_period = calendar.month_text(calendar.parse_month(start))
    if (directory / "site.yml").exists():
        raise FileExistsError(f"{directory} already holds a site")
    for folder in ("reference", "layouts"):
        (directory / folder).mkdir(parents=True, exist_ok=True)
    _text(directory / "site.yml", _site_text(first_period, months))
    codes = [f"DV{number:05d}" for number in range(1, units + 1)]
    with (directory / "reference" / "units.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(UNIT_COLUMNS)
        writer.writerows(_unit(number, code) for number, code in enumerate(codes, 1))
    write_procedures(directory / "reference" / "procedures.csv")
    _text(directory / "sources.yml", _sources_text(codes))
    for shape in SHAPES.values():
        _text(directory / "layouts" / f"{shape.name}.yml", layout_text(shape))


def write_procedures(path: Path) -> None:
    """Write reference/procedures.csv with every procedure of the samples."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(("code", "name", "aliases", "sector_code", "term_days"))
        writer.writerows((p.code, p.name, "", p.sector_code, p.term) for p in PROCEDURES)


def layout_text(shape: Shape) -> str:
    """The layout file (YAML) that accepts what a shape writes."""
    mapped = {name: label for label, name in shape.columns if name not in SIDE_FIELDS}
    drop = [label for label, name in shape.columns if name in PERSONAL_FIELDS]
    ignore = [label for label, name in shape.columns if name in SIDE_FIELDS - PERSONAL_FIELDS]
    held = {"sector"} if shape.is_grouped else set()
    absent = [name for name in CANONICAL if name not in {*mapped, *held}]
    lines = [f"name: {shape.name}", f"kind: {shape.kind}"]
    if shape.kind == "csv":
        delimiter = {",": '","', ";": '";"', "\t": '"\\t"'}[shape.delimiter]
        lines += [f"encoding: {shape.encoding}", f"delimiter: {delimiter}"]
    elif shape.kind == "xlsx":
        lines.append("sheet: first")
    rows = f", rows: {shape.header_rows}" if shape.header_rows > 1 else ""
    header = f'["{mapped["case_code"]}", "{mapped["received_at"]}"]'
    lines.append(f"header: {{labels: {header}{rows}}}")
    if shape.is_grouped:
        lines += ["group_holds: sector", 'subtotal_labels: ["Cộng"]']
    if shape.kind == "xlsx":
        lines.append('footer: ["Tổng cộng", "Người lập biểu"]')
    if shape.kind in ("xlsx", "html"):
        lines.append('total_label: "Tổng cộng"')
    lines += [f"export_kind: {shape.export_kind}", "columns:"]
    lines += [f'  {name}: ["{label}"]' for name, label in mapped.items()]
    lines.append(f"absent: [{', '.join(absent)}]")
    lines.append(f"drop: [{', '.join(_quoted(drop))}]")
    if ignore:
        lines.append(f"ignore: [{', '.join(_quoted(ignore))}]")
    lines.append(f"dates: {{orders: [{_ORDERS[shape.dates]}]}}")
    if shape.layout_values:
        lines.append("values:")
        for name, mapping in shape.layout_values.items():
            pairs = ", ".join(f'"{label}": {value}' for label, value in mapping.items())
            lines.append(f"  {name}: {{{pairs}}}")
    return "\n".join(lines) + "\n"


def _quoted(labels: list[str]) -> list[str]:
    return [f'"{label}"' for label in labels]


def _site_text(first_period: str, months: int) -> str:
    return f"""authority: {{code: H32.MAU, name: "UBND tỉnh Mẫu", namespace: H32}}
time_zone: Asia/Ho_Chi_Minh
default_policy: strict
reporting_calendar: calendar
first_period: {first_period}
pull: {{lookback_months: {max(12, months)}, max_file_mb: 100}}
unlisted: {{sector: blank, procedure: blank}}
gates: {{minimum_reported_share: 0.5, maximum_rejected_share: 0.5}}
"""


def _unit(number: int, code: str) -> tuple[str, ...]:
    is_department = number % 5 == 0
    kind = "Phòng" if is_department else "UBND xã"
    level = "department" if is_department else "commune"
    namespace = code if number % 20 == 7 else ""
    return (
        code,
        f"{kind} Mẫu {number:05d}",
        f"{'P.' if is_department else 'Xã'} Mẫu {number:05d}",
        level,
        "",
        "",
        "",
        "",
        namespace,
    )


def _sources_text(codes: list[str]) -> str:
    lines = ["defaults: {layouts: [mot_cua_csv], due_day: 5}", "units:"]
    for position, code in enumerate(codes):
        shape = SHAPES[_MIX[position * 7 % len(_MIX)]]
        layouts = "" if shape.name == "mot_cua_csv" else f", layouts: [{shape.name}]"
        lines.append(f'  - {{unit: {code}, uri: "{shape.uri}"{layouts}}}')
    return "\n".join(lines) + "\n"


def _text(path: Path, content: str) -> None:
    path.write_text(content, encoding="utf-8", newline="\n")
