"""Text written in the encodings that Vietnamese offices used before Unicode, told and turned.

TCVN3 (ABC), VNI and windows-1258 reach us as bytes of text files and as Latin-1 letters in the cells
of workbooks (``Së Y tÕ`` is Sở Y tế). `csv_file` gives bytes as the same Latin-1 letters, so that one
way of telling serves both: column by column, by score, never by guess.

What readers call:

* ``label_readings(label)`` -> the label as it stands, then each legacy reading that differs.
* ``matching_keys(label)`` -> `match_key` of each of them; match these against a layout's labels
  (header, footers, totals). For text that is plain ASCII or holds no Latin-1 letter it is one key.
* ``decode_title(text)`` -> the best reading of a text above the header or of a group title, for
  finding months and «bổ sung» in it.
* ``recode(tables, columns, encoding, in_sheets)`` -> (tables, messages): whole columns over all
  blocks of a file. ``tables`` as `table.to_table` makes them; ``columns``: canonical column -> its
  label and its 0-based index from column A, as the manifest keeps them, and ``in_sheets`` the same by
  sheet where sheets differ; ``encoding``: that of the layout. Messages: ``converted_text``,
  ``undecided_text``.
"""

from ingestion.decode.legacy.columns import recode
from ingestion.decode.legacy.labels import decode_title, label_readings, matching_keys

__all__ = ["decode_title", "label_readings", "matching_keys", "recode"]
