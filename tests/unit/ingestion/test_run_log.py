"""The record of runs: a line for every step however it ends, whatever other processes and disks do."""

import json
import resource
import stat
import string
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import get_args

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingestion.home import Home
from ingestion.messages import has_text
from ingestion.run_log import (
    COUNTS,
    LONGEST_MESSAGE,
    OUTCOMES,
    By,
    CountedError,
    Counts,
    FinishedStep,
    RunLogError,
    RunOf,
    cli_run,
    error_line,
    last_runs,
    logged_months,
    read_steps,
    recorded,
    run_log,
    unrecorded,
)

pytestmark = pytest.mark.unit
RUN = RunOf("scheduled__2024-02-05T02:00:00+07:00", "schedule", "month_end", try_number=2)


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(tmp_path / "home").create()


def steps_of(home: Home) -> list[FinishedStep]:
    """All steps that the home knows."""
    return [step for month in logged_months(home) for step in read_steps(home, month)]


def log_path(home: Home) -> Path:
    (path,) = home.runs.glob("*.jsonl")
    return path


def test_a_step_that_is_done(home: Home) -> None:
    with recorded(home, RUN, "pull", "2024-01", part="U1–U9") as record:
        record.counts["files_new"] = 3
        record.counts.update(Counts(files_missing=1))
        record.build_id = "20240205T000000-a"
    (step,) = steps_of(home)
    assert (step.run_id, step.by, step.work, step.try_number) == (
        RUN.run_id, "schedule", "month_end", 2,
    )  # fmt: skip
    assert (step.step, step.period, step.part) == ("pull", "2024-01", "U1–U9")
    assert (step.outcome, step.message, step.build_id) == ("done", None, "20240205T000000-a")
    assert step.counts == {"files_new": 3, "files_missing": 1}
    assert 0 <= step.seconds < 5
    assert step.began_at.utcoffset() is not None
    assert log_path(home).stem == f"{step.began_at:%Y-%m}"
    assert stat.S_IMODE(log_path(home).stat().st_mode) == 0o600


def test_a_step_that_fails_raises_what_it_raised(home: Home) -> None:
    raised = ValueError("Tệp hỏng\ndòng hai")

    def decode() -> None:
        with recorded(home, RUN, "decode") as record:
            record.counts["rows_read"] = 7
            raise raised

    with pytest.raises(ValueError, match="Tệp hỏng") as caught:
        decode()
    assert caught.value is raised
    (step,) = steps_of(home)
    assert (step.outcome, step.message) == ("failed", "ValueError: Tệp hỏng")
    assert step.counts == {"rows_read": 7}


def test_an_interrupted_step_is_recorded(home: Home) -> None:
    with pytest.raises(KeyboardInterrupt), recorded(home, RUN, "build"):
        raise KeyboardInterrupt
    (step,) = steps_of(home)
    assert (step.outcome, step.message) == ("failed", "KeyboardInterrupt")


def test_an_error_brings_its_counts_through_another_one(home: Home) -> None:
    """Airflow's own error stands in the place of ours, which is its cause."""

    problem = CountedError("3 kiểm tra không đạt", Counts(gates=88, gates_failed=3))
    with pytest.raises(RuntimeError), recorded(home, RUN, "check"):
        raise RuntimeError(str(problem)) from problem
    (step,) = steps_of(home)
    assert step.counts == {"gates": 88, "gates_failed": 3}
    assert step.message == "RuntimeError: 3 kiểm tra không đạt"


def test_nothing_to_do_is_no_failure(home: Home) -> None:
    with pytest.raises(LookupError), recorded(home, RUN, "remind", skips=(LookupError,)):
        raise LookupError("không có gì để nhắc")
    with recorded(home, RUN, "remind") as record:
        record.outcome, record.message = "skipped", "đã nhắc"
    assert [step.outcome for step in steps_of(home)] == ["skipped", "skipped"]


def test_what_cannot_be_recorded_is_not_done(home: Home) -> None:
    """The log is asked for before the step begins."""
    with recorded(home, RUN, "pull"):
        pass
    path = log_path(home)
    path.unlink()
    path.mkdir()
    began = []
    with pytest.raises(RunLogError, match="Chưa chạy bước build"), recorded(home, RUN, "build"):
        began.append(1)
    assert began == []


