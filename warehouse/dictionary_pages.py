"""The dictionary as pages: Markdown in `docs/dictionary`, and dbt docs as one file that needs no server."""

import json
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ingestion.home import Home
from ingestion.messages import markdown_row
from warehouse.build import run_dbt
from warehouse.dictionary import Table, read_dictionary

_OPENING = {
    "mart": "Bảng số liệu người đọc dùng trực tiếp. Tables people read.",
    "core": "Mô hình hình sao: chiều, hồ sơ, số đếm. The star the marts add up.",
    "quality": "Sổ nạp tệp, dòng bị từ chối, phát hiện. What came, what was refused and why.",
}


def pages() -> dict[str, str]:
    """File name -> Markdown of `docs/dictionary`: an index and a page a schema."""
    tables = read_dictionary()
    written = {"README.md": _index(tables)}
    for schema, opening in _OPENING.items():
        own = [table for table in tables if table.schema == schema]
        parts = [f"# {schema}\n{opening}", *map(_section, own)]
        written[f"{schema}.md"] = "\n\n".join(parts) + "\n"
    return written


def write_pages(folder: Path) -> list[Path]:
    """Write the pages that have changed and delete those no longer there; returns what changed."""
    folder.mkdir(parents=True, exist_ok=True)
    wanted = pages()
    changed = [path for path in sorted(folder.glob("*.md")) if path.name not in wanted]
    for path in changed:
        path.unlink()
    for name, content in wanted.items():
        path = folder / name
        if not path.exists() or path.read_text("utf-8") != content:
            path.write_text(content, "utf-8")
            changed.append(path)
    return changed


def _index(tables: list[Table]) -> str:
    lines = [
        "# Từ điển dữ liệu / Data dictionary",
        "Made by `motcua dictionary` from the models' own texts; do not edit. The same texts are the",
        "comments in the database (`select * from duckdb_columns()`).",
        "",
        "| Bảng / Table | Nội dung | Content | Một dòng là / Grain |",
        "|---|---|---|---|",
    ]
    for table in tables:
        place = f"[{table.schema}.{table.name}]({table.schema}.md#{table.name})"
        cells = (place, table.vi, table.en, ", ".join(table.grain))
        lines.append(markdown_row(cells))
    return "\n".join(lines) + "\n"


def _section(table: Table) -> str:
    lines = [f"## {table.name}", table.vi, "", table.en]
    if table.grain:
        lines += ["", f"Khóa / Key: {', '.join(f'`{name}`' for name in table.grain)}"]
    lines += ["", "| Cột / Column | Kiểu / Type | Ý nghĩa | Meaning |", "|---|---|---|---|"]
    for column in table.columns:
        kind = column.type + (", bắt buộc" if column.required else "")
        lines.append(markdown_row((f"`{column.name}`", kind, column.vi, column.en)))
    return "\n".join(lines)


def write_html(home: Home, path: Path) -> None:
    """Write dbt docs (models, lineage, columns in both languages) as one HTML file.

    Nothing need be loaded: the catalog stays empty. Raises BuildError where dbt cannot compile.
    """
    home.create()
    # Names as in a build: the profile says the same, so that both share one parse of the models.
    folder = home.build / "docs"
    folder.mkdir(exist_ok=True)
    run_dbt(
        ["docs", "generate", "--empty-catalog"],
        folder / "new.duckdb",
        folder / "work.duckdb",
        home,
    )
    shutil.rmtree(folder)
    target = home.build / "target"
    manifest = json.loads((target / "manifest.json").read_text("utf-8"))
    _finish_manifest(manifest)
    page = (target / "index.html").read_text("utf-8")
    catalog = (target / "catalog.json").read_text("utf-8")
    inlined = {
        '"MANIFEST.JSON INLINE DATA"': json.dumps(manifest, ensure_ascii=False),
        '"CATALOG.JSON INLINE DATA"': catalog,
    }
    for mark, data in inlined.items():
        if page.count(mark) != 1:
            raise ValueError(mark)
        page = page.replace(mark, data.replace("</script", "<\\/script"))
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(page, "utf-8")


def _finish_manifest(manifest: dict[str, Any]) -> None:
    """Put the Vietnamese text before the English one of every served table and column.

    Where dbt compiled a model on this machine is nobody's business: those paths are left out.
    """
    tables = {table.name: table for table in read_dictionary()}
    for node in manifest["nodes"].values():
        node.pop("compiled_path", None)
        node.pop("build_path", None)
        if node["resource_type"] != "model" or node["name"] not in tables:
            continue
        table = tables[node["name"]]
        node["description"] = f"{table.vi}\n\n{table.en}"
        texts: Mapping[str, str] = {c.name: f"{c.vi}\n\n{c.en}" for c in table.columns}
        for name, column in node["columns"].items():
            column["description"] = texts[name]
