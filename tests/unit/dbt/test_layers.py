"""What a model may read: rooms are entered from one side only (design §1, §5)."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

PROJECT = Path(__file__).resolve().parents[3] / "dbt_project"
ROOMS = ("staging", "intermediate", "core", "marts", "quality")

# `source` is the work file's schema `raw`. Core takes the site's own settings from it, quality the
# files' column positions and messages; marts read only what is itself served.
MAY_READ = {
    "staging": {"source", "seed", "staging"},
    "intermediate": {"source", "seed", "staging", "intermediate"},
    "core": {"source", "staging", "intermediate", "core"},
    "quality": {"source", "seed", "staging", "intermediate", "quality"},
    "marts": {"core", "quality"},
}

MODELS = {path.stem: room for room in ROOMS for path in (PROJECT / "models" / room).glob("*.sql")}
SEEDS = {path.stem for path in (PROJECT / "seeds").glob("*.csv")}


def _macros() -> dict[str, str]:
    """Macro name -> its body; a model reads what its macros refer to as well."""
    text = "\n".join(path.read_text("utf-8") for path in (PROJECT / "macros").glob("*.sql"))
    found = re.findall(r"{%-?\s*macro\s+(\w+)\(.*?\)\s*-?%}(.*?){%-?\s*endmacro", text, re.DOTALL)
    return dict(found)


MACROS = _macros()


def _text(sql: str, seen: frozenset[str] = frozenset()) -> str:
    """The SQL with the bodies of the macros it calls, however deep."""
    bodies = [
        _text(MACROS[name], seen | {name})
        for name in MACROS.keys() - seen
        if re.search(rf"\b{name}\(", sql)
    ]
    return "\n".join([sql, *bodies])


def rooms_read(sql: str) -> Iterator[tuple[str, str]]:
    """(what is read, its room) for every ref and source of a model's SQL."""
    text = _text(sql)
    for name in re.findall(r"ref\('(\w+)'\)", text):
        yield name, "seed" if name in SEEDS else MODELS[name]
    for name in re.findall(r"source\('raw', '(\w+)'\)", text):
        yield name, "source"


@pytest.mark.unit
@pytest.mark.parametrize("model", sorted(MODELS))
def test_model_reads_only_rooms_before_it(model: str) -> None:
    """Staging reads inputs, intermediate staging, core both; marts read core and quality only."""
    room = MODELS[model]
    sql = (PROJECT / "models" / room / f"{model}.sql").read_text("utf-8")
    wrong = {name: source for name, source in rooms_read(sql) if source not in MAY_READ[room]}
    assert not wrong, f"{room}.{model} must not read {wrong}"


@pytest.mark.unit
def test_a_mart_that_reads_staging_is_seen() -> None:
    """The check looks through macros: `case_month` reads intermediate models."""
    assert ("int_case_state", "intermediate") in set(rooms_read("{{ case_month('calendar') }}"))
    assert ("stg_unit", "staging") in set(rooms_read("select * from {{ ref('stg_unit') }}"))