@contextmanager
def full_disk(size: int) -> Iterator[None]:
    """No file grows beyond `size` bytes, as on a disk that is full."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def test_a_full_disk_is_told_and_says_that_the_step_is_done(home: Home) -> None:
    with recorded(home, RUN, "pull"):
        pass
    size = log_path(home).stat().st_size
    done = []
    with (
        full_disk(size + 20),
        pytest.raises(RunLogError, match="Bước publish đã xong") as caught,
        recorded(home, RUN, "publish"),
    ):
        done.append(1)
    assert done == [1]
    assert isinstance(caught.value.__cause__, OSError)
    with recorded(home, RUN, "report"):  # the torn line is cut off
        pass
    assert [step.step for step in steps_of(home)] == ["pull", "report"]


def test_a_full_disk_does_not_cover_up_the_error_of_the_step(home: Home) -> None:
    with recorded(home, RUN, "pull"):
        pass
    size = log_path(home).stat().st_size
    raised = ValueError("của bước")
    with (
        full_disk(size + 20),
        pytest.raises(ValueError, match="của bước") as caught,
        recorded(home, RUN, "build"),
    ):
        raise raised
    assert caught.value is raised
    assert "cũng không ghi được" in "".join(caught.value.__notes__)


def test_a_line_waits_for_whoever_has_the_log(home: Home) -> None:
    is_in, may_end = threading.Event(), threading.Event()

    def work() -> None:
        with recorded(home, RUN, "pull"):
            is_in.set()
            may_end.wait()

    worker = threading.Thread(target=work)
    worker.start()
    is_in.wait()
    with run_log(home, log_path(home).stem).locked():
        may_end.set()
        worker.join(timeout=0.5)
        assert worker.is_alive()
        assert steps_of(home) == []
    worker.join()
    assert [step.step for step in steps_of(home)] == ["pull"]


WRITER = """
import sys
from pathlib import Path
from ingestion.home import Home
from ingestion.run_log import RunOf, recorded
home, name = Home(Path(sys.argv[1])), sys.argv[2]
for number in range(40):
    with recorded(home, RunOf(name, "schedule", "month_end"), "pull", part=str(number) + "é" * 3000):
        pass
