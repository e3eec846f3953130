"""What a person sees and what the log keeps while a step runs."""

import io
import logging
import re
from collections.abc import Iterator

import pytest
from rich.console import Console

from dags import progress
from dags.terminal import TerminalListener

pytestmark = pytest.mark.unit


@pytest.fixture
def output() -> io.StringIO:
    return io.StringIO()


@pytest.fixture
def listener(output: io.StringIO) -> Iterator[TerminalListener]:
    before = progress._listener
    heard = TerminalListener(Console(file=output, width=40), beside={})
    progress.listen(heard)
    yield heard
    progress.listen(before)


def test_a_step_in_a_pipe_gives_one_line_at_its_start_and_end(
    listener: TerminalListener, output: io.StringIO
) -> None:
    with listener, progress.step("pull") as report:
        report("NT-LOC-THO", 1, 40)
    lines = output.getvalue().splitlines()
    assert lines[0] == "… Nhận tệp của các đơn vị"
    assert re.fullmatch(r"✓ Nhận tệp của các đơn vị \(\d+\.\d s\)", lines[1])
    assert len(lines) == 2


def test_a_long_step_says_where_it_is(
    listener: TerminalListener, output: io.StringIO, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("dags.terminal.SECONDS_BETWEEN_LINES", 0.0)
    with listener, progress.step("pull") as report:
        report("NT-LOC-THO [bold]", 3, 40)
        report("dbt", 0, 0)
    assert "  Nhận tệp của các đơn vị: NT-LOC-THO [bold] 3/40\n" in output.getvalue()
    assert "  Nhận tệp của các đơn vị: dbt\n" in output.getvalue()


def test_the_error_that_ended_the_run_is_kept_and_passed_on(
    listener: TerminalListener, output: io.StringIO
) -> None:
    last = ValueError("hai")
    with pytest.raises(ValueError, match="một"), progress.step("build"):
        raise ValueError("một")
    with pytest.raises(ValueError, match="hai"), progress.step("check"):
        raise last
    assert listener.error is last
    assert "✗ Dựng kho dữ liệu" in output.getvalue()


def test_a_step_with_nothing_to_do_ends_well(
    listener: TerminalListener, output: io.StringIO
) -> None:
    with pytest.raises(KeyError), progress.step("build", (KeyError,)):
        raise KeyError
    assert listener.error is None
    assert "✓ Dựng kho dữ liệu" in output.getvalue()


def test_preparing_ends_when_the_first_step_starts(output: io.StringIO) -> None:
    called: list[str] = []
    heard = TerminalListener(Console(file=output), beside={"pull": lambda: called.append("pull")})
    heard.preparing("airflow", 0.0)
    heard.started("pull")
    assert output.getvalue().splitlines()[1].startswith("✓ Khởi động Airflow")
    assert called == []
    heard.advanced("pull", "tệp", 1, 2)
    heard.advanced("pull", "tệp", 2, 2)
    assert called == ["pull"]  # once, and not for a step that has nothing to do


def test_without_a_listener_progress_goes_to_the_task_log(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, logger="airflow.task")
    log = logging.getLogger("airflow.task")
    log.addHandler(caplog.handler)
    try:
        heard = progress.LogListener()
        heard.started("pull")
        for done in range(1, 41):
            heard.advanced("pull", "tệp", done, 40)
    finally:
        log.removeHandler(caplog.handler)
    said = list(dict.fromkeys(caplog.messages))
    assert said == ["pull: tệp (1/40)", "pull: tệp (40/40)"]
