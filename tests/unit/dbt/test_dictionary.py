"""The dictionary says every table and column in both languages, and what is made from it is up to date."""

import re
from pathlib import Path

import duckdb
import pytest
import yaml

from warehouse.dictionary import comments, read_dictionary, write_comments
from warehouse.dictionary_pages import pages

ROOT = Path(__file__).resolve().parents[3]
MODELS = ROOT / "dbt_project" / "models"
FOLDER = ROOT / "docs" / "dictionary"


@pytest.mark.unit
def test_pages_are_current() -> None:
    """After a change to a model's texts: `motcua dictionary`."""
    written = {path.name: path.read_text("utf-8") for path in FOLDER.glob("*.md")}
    assert written == pages()


@pytest.mark.unit
def test_every_served_table_and_column_is_said_in_both_languages() -> None:
    said = {(c.schema, c.table, c.column) for c in comments() if c.vi.strip() and c.en.strip()}
    served = {
        (schema, path.stem)
        for folder, schema in (("marts", "mart"), ("core", "core"), ("quality", "quality"))
        for path in (MODELS / folder).glob("*.sql")
    }
    assert {place[:2] for place in said} == served
    columns = {(t.schema, t.name, c.name) for t in read_dictionary() for c in t.columns}
    assert columns <= said


@pytest.mark.unit
def test_comments_stand_in_the_database_vietnamese_first() -> None:
    table = next(t for t in read_dictionary() if t.name == "mart_coverage")
    with duckdb.connect(":memory:") as connection:
        connection.execute("create schema mart")
        columns = ", ".join(f"{column.name} {column.type}" for column in table.columns)
        connection.execute(f"create table mart.mart_coverage ({columns})")
        assert write_comments(connection) == 1 + len(table.columns)
        found = dict(
            connection.execute(
                "select column_name, comment from duckdb_columns() where schema_name = 'mart'"
            ).fetchall()
        )
        said = connection.execute("select comment from duckdb_tables()").fetchone()
    assert said == (f"{table.vi}\n{table.en}",)
    assert found == {column.name: f"{column.vi}\n{column.en}" for column in table.columns}


@pytest.mark.unit
def test_nothing_of_this_machine_is_in_the_pages() -> None:
    for name, content in pages().items():
        assert str(ROOT) not in content, name
        assert not re.search(r"https?://|(?<![\w.])/(?:home|tmp|root|usr)/", content), name


@pytest.mark.unit
def test_exposures_name_every_mart_that_publishing_reads() -> None:
    """What a report reads is what its exposure says; each has somebody who answers for it."""
    exposures = yaml.safe_load((MODELS / "exposures.yml").read_text("utf-8"))["exposures"]
    assert all(exposure["owner"]["name"] for exposure in exposures)
    told = {
        name
        for exposure in exposures
        for reference in exposure["depends_on"]
        for name in re.findall(r"ref\('(\w+)'\)", reference)
    }
    sources = "\n".join(path.read_text("utf-8") for path in (ROOT / "publishing").glob("*.py"))
    read = set(re.findall(r"\b(?:from|join)\s+(?:mart|quality)\.(\w+)", sources))
    assert read
    assert read <= told
