"""The export shapes by name, each as a different vendor would write it.

`sites/*/layouts/<name>.yml` must accept what a shape writes (a test holds the two together).
"""

from __future__ import annotations

from samples.payload_shapes import LIEN_THONG_JSON, LIEN_THONG_TAB
from samples.shape import Shape
from samples.text_shapes import DICH_VU_CONG_CSV, MOT_CUA_CSV, SO_MOT_CUA_TCVN3
from samples.workbook_shapes import (
    BAO_CAO_EXCEL,
    BAO_CAO_HTML,
    PHAN_MEM_MOT_CUA_2_DONG,
    SO_THEO_DOI_EXCEL,
)

__all__ = ["SHAPES", "Shape"]

SHAPES: dict[str, Shape] = {
    shape.name: shape
    for shape in (
        MOT_CUA_CSV,
        DICH_VU_CONG_CSV,
        SO_MOT_CUA_TCVN3,
        BAO_CAO_EXCEL,
        SO_THEO_DOI_EXCEL,
        PHAN_MEM_MOT_CUA_2_DONG,
        BAO_CAO_HTML,
        LIEN_THONG_TAB,
        LIEN_THONG_JSON,
    )
}
