"""A reader of ours that breaks down: told as ours, tried again, and no other file suffers."""

from ingestion.register import read_submissions
from tests.unit.ingestion.small_site import SmallSite, case

ROWS = [case(n) for n in range(3)]


def test_a_defect_is_ours_and_the_file_is_read_at_the_next_decode(small: SmallSite) -> None:
    small.export("2024-01", "U1", ROWS)
    small.export("2024-01", "U2", ROWS)
    small.pull("2024-01")
    (landed,) = small.home.landing.glob("U1/2024-01/*/*.csv")
    away = landed.rename(landed.with_suffix(".away"))  # a disk that loses a file
    broken, good = small.submissions().values()
    assert (broken.status, good.status) == ("rejected", "accepted")
    (message,) = broken.messages
    assert message.code == "our_defect"
    assert "FileNotFoundError (" in message.text
    assert "không phải lỗi của tệp" in message.text
    assert str(small.home.root) not in message.text
    away.rename(landed)
    mended, _ = small.submissions().values()
    assert (mended.status, mended.rows_data, mended.messages) == ("accepted", 3, ())
    assert [x.rows_data for x in read_submissions(small.site, small.home)] == [3, 3]
