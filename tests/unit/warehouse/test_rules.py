"""What a site may change about the row rules, and what it is told when it may not."""

import shutil
from pathlib import Path

import pytest

from ingestion.site import SiteError, load_site
from warehouse.rules import check_rules, read_rules

pytestmark = pytest.mark.unit
TEMPLATE = Path(__file__).resolve().parents[3] / "sites" / "demo"
RULES = "rule_id,unit_code,severity,from_period,reason,approver\n"
WAIVERS = "rule_id,unit_code,valid_from,valid_to,reason,approver\n"


def problems(folder: Path, *, rules: str = "", waivers: str = "") -> list[str]:
    """What is wrong with the demo site once these lines stand in its reference files."""
    site = folder / "site"
    shutil.copytree(TEMPLATE, site, ignore=shutil.ignore_patterns("exports"))
    (site / "reference" / "rules.csv").write_text(RULES + rules, "utf-8")
    (site / "reference" / "waivers.csv").write_text(WAIVERS + waivers, "utf-8")
    try:
        check_rules(load_site(site))
    except SiteError as error:
        return error.problems
    return []


def test_shipped_rules() -> None:
    rules = read_rules()
    assert rules["missing_case_code"].is_rejecting
    assert not rules["missing_case_code"].is_waivable
    assert not rules["blank_sector"].is_rejecting
    assert rules["vanished"].scope == "case"
    assert rules["stated_total_differs"].scope == "file"


def test_what_a_site_may_say(tmp_path: Path) -> None:
    allowed = (
        "blank_official,,reject,2025-01,siết dần,\n"
        "blank_official,,warn,2024-01,siết dần,Trần An\n"
        "due_before_received,,warn,2024-01,hệ thống cũ,\n"
        "missing_case_code,,reject,2024-01,vẫn từ chối,\n"
        "vanished,,off,2024-01,chưa dùng,\n"
    )
    waiver = "due_before_received,,2024-01,2024-06,bão lũ,Trần An\n"
    assert problems(tmp_path, rules=allowed, waivers=waiver) == []


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("blank_offical,,warn,2024-01,x,\n", ("dòng 2: rule_id", "có phải «blank_official»?")),
        ("missing_case_code,,warn,2024-01,x,\n", ("dòng 2: severity", "phải luôn từ chối")),
        ("unknown_unit,,off,2024-01,x,\n", ("dòng 2: severity", "phải luôn từ chối")),
        ("reopened,,reject,2024-01,x,\n", ("dòng 2: severity", "không từ chối dòng được")),
        ("stated_total_differs,,reject,2024-01,x,\n", ("không từ chối dòng được",)),
        ("blank_official,,loud,2024-01,x,\n", ("dòng 2: severity", "loud")),
        ("blank_official,,warn,01/2024,x,\n", ("dòng 2: from_period",)),
        ("blank_official,,warn,2024-01,,\n", ("dòng 2: reason",)),
        ("blank_official,XX,warn,2024-01,x,\n", ("dòng 2: unit_code", "«XX»")),
        (
            "blank_official,,warn,2024-01,x,\nblank_official,,observe,2024-01,y,\n",
            ("dòng 3: from_period", "ở dòng 2"),
        ),
    ],
)
def test_a_line_that_cannot_stand(tmp_path: Path, line: str, told: tuple[str, ...]) -> None:
    (found,) = problems(tmp_path, rules=line)
    assert found.startswith("reference/rules.csv")
    assert all(part in found for part in told), found


def test_waivers_that_cannot_be_given(tmp_path: Path) -> None:
    found = problems(
        tmp_path,
        waivers="due_before_receved,,2024-01,2024-06,bão,An\nunknown_unit,,2024-01,2024-06,bão,An\n",
    )
    assert len(found) == 2
    assert "waivers.csv, dòng 2: rule_id" in found[0]
    assert "«due_before_received»?" in found[0]
    assert "waivers.csv, dòng 3: rule_id" in found[1]
    assert "không được miễn" in found[1]
