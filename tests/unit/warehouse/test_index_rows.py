"""Targets and index criteria as rows: the shipped ones are sound, a site is told what is wrong with its own."""

import csv
import shutil
from pathlib import Path
from typing import Any

import duckdb
import pytest

from ingestion.index_checks import index_problems
from ingestion.index_reference import IndexCriterion, Target, parse_bands, parse_parameters
from ingestion.layouts import Strict
from ingestion.site import SiteError, load_site
from warehouse.index_inputs import SEEDS, read_measures, write_index_inputs
from warehouse.rules import check_rules

pytestmark = pytest.mark.unit
DEMO = Path(__file__).resolve().parents[3] / "sites" / "demo"
TARGETS = "target_code,target_name,measure_code,scope,scope_code,period_kind,valid_from,valid_to,comparator,threshold,legal_basis,is_confirmed\n"  # noqa: E501
CRITERIA = "index_code,valid_from_year,valid_to_year,unit_level,group_code,group_name,criterion_code,criterion_name,max_points,rule,parameters,measure_code,legal_source,is_confirmed\n"  # noqa: E501
TOTAL = "X,2024,,commune,,,TONG,Chỉ số X,10,result,bands=8:Tốt | 0:Yếu,,QĐ 1,true\n"


def shipped(name: str, model: type[Strict]) -> list[tuple[int, Any]]:
    """The rows of a seed, read as a site's would be."""
    with (SEEDS / f"{name}.csv").open(encoding="utf-8", newline="") as handle:
        lines = [{k: v for k, v in row.items() if v} for row in csv.DictReader(handle)]
    return [(number, model.model_validate(line)) for number, line in enumerate(lines, start=2)]


def site(folder: Path, *, targets: str = "", criteria: str = "") -> Path:
    """The demo site with these lines in its reference files."""
    copy = folder / "site"
    shutil.copytree(DEMO, copy, ignore=shutil.ignore_patterns("exports"))
    (copy / "reference" / "targets.csv").write_text(TARGETS + targets, "utf-8")
    (copy / "reference" / "index_criteria.csv").write_text(CRITERIA + criteria, "utf-8")
    return copy


def problems(folder: Path, *, targets: str = "", criteria: str = "") -> list[str]:
    try:
        check_rules(load_site(site(folder, targets=targets, criteria=criteria)))
    except SiteError as error:
        return error.problems
    return []


def test_shipped_targets_are_sound() -> None:
    rows = [row for _, row in shipped("target", Target)]
    assert {row.measure_code for row in rows} <= read_measures()
    founding = "R01 R02 R03 R10 R16 R17 R18 R19 R23 R26 R27 R30 R38 R39"
    assert set(founding.split()) <= {row.target_code for row in rows}
    assert not any(a.clashes_with(b) for a in rows for b in rows if a is not b)
    # What another decision assigns has no number of ours.
    assert all(
        row.threshold is None and not row.is_confirmed
        for row in rows
        if row.target_code in ("R18", "R30")
    )


def test_shipped_indices_add_up() -> None:
    rows = shipped("index_criterion", IndexCriterion)
    assert list(index_problems(rows)) == []
    assert {row.measure_code for _, row in rows if row.measure_code} <= read_measures()
    totals = {row.index_code: int(row.max_points) for _, row in rows if row.rule == "result"}
    assert totals == {"QD766": 100, "ND61": 18, "PAR": 100}
    groups: dict[str, int] = {}
    for _, row in rows:
        if row.index_code == "QD766" and row.group_code:
            groups[row.group_code] = groups.get(row.group_code, 0) + int(row.max_points)
    assert groups == {"1": 18, "2": 20, "3": 12, "4": 10, "5": 22, "6": 18}  # domain §4


def test_parameters_read_as_written() -> None:
    assert parse_parameters("target=0.8; none=full") == {"target": "0.8", "none": "full"}
    assert [(str(start), gives) for start, gives in parse_bands("0.95:2 | 0:Yếu")] == [
        ("0.95", "2"),
        ("0", "Yếu"),
    ]


