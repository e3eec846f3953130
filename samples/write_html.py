"""One export as a web page with a table, which its program calls .xls."""

from __future__ import annotations

from html import escape

from samples.export import Line, Target
from samples.write_xlsx import titles

_HEAD = (
    '<html xmlns:x="urn:schemas-microsoft-com:office:excel">\r\n<head>\r\n'
    '<meta http-equiv="Content-Type" content="text/html; charset=utf-8">\r\n'
    "<style>td {mso-number-format:\\@; border: .5pt solid}</style>\r\n</head>\r\n"
    '<body>\r\n<table border="1">\r\n'
)
_FOOT = "</table>\r\n</body>\r\n</html>\r\n"


def html_bytes(target: Target, labels: tuple[str, ...], lines: list[Line], data_rows: int) -> bytes:
    """Two rows of titles, the header, the data, and a row with their number."""
    width = len(labels)
    _, unit, title, _ = titles(target.unit.name, target.month)
    rows = [f'<td colspan="{width}"><b>{escape(text)}</b></td>' for text in (unit, title)]
    rows.append("".join(f"<th>{escape(label)}</th>" for label in labels))
    for line in lines:
        cells = line or ("",) * width
        rows.append("".join(f"<td>{escape(str(cell))}</td>" for cell in cells))
    total = f'<td colspan="2"><b>Tổng cộng: {data_rows} hồ sơ</b></td>'
    rows.append(total + "<td></td>" * (width - 2))
    body = "".join(f"<tr>{row}</tr>\r\n" for row in rows)
    return f"{_HEAD}{body}{_FOOT}".encode(target.shape.encoding)
