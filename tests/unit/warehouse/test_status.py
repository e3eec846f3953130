"""Who still has to send, and what waits for a person (`motcua status`)."""

from pathlib import Path

import pytest

from tests.unit.ingestion.small_site import SmallSite, case
from warehouse.status import status

pytestmark = pytest.mark.unit
REGISTERS = '  - {unit: U2, feed: registers, uri: "{period}/so-{unit}.xlsx"}\n'


def test_a_file_that_waits_for_a_person_is_not_missing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("MOTCUA_EXPORTS", raising=False)
    small = SmallSite.make(tmp_path)
    sources = small.directory / "sources.yml"
    sources.write_text(sources.read_text("utf-8") + REGISTERS, "utf-8")
    small.export("2024-01", "U2", [case(1)], tail=" bổ sung")
    small.pull()
    small.submissions()
    found = status(small.site, small.home)
    (month,) = found.coverage
    assert (month["expected"], month["reported"], month["held"]) == (2, 0, 1)
    assert (month["missing"], month["missing_registers"]) == (["U1"], ["U2"])
    assert [problem.unit_code for problem in found.problems] == ["U2"]
