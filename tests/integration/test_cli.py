"""`motcua` as a user at a terminal: help, JSON, exit codes, and the next command word for word."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import duckdb
import pytest

from ingestion.home import Home
from tests.integration.mini_site import Case, MiniSite, Said, motcua, motcua_here, query
from tests.laws.models import Models, table_hashes
from warehouse.revision import CODE

pytestmark = pytest.mark.integration
COMMANDS = (
    "month-end",
    "pull",
    "decode",
    "build",
    "check",
    "publish",
    "report",
    "backfill",
    "decide",
    "status",
    "explain",
    "runs",
    "validate-site",
    "samples",
)
PERIOD = "2024-03"


class Demo:
    """A sample site and its home."""

    def __init__(self, root: Path) -> None:
        self.site = root / "site"
        self.places = ("--site", str(self.site))
        self.home = Home(root / "home")

    def run(self, command: str, *options: str, models: Models | None = None) -> Said:
        """Run a command on the site."""
        places = (*self.places, "--home", str(self.home.root))
        return motcua(command, *options, *places, models=models)


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Demo:
    """Three months of four units, as `motcua samples` writes them."""
    demo = Demo(tmp_path_factory.mktemp("demo"))
    options = ("--units", "4", "--months", "3", "--cases", "8", "--dirt", "0", "--json")
    said = motcua("samples", "--out", str(demo.site / "exports"), *options, *demo.places)
    assert said.code == 0, said.all
    assert said.json["files"] == 12
    assert said.json["rows"] > 50
    return demo


@pytest.fixture(scope="module")
def month(demo: Demo) -> Said:
    """The month end, run once."""
    return demo.run("month-end", "--period", PERIOD)


def served(demo: Demo) -> dict[str, tuple[str, str]]:
    """Content of every served table."""
    path = demo.home.serving / "warehouse.duckdb"
    with duckdb.connect() as connection:
        connection.execute(f"attach '{path}' as copy (read_only)")
        return table_hashes(connection, "copy")


@pytest.mark.parametrize("command", COMMANDS)
def test_help_says_what_it_does_and_every_option(command: str) -> None:
    said = motcua_here(command, "--help")
    assert said.code == 0
    sentence = said.out.split("Usage:")[1].strip().splitlines()[2].strip()
    assert len(sentence) > 20, said.out
    assert "--json" in said.out
    for line in said.out.splitlines():
        if line.startswith("│ --") and "--help" not in line:
            told = re.sub(r"--\S+|<.+?>|│", "", line).strip()
            assert told, f"an option without a word: {line}"


def test_no_command_lists_all_of_them() -> None:
    said = motcua()
    for command in COMMANDS:
        assert f"│ {command} " in said.all
    assert said.code in (0, 2)


def test_month_end_prints_ranking_counts_and_paths(month: Said, demo: Demo) -> None:
    assert month.code == 0, month.all
    assert month.errors == ""
    for words in ("Xếp hạng tỷ lệ trễ hạn kỳ 2024-03", "UBND xã Mẫu 00001", "Tệp trong kỳ: 4 nhận"):
        assert words in month.out
    for path in ("serving/warehouse.duckdb", "reports/2024-03", "outbox"):
        assert str(demo.home.root / path) in month.out
        assert (demo.home.root / path).exists()


def test_step_by_step_again_changes_no_table(month: Said, demo: Demo, models: Models) -> None:
    """Nor does it matter that the month end went through dbt and the steps go by what it compiled."""

    def step(command: str, *options: str) -> Any:
        said = demo.run(command, *options, "--json", models=models)
        assert said.code == 0, said.all
        return said.json

    before = served(demo)
    (build_before,) = demo.home.publications.glob("*.json")
    pulled = step("pull", "--period", PERIOD)
    assert {item["outcome"] for item in pulled} == {"unchanged"}
    assert {s["status"] for s in step("decode")} == {"accepted"}
    built = step("build")
    assert built["newest_period"] == PERIOD
    assert Path(built["path"]).exists()
    checked = step("check", built["build_id"])
    assert all(r["success"] or r["severity"] == "warning" for r in checked["results"])
    assert Path(checked["page"]).exists()
    published = step("publish", built["build_id"])
    assert published["build_id"] == built["build_id"] != build_before.stem
    written = step("report", "--period", PERIOD)
    names = {Path(path).name for path in written}
    assert {f"Bieu-II.06a-{PERIOD}.xlsx", f"Xep-hang-tre-han-{PERIOD}.xlsx"} <= names
    assert len(list(demo.home.outbox.rglob(f"{PERIOD}/Ket-qua-nap-*.xlsx"))) == 4
    assert all(Path(path).stat().st_size > 0 for path in written)
    assert served(demo) == before


@pytest.mark.parametrize(
    ("command", "options", "words"),
    [
        ("report", ("--period", "2030-01"), "2030-01"),
        ("report", ("--period", "2024-1"), "YYYY-MM"),
        ("pull", ("--period", "thang 3"), "YYYY-MM"),
        ("pull", ("--period", PERIOD, "--file", "x.csv"), "--unit"),
        ("pull", ("--period", PERIOD, "--file", "x.csv", "--unit", "KHONG-CO"), "KHONG-CO"),
        ("check", ("khong-co",), "khong-co"),
        ("decide", ("x.y.1", "accept", "--by", "A", "--reason", "B"), "x.y.1"),
        ("decide", ("2024-01.DV00001.1", "maybe", "--by", "A", "--reason", "B"), "refuse"),
        ("decide", ("2024-01.DV00001.1", "accept", "--by", "A", "--reason", " "), "lý do"),
        ("month-end", ("--period", "2030-01"), "2030-01"),
        ("backfill", ("--from", PERIOD, "--to", "2024-01"), "sau kỳ cuối"),
        ("backfill", ("--from", "2023-12", "--to", PERIOD), "2023-12"),
        ("backfill", ("--from", PERIOD), "--to"),
        ("month-end", (), "--period"),
        ("nonsense", (), "nonsense"),
    ],
)
def test_wrong_use_is_code_2_with_a_sentence(
    month: Said, demo: Demo, command: str, options: tuple[str, ...], words: str
) -> None:
    said = motcua_here(command, *options, *demo.places, "--home", str(demo.home.root))
    assert said.code == 2, said.all
    assert words in said.errors
    assert said.out == ""


def test_unknown_site_and_unusable_home(demo: Demo, tmp_path: Path) -> None:
    for command in (("status",), ("build",), ("month-end", "--period", PERIOD)):
        said = motcua_here(
            *command, "--site", str(tmp_path / "no-site"), "--home", str(tmp_path / "h")
        )
        assert said.code == 2, said.all
        assert "no-site" in said.errors
    file = tmp_path / "a-file"
    file.write_text("x")
    said = motcua("status", *demo.places, "--home", str(file))
    assert said.code == 2
    assert str(file) in said.errors
    said = motcua_here("validate-site", str(tmp_path / "no-site"))
    assert said.code == 2


def test_samples_refuses_what_it_cannot_write(demo: Demo, tmp_path: Path) -> None:
    said = motcua_here("samples", "--out", str(tmp_path), "--units", "0", *demo.places)
    assert said.code == 2, said.all
    assert said.errors.strip()


def test_validate_site_tries_a_file_without_loading_it(demo: Demo, tmp_path: Path) -> None:
    said = motcua("validate-site", str(demo.site), "--json")
    assert (said.code, said.json["units"]) == (0, 4)
    export = next((demo.site / "exports").rglob("DV00001*.csv"))
    options = ("validate-site", str(demo.site), "--unit", "DV00001")
    said = motcua_here(*options, "--file", str(export), "--json")
    assert said.code == 0, said.all
    assert said.json["trial"]["accepted"] is True
    assert said.json["trial"]["columns"]["case_code"] == "Mã hồ sơ"
    wrong = tmp_path / "sai.csv"
    wrong.write_text("Mã hồ sơ,Ngày tiếp nhận\n1,2\n", encoding="utf-8")
    said = motcua_here(*options, "--file", str(wrong))
    assert said.code == 4, said.all
    assert "Thiếu cột" in said.out
    said = motcua_here(*options, "--file", str(tmp_path / "khong-co.csv"))
    assert said.code == 2


def test_runs_tell_what_each_step_did(month: Said, demo: Demo) -> None:
    steps = demo.run("runs", "--last", "99", "--json").json
    first = [step for step in steps if step["run_id"] == steps[0]["run_id"]]
    names = ["pull", "decode", "build", "check", "publish", "report"]
    assert [step["step"] for step in first] == names
    assert {step["outcome"] for step in first} == {"done"}
    assert {(step["by"], step["work"], step["period"]) for step in first} == {
        ("cli", "month-end", PERIOD)
    }
    pull, decode, build, check, _, report = (step["counts"] for step in first)
    assert pull == {"files_new": 12, "files_unchanged": 0, "files_missing": 0, "files_failed": 0}
    assert decode["rows_read"] == build["rows_read"] > report["rows_read"] > 0
    fates = ("accepted", "rejected", "duplicate", "ignored")
    for counts in (build, report):
        assert counts["rows_read"] == sum(counts[f"rows_{fate}"] for fate in fates)
    assert (build["files_accepted"], report["files_accepted"]) == (12, 4)
    assert build["tables"] > 60
    assert check["gates"] > 80
    assert report["reports"] > 4
    assert len({step["build_id"] for step in first[2:]}) == 1
    shown = demo.run("runs", "--last", "99").out
    for words in ("month-end · dòng lệnh", "Dựng kho dữ liệu", PERIOD, "xong"):
        assert words in shown
    table = f"read_parquet('{demo.home.serving}/runs/*.parquet')"
    with duckdb.connect() as connection:
        rows = query(connection, f"select * from {table} order by began_at")
    assert [row["record_id"] for row in rows] == [step["record_id"] for step in steps]
    assert [row["rows_read"] for row in rows] == [s["counts"].get("rows_read") for s in steps]


def test_a_failed_step_is_told_with_its_reason(month: Said, demo: Demo) -> None:
    assert demo.run("check", "lan-dung-la").code == 2
    (step,) = demo.run("runs", "--last", "1", "--json").json
    assert (step["step"], step["outcome"]) == ("check", "failed")
    assert "lan-dung-la" in step["message"]
    shown = demo.run("runs", "--last", "1").out
    assert "lỗi" in shown
    assert step["message"] in shown


def test_no_run_yet(demo: Demo, tmp_path: Path) -> None:
    said = motcua("runs", *demo.places, "--home", str(tmp_path / "new"))
    assert (said.code, said.out) == (0, "Chưa có lần chạy nào được ghi.\n")
    assert not (tmp_path / "new").exists()


def test_explain_has_json_and_a_terminal_view(month: Said, demo: Demo) -> None:
    with duckdb.connect(str(demo.home.serving / "warehouse.duckdb"), read_only=True) as connection:
        (row,) = query(connection, "select case_code from core.fct_case order by 1 limit 1")
    home = ("--home", str(demo.home.root))
    said = motcua_here("explain", row["case_code"], "--json", *home)
    assert said.code == 0
    assert said.json[0]["rows"][0]["file_name"]
    assert row["case_code"] in motcua("explain", row["case_code"], *home).out
    said = motcua_here("explain", "khong-co", "--json", *home)
    assert (said.code, said.json) == (2, [])


def run_word_for_word(command: str, program: Path) -> subprocess.CompletedProcess[str]:
    """Run a printed command in a shell, with `motcua` on the path."""
    path = f"{program.parent}{os.pathsep}{os.environ['PATH']}"
    environment = {k: v for k, v in os.environ.items() if not k.startswith("MOTCUA_")}
    return subprocess.run(
        command,
        shell=True,
        env=environment | {"PATH": path},
        capture_output=True,
        encoding="utf-8",
        check=False,
    )


def without_dbt(folder: Path, models: Models) -> Path:
    """A `motcua` for the path whose builds run the compiled models."""
    program = folder / "motcua"
    module = f'"{sys.executable}" -m tests.integration.compiled_motcua "{models.manifest}"'
    program.write_text(f'#!/bin/sh\nPYTHONPATH="{CODE}" exec {module} "$@"\n', encoding="utf-8")
    program.chmod(0o755)
    return program


def test_status_says_the_next_command_and_it_works(
    mini: MiniSite, models: Models, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """From an empty home to a signed month, by the printed commands alone."""
    installed = Path(sys.executable).with_name("motcua")
    quick = without_dbt(tmp_path_factory.mktemp("bin"), models)
    long_name = " bo sung " + "rất_dài_" * 12
    mini.send("2024-01", "U1", Case(1, completed="22/01/2024"), tail=long_name)
    mini.send("2024-01", "U2", Case(2))
    codes: list[tuple[str, int]] = []
    for _ in range(5):
        status = mini.here("status", "--json")
        assert status.code == 0, status.all
        command = status.json["next_command"]
        shown = mini.here("status") if codes else mini.motcua("status")
        assert f"Bước tiếp theo: {command}\n" in shown.out, "on one line, to be copied"
        if len(codes) == 4:
            break
        step = command.split()[1]
        # A third build would show the same.
        more = {"close": " --no-publish", "month-end": " --json"}.get(step, "")
        done = run_word_for_word(command + more, quick if step == "month-end" else installed)
        codes.append((step, done.returncode))
        if step == "month-end":
            summary = json.loads(done.stdout)
    # Published with a file held; the decision; published with it; signed; to be published as signed.
    assert codes == [("month-end", 4), ("decide", 0), ("month-end", 0), ("close", 0)]
    assert command.split()[1] == "month-end"
    assert len(summary["ranking"]) == summary["files_accepted"] == 2
    counts = ("accepted", "rejected", "duplicate", "ignored")
    assert summary["rows_read"] == sum(summary[f"rows_{name}"] for name in counts)
    assert summary["rows_accepted"] == 2
    assert all(Path(path).exists() for path in summary["outputs"].values())
    (closing,) = status.json["closings"]
    assert (closing["period"], closing["version"], closing["status"]) == ("2024-01", 1, "in_force")
    assert "đã chốt" in shown.out
    assert status.json["served"]["newest_period"] == "2024-01"
    (coverage,) = status.json["coverage"]
    assert (coverage["expected"], coverage["reported"], coverage["held"]) == (2, 2, 0)
    explained = mini.motcua("explain", "000.00.16.H32-240108-0001")
    assert f"U1{long_name}.csv" in explained.out, "a long name is not cut in a pipe"


def test_a_range_is_loaded_again_and_rebuilt_only_when_something_came(
    month: Said, demo: Demo, models: Models
) -> None:
    options = ("backfill", "--from", "2024-01", "--to", PERIOD)
    before = len(list(demo.home.publications.glob("*.json")))
    export = next((demo.site / "exports" / "2024-01").glob("DV00001*.csv"))
    export.write_bytes(b"".join(export.read_bytes().splitlines(keepends=True)[:-1]))
    said = demo.run(*options, "--json", models=models)
    assert said.code == 0, said.all
    assert said.json["rebuilt"] is True
    assert [(item["unit"], item["period"]) for item in said.json["new"]] == [("DV00001", "2024-01")]
    assert len(list(demo.home.publications.glob("*.json"))) == before + 1
    for period in said.json["months"]:
        assert (demo.home.reports / period / f"Bieu-II.06a-{period}.xlsx").exists()

    beyond = (*options[:-1], "2024-05")  # months that nobody has sent yet have no reports
    again = motcua_here(*beyond, *demo.places, "--home", str(demo.home.root))
    assert again.code == 0, again.all
    assert again.out.startswith("Không có gì mới ở các kỳ 2024-01 đến 2024-05")
    assert len(list(demo.home.publications.glob("*.json"))) == before + 1