"""


def test_processes_that_write_at_once(home: Home) -> None:
    names = ["a", "b", "c"]
    writers = [
        subprocess.Popen([sys.executable, "-c", WRITER, str(home.root), name]) for name in names
    ]
    assert [writer.wait(timeout=120) for writer in writers] == [0, 0, 0]
    steps = steps_of(home)
    assert len(steps) == len({step.record_id for step in steps}) == 120
    for name in names:
        parts = [str(step.part).rstrip("é") for step in steps if step.run_id == name]
        assert parts == [str(number) for number in range(40)]


WORDS = st.text(st.characters(exclude_categories=()), max_size=30)
KEPT = st.fixed_dictionaries(
    {
        "run_id": st.text(string.printable, min_size=1, max_size=30),
        "part": st.none() | st.text(st.characters(codec="utf-8"), max_size=20),
        "error": st.none() | WORDS,  # lone surrogates too: names of files may hold any bytes
        "counts": st.dictionaries(st.sampled_from(COUNTS), st.integers(0, 2**40), max_size=4),
    }
)


@settings(max_examples=60, deadline=None)
@given(wanted=st.lists(KEPT, min_size=1, max_size=4), cut=st.integers(1, 400))
def test_records_survive_whatever_they_say_and_a_crash(
    tmp_path_factory: pytest.TempPathFactory, wanted: list[dict[str, object]], cut: int
) -> None:
    home = Home(tmp_path_factory.mktemp("home"))

    def write(kept: dict[str, object]) -> None:
        run = RunOf(str(kept["run_id"]), "cli", "pull")
        with (
            suppress(CountedError),
            recorded(home, run, "pull", part=kept["part"]) as record,  # type: ignore[arg-type]
        ):
            record.counts.update(kept["counts"])  # type: ignore[typeddict-item]
            if kept["error"] is not None:
                raise CountedError(str(kept["error"]))

    for kept in wanted:
        write(kept)
    steps = steps_of(home)
    assert [(s.run_id, s.part, s.counts) for s in steps] == [
        (kept["run_id"], kept["part"], kept["counts"]) for kept in wanted
    ]
    assert [s.outcome == "failed" for s in steps] == [k["error"] is not None for k in wanted]
    path = log_path(home)
    content = path.read_bytes()
    last = len(content.splitlines(keepends=True)[-1])
    path.write_bytes(content[: -min(cut, last)])  # a crash in the middle of the last line
    assert steps_of(home) == steps[:-1]
    write(wanted[0])
    again = steps_of(home)
    assert again[:-1] == steps[:-1]
    assert again[-1].run_id == wanted[0]["run_id"]


def test_a_line_of_somebody_else_is_told(home: Home) -> None:
    with recorded(home, RUN, "pull"):
        pass
    path = log_path(home)
    for line in ("rubbish\n", '{"run_id": "x"}\n', "[]\n"):
        content = path.read_text("utf-8")
        path.write_text(content + line, encoding="utf-8")
        with pytest.raises(RunLogError, match="không đọc được"):
            steps_of(home)
        with recorded(home, RUN, "pull"):  # and stops nobody's work
            pass
        path.write_text(content, encoding="utf-8")


def test_a_later_version_may_write_more(home: Home) -> None:
    with recorded(home, RUN, "pull"):
        pass
    path = log_path(home)
    entry = json.loads(path.read_text("utf-8"))
    entry |= {"record_id": "x", "colour": "red", "counts": {"stars": 5}}
    with path.open("a", encoding="utf-8") as handle:
        handle.write(json.dumps(entry) + "\n")
    assert steps_of(home)[1].counts == {"stars": 5}


def write_month(home: Home, month: str, *runs: str) -> None:
    """Put a finished step of each run into the log of a month, an hour after the other."""
    with recorded(home, RUN, "pull"):
        pass
    (newest,) = [p for p in home.runs.glob("*.jsonl") if p.stem > "2024-12"]
    entry = json.loads(newest.read_text("utf-8").splitlines()[0])
    newest.unlink()
    log = run_log(home, month)
    with log.locked():
        for number, run in enumerate(runs):
            began = f"{month}-01T{number:02d}:00:00.000+00:00"
            log.append({**entry, "run_id": run, "began_at": began})


def test_the_last_runs_read_only_the_months_they_need(home: Home) -> None:
    write_month(home, "2024-01", "old")
    write_month(home, "2024-02", "a", "b")
    write_month(home, "2024-03", "b", "c", "d")
    (home.runs / "2024-01.jsonl").write_text("rubbish\n")
    found = last_runs(home, 3)
    assert [[step.run_id for step in steps] for steps in found] == [["b", "b"], ["c"], ["d"]]
    with pytest.raises(RunLogError):
        last_runs(home, 4)
    assert last_runs(Home(home.root / "nowhere"), 3) == []


def test_two_dags_of_the_same_moment_are_two_runs(home: Home) -> None:
    for work in ("month_end", "remind_units", "month_end"):
        with recorded(home, RunOf("scheduled__x", "schedule", work), "pull"):
            pass
    assert sorted(len(steps) for steps in last_runs(home, 9)) == [1, 2]


@pytest.mark.parametrize(
    "said",
    [
        "postgresql://motcua:bi-mat@db/motcua",
        "postgresql://motcua:bi-mat/bi-mat@db/motcua",
        "sftp://motcua:bi-mat@host:22/x: refused",
        "GET https://host/tep?period=2024-01&token=bi-mat failed",
        'connection failed: {"password": "bi-mat"}',
        "password='bi-mat' host=db",
        "PASSPHRASE: bi-mat",
        "aws_secret_access_key=bi-mat",
        "X-Api-Key: bi-mat",
        "Authorization: Bearer bi-mat",
    ],
)
def test_no_secrets(said: str) -> None:
    line = error_line(OSError(said))
    assert "bi-mat" not in line
    assert "•••" in line


def test_an_error_is_one_line_of_sane_length() -> None:
    assert error_line(KeyError("x")) == "KeyError: 'x'"
    assert error_line(CountedError("")) == "CountedError"
    assert error_line(CountedError("\n một \n hai")) == "một "
    assert len(error_line(CountedError("x" * 5000))) == LONGEST_MESSAGE
    assert error_line(OSError("Không mở được \udcff.xlsx")) == "Không mở được ?.xlsx"
    assert "\0" not in error_line(CountedError("a\0b"))
    assert "Nguyễn Thị Hồng" not in error_line(OSError("Không mở được Nguyễn Thị Hồng.xlsx"))


def test_every_code_has_its_word() -> None:
    assert all(has_text(f"runs.column_{name}") for name in COUNTS)
    assert all(has_text(f"runs.by_{by}") for by in get_args(By))
    assert all(has_text(f"runs.outcome_{outcome}") for outcome in OUTCOMES)


def test_a_recorder_that_keeps_nothing(home: Home) -> None:
    with unrecorded("build", None) as record:
        record.counts["tables"] = 1
    assert steps_of(home) == []
    assert cli_run("build") != cli_run("build")
