"""Lines of SQL that fit beside each other on a screen."""

from pathlib import Path

PROJECT = Path(__file__).resolve().parents[3] / "dbt_project"
LONGEST = 145


def test_no_line_of_a_model_or_test_is_too_long() -> None:
    files = [path for room in ("models", "tests") for path in (PROJECT / room).rglob("*.sql")]
    assert len(files) > 100
    long = [
        f"{path.relative_to(PROJECT)}:{number}: {len(line)}"
        for path in files
        for number, line in enumerate(path.read_text("utf-8").splitlines(), 1)
        if len(line) > LONGEST
    ]
    assert not long, "\n".join(long)
