"""The page and results.json: complete, offline, escaped."""

import json
import re
from datetime import UTC, datetime
from pathlib import Path

import pytest

from expectations.checks import GateResult
from expectations.page import render_page, write_results

pytestmark = pytest.mark.unit
NOW = datetime(2025, 1, 2, 20, 0, tzinfo=UTC)


def _result(**changes: object) -> GateResult:
    fields: dict[str, object] = {
        "gate": "core", "check_id": "case_key_unique", "severity": "critical", "success": True,
        "text": "Mỗi hồ sơ chỉ có một dòng.", "observed": {"rows": 12345, "unexpected": 0},
        "unexpected_count": 0,
    }  # fmt: skip
    return GateResult(**{**fields, **changes})  # type: ignore[arg-type]


def test_results_are_kept_as_json_and_page(sound: list[GateResult], tmp_path: Path) -> None:
    page = write_results(sound, tmp_path / "quality" / "b1", "b1")
    assert page == tmp_path / "quality" / "b1" / "index.html"
    record = json.loads((page.parent / "results.json").read_text(encoding="utf-8"))
    assert (record["build_id"], record["passed"]) == ("b1", True)
    assert len(record["results"]) == len(sound)
    assert {"gate", "check_id", "severity", "success", "observed", "sample"} <= set(
        record["results"][0]
    )
    html = page.read_text(encoding="utf-8")
    assert all(result.check_id in html for result in sound)
    assert sorted(p.name for p in page.parent.iterdir()) == ["index.html", "results.json"]


def test_page_needs_nothing_from_outside(sound: list[GateResult]) -> None:
    html = render_page(sound, "b1", NOW)
    assert not re.search(r"https?://|<script|<link|src=|url\(|@import", html)


def test_lights(sound: list[GateResult]) -> None:
    warning = _result(severity="warning", success=False)
    critical = _result(success=False)
    assert 'class="banner passed"' in render_page([_result()], "b1", NOW)
    assert 'class="banner warned"' in render_page([_result(), warning], "b1", NOW)
    html = render_page([_result(), warning, critical], "b1", NOW)
    assert 'class="banner failed"' in html
    assert "1 điểm bắt buộc không đạt trong 3 điểm kiểm tra" in html


def test_time_and_numbers_are_vietnamese() -> None:
    html = render_page(
        [_result(), _result(observed={"value": 0.6667}, unexpected_count=None)], "b1", NOW
    )
    assert "03:00:00 ngày 03/01/2025" in html
    assert "12.345 dòng" in html
    assert "giá trị 0,6667" in html


def test_values_from_files_are_escaped() -> None:
    evil = "<img src=x onerror=alert(1)>"
    html = render_page(
        [_result(success=False, unexpected_count=1, sample=[{"file_name": evil}], error=evil)],
        evil,
        NOW,
    )
    assert evil not in html
    assert html.count("&lt;img") == 4