def test_a_site_s_rows_reach_the_models_as_written(tmp_path: Path) -> None:
    lines = 'R30,Trễ hạn,late_rate,unit,NT-LOC-THO,month;ytd,2024-01,,<=,2.50,"Công văn 1, mục 2",true\n'
    row = "X,2024,,commune,1,Nhóm,1.1,Tiêu chí,10,capped_linear,target=0.8; none=full,late_rate,QĐ 1,false\n"
    opened = load_site(site(tmp_path, targets=lines, criteria=TOTAL + row))
    check_rules(opened)
    with duckdb.connect(":memory:") as connection:
        connection.execute("create schema raw")
        write_index_inputs(connection, opened)
        assert connection.execute(
            "select target_code, scope_code, calendar, period_kind, threshold, legal_basis, is_confirmed"
            " from raw.site_target"
        ).fetchall() == [
            ("R30", "NT-LOC-THO", "calendar", "month;ytd", "2.50", "Công văn 1, mục 2", "true")
        ]
        assert connection.execute(
            "select criterion_code, valid_from_year, max_points, parameters, is_confirmed"
            " from raw.site_index_criterion order by 1"
        ).fetchall() == [
            ("1.1", "2024", "10", "target=0.8; none=full", "false"),
            ("TONG", "2024", "10", "bands=8:Tốt | 0:Yếu", "true"),
        ]


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("T,t,late_rate,authority,A,month,,,<,3,b,true", "scope_code: để trống khi scope là authority"),
        ("T,t,late_rate,unit_level,xa,month,,,<,3,b,true", "cấp «xa» không được biết"),
        ("T,t,late_rate,unit,NT-LA,month,,,<,3,b,true", "đơn vị «NT-LA» không có"),
        ("T,t,late_rate,authority,,month,2024-05,2024-01,<,3,b,true", "valid_from sau valid_to"),
        ("T,t,late_rate,authority,,month,,,falls,3,b,true", "không dùng threshold"),
        ("T,t,late_rat,authority,,month,,,<,3,b,true", "«late_rat» không được biết (có phải «late_rate»?)"),
        ("T,t,late_rate,authority,,month,,,<,3%,b,true", "threshold"),
        ("T,t,late_rate,authority,,month,,,<<,3,b,true", "«<<» không dùng được"),
        (
            "T,t,late_rate,authority,,month,,2024-06,<,3,b,true\nT,t,late_rate,authority,,ytd;month,2024-06,,<,2,b,true",
            "dòng 3: valid_from: chỉ tiêu «T» cùng phạm vi, cùng loại kỳ đã có ở dòng 2",
        ),
    ],
)  # fmt: skip
def test_wrong_targets_are_told(tmp_path: Path, line: str, told: str) -> None:
    (problem,) = problems(tmp_path, targets=line + "\n")
    assert problem.startswith("reference/targets.csv, dòng ")
    assert told in problem


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("X,2024,,commune,1,N,1,c,9,linear,,late_rate,QĐ,true", "tổng điểm các tiêu chí là 9, dòng tổng ghi 10"),
        ("X,2024,,commune,1,N,1,c,10,linear,,late_rat,QĐ,true", "«late_rat» không được biết"),
        ("X,2024,,commune,1,N,1,c,10,linear,,,QĐ,true", "phải có measure_code"),
        ("X,2024,,commune,1,N,1,c,10,declared,,late_rate,QĐ,true", "declared và result thì để trống"),
        ("X,2024,,commune,,,1,c,10,declared,,,QĐ,true", "phải thuộc một nhóm"),
        ("X,2024,,commune,1,N,1,c,10,capped_linear,,late_rate,QĐ,true", "cần tham số target"),
        ("X,2024,,commune,1,N,1,c,10,linear,target=1,late_rate,QĐ,true", "không dùng tham số «target»"),
        ("X,2024,,commune,1,N,1,c,10,capped_linear,target=0,late_rate,QĐ,true", "target, scale phải lớn hơn 0"),
        ("X,2024,,commune,1,N,1,c,10,floor_linear,floor=95%,late_rate,QĐ,true", "«95%» không dùng được"),
        ("X,2024,,commune,1,N,1,c,10,linear,none=half,late_rate,QĐ,true", "«half» không dùng được"),
        ("X,2024,,commune,1,N,1,c,10,linear,full,late_rate,QĐ,true", "dạng đúng: target=0.8; none=full"),
        ("X,2024,,commune,1,N,1,c,10,all_or_nothing,target=1; at_most=0,late_rate,QĐ,true", "một trong hai"),
        ("X,2024,,commune,1,N,1,c,10,bands,bands=0.9:10 | 0.95:2 | 0:0,late_rate,QĐ,true", "từ cao xuống thấp"),
        ("X,2024,,commune,1,N,1,c,10,bands,bands=0.9:11 | 0:0,late_rate,QĐ,true", "không lớn hơn điểm chuẩn 10"),
        ("X,2024,2023,commune,1,N,1,c,10,linear,,late_rate,QĐ,true", "valid_from_year sau valid_to_year"),
    ],
)  # fmt: skip
def test_wrong_criteria_are_told(tmp_path: Path, line: str, told: str) -> None:
    found = problems(tmp_path, criteria=TOTAL + line + "\n")
    assert any(told in problem for problem in found)
    assert all(problem.startswith("reference/index_criteria.csv, dòng ") for problem in found)


def test_points_must_add_up_in_every_year(tmp_path: Path) -> None:
    """A criterion that ends with 2024 leaves a gap from 2025 on; a code stands once a level; a total is needed."""
    ending = "X,2024,2024,commune,1,N,1,c,4,linear,,late_rate,QĐ,true\n"
    staying = "X,2024,,commune,1,N,2,c,6,linear,,late_rate,QĐ,true\n"
    (problem,) = problems(tmp_path / "a", criteria=TOTAL + ending + staying)
    assert "năm 2025, cấp commune: tổng điểm các tiêu chí là 6" in problem
    (problem,) = problems(
        tmp_path / "b", criteria=TOTAL.replace(",10,", ",12,") + staying + staying
    )
    assert "tiêu chí «2» đã có ở dòng 3" in problem
    (problem,) = problems(tmp_path / "c", criteria=staying)
    assert "thiếu dòng TONG" in problem


def test_the_examples_of_the_page_are_valid(tmp_path: Path) -> None:
    """docs/index.md shows rows to be copied."""
    page = (DEMO.parents[1] / "docs" / "index.md").read_text("utf-8")
    targets, criteria = (part.partition("```")[0].strip() for part in page.split("```csv")[1:])
    assert targets.startswith(TARGETS)
    assert criteria.startswith(CRITERIA)
    found = problems(
        tmp_path,
        targets=targets.removeprefix(TARGETS) + "\n",
        criteria=criteria.removeprefix(CRITERIA) + "\n",
    )
    assert found == []
