"""Old Vietnamese encodings: the tables, what a column is taken for, labels and titles."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingestion.decode.legacy import decode_title, label_readings, matching_keys
from ingestion.decode.legacy.codes import LEGACY, as_seen, read_as
from ingestion.decode.legacy.deciding import decide
from ingestion.decode.legacy.scoring import pieces
from ingestion.decode.legacy.syllables import is_syllable
from ingestion.holds import months_in_title, says_supplement
from ingestion.text import match_key
from tests.unit.ingestion.legacy_writing import UNITS, WRITERS, in_tcvn3, in_vni, sector_names

pytestmark = pytest.mark.unit

LETTERS = (
    "".join(
        unicodedata.normalize("NFC", vowel + tone)
        for vowel in "aăâeêioôơuưy"
        for tone in ("", "\u0300", "\u0301", "\u0303", "\u0309", "\u0323")
    )
    + "đ"
)
NAMES = st.sampled_from(sorted({*sector_names(), *UNITS}))


@pytest.mark.parametrize(
    ("encoding", "written", "meant"),
    [
        # Texts as they stand in published samples of each encoding, not made by our own tables.
        ("tcvn3", "Së Y tÕ", "Sở Y tế"),
        ("tcvn3", "Céng hßa x· héi chñ nghÜa ViÖt Nam", "Cộng hòa xã hội chủ nghĩa Việt Nam"),
        ("tcvn3", "§éc lËp - Tù do - H¹nh phóc", "Độc lập - Tự do - Hạnh phúc"),
        ("tcvn3", "M\u00adêng Kh\u00ad¬ng, B¶o Th¾ng, B¸t X¸t", "Mường Khương, Bảo Thắng, Bát Xát"),
        ("vni", "Sôû Y teá", "Sở Y tế"),
        ("vni", "Coäng hoøa xaõ hoäi chuû nghóa Vieät Nam", "Cộng hòa xã hội chủ nghĩa Việt Nam"),
        ("vni", "Ñoäc laäp - Töï do - Haïnh phuùc", "Độc lập - Tự do - Hạnh phúc"),
        ("vni", "UÛY BAN NHAÂN DAÂN TÆNH", "ỦY BAN NHÂN DÂN TỈNH"),
        ("vni", "Aùnh, Ñöùc, kyõ, myõ", "Ánh, Đức, kỹ, mỹ"),
        ("windows-1258", as_seen(b"H\xf4\xf2 ti\xf2ch"), "Hộ tịch"),
        ("windows-1258", as_seen(b"\xd0\xe2\xect \xfd\xf5\xcc \xe0 \xe1"), "Đất ườ à á"),
        ("utf-8", "Sá»Ÿ Y táº¿", "Sở Y tế"),
    ],
)
def test_known_texts(encoding: str, written: str, meant: str) -> None:
    assert read_as(written, encoding) == unicodedata.normalize("NFC", meant)


@pytest.mark.parametrize("encoding", LEGACY)
def test_every_letter_can_be_written_and_read(encoding: str) -> None:
    assert len(set(LETTERS)) == 73
    for letter in LETTERS:
        assert read_as(WRITERS[encoding](letter), encoding) == letter
        capital = read_as(WRITERS[encoding](letter.upper()), encoding)
        assert capital == letter.upper() or (encoding == "tcvn3" and capital == letter)
    for letter in "ĂÂÊÔƠƯĐ":
        assert read_as(WRITERS[encoding](letter), encoding) == letter


def test_syllables_are_told_by_their_form() -> None:
    good = "Nguyễn quốc giếng gì hoà thuỷ khuỷu nghiêng Ương YÊU quyết xoong Đắk Ðất ngoèo"
    assert [word for word in good.split() if not is_syllable(word)] == []
    bad = "cêp tõch café Müller kà gể thùc ngi tiếnng đ việc̣"
    assert [word for word in bad.split() if is_syllable(word)] == []


@pytest.mark.parametrize("encoding", LEGACY)
@given(names=st.lists(NAMES, min_size=3, max_size=30, unique=True))
def test_a_column_of_some_names_is_read_right(encoding: str, names: list[str]) -> None:
    written = [WRITERS[encoding](name) for name in names]
    verdict = decide(written)
    if len(pieces(written)) >= 5:
        assert verdict.encoding == encoding
    if verdict.encoding != "unicode":
        assert [match_key(read_as(x, verdict.encoding)) for x in written] == list(
            map(match_key, names)
        )


@pytest.mark.parametrize("encoding", LEGACY)
@given(name=NAMES)
def test_one_name_is_read_right_or_left_alone(encoding: str, name: str) -> None:
    verdict = decide([WRITERS[encoding](name)])
    if verdict.standing == "decided":
        assert match_key(read_as(WRITERS[encoding](name), verdict.encoding)) == match_key(name)


@given(names=st.lists(NAMES, min_size=1, max_size=30), form=st.sampled_from(["NFC", "NFD"]))
def test_unicode_is_never_changed(names: list[str], form: str) -> None:
    for change in (str.upper, str.lower, str.title, str):
        written = [unicodedata.normalize(form, change(name)) for name in names]  # type: ignore[arg-type]
        assert decide(written).standing in ("plain", "ambiguous")


@pytest.mark.parametrize(
    "values",
    [
        ["Café", "Müller", "Société Générale", "André", "Noël", "João", "España", "Malmö"],
        ["Åse Ørsted", "Häagen-Dazs", "Zürich", "Đất đai"],
        ["100 m²", "½", "25°C", "10 µm", "«Anh» Hai", "“Hai”", "…", "🙂 tốt", "✓", "Ðất", "№ 5"],
        ["·", "• Hộ tịch", "© 2024", "Panadol®", "30ºC", "§ 5"],
        ["Phó", "Hà", "Tân", "Lâm", "Bình", "Lý"],
        ["PHòng Tài chính", "NGuyễn văn A"],
        ["A-1", "plain"],
        [],
    ],
)
def test_good_text_is_left_alone(values: list[str]) -> None:
    assert decide(values).standing in ("plain", "ambiguous")


@pytest.mark.parametrize(
    ("values", "example"),
    [
        (["Đất đai", "Hộ tịch", "Hé tÞch"], "Hé tÞch"),  # two encodings in one column
        (["Hé tÞch", "§Êt ®ai", "Moâi tröôøng"], "§Êt ®ai"),
        (["Hé tÞch", "§Êt ®ai", "Chøng thùc", "Hà Nội"], "§Êt ®ai"),
        (["bæ sung"], "bæ sung"),  # one syllable proves little
        (["Loïc"], "Loïc"),  # a French name, or Lọc in VNI
        (["Thaï", "Loïc"], "Thaï"),  # two such names
        (["H\ufffd t\ufffdch", "Đất đai"], "H\ufffd t\ufffdch"),  # letters lost
        (["K¸xq µzz", "¶pp"], "K¸xq µzz"),  # no reading is good
        (["Há»™ tá»‹ch", "Đất đai"], "Há»™ tá»‹ch"),
    ],
)
def test_what_cannot_be_told_is_not_guessed(values: list[str], example: str) -> None:
    verdict = decide(values)
    assert (verdict.standing, verdict.example) == ("undecided", example)


def test_what_the_file_is_written_in_settles_a_doubt_but_no_good_text() -> None:
    assert decide(["bæ sung"], is_expected="tcvn3").encoding == "tcvn3"
    assert decide(["bæ sung"], is_expected="vni").encoding == "vni"  # bỉ
    assert decide(["bæ sung"], is_expected="windows-1258").standing == "undecided"
    # Phú in TCVN3, or Phó: good Vietnamese is not changed on a likelihood.
    assert decide(["Phó"], is_expected="tcvn3").standing == "ambiguous"


@pytest.mark.parametrize("other", [in_vni("Môi trường"), "Hà", "Đất đai"])
def test_one_value_written_otherwise_is_found_among_many(other: str) -> None:
    names = [in_tcvn3(name) for name in UNITS]
    assert decide(names).encoding == "tcvn3"
    verdict = decide([*names, other])
    assert verdict.standing == "undecided"
    assert other in (verdict.example, "Đất đai")


def test_some_slips_and_foreign_names_do_not_hide_an_encoding() -> None:
    names = [in_tcvn3(name) for name in UNITS]
    assert decide([*names, "Citro\u00ebn"]).encoding == "tcvn3"
    assert decide([*names, "Ph\u00adêngx"]).encoding == "tcvn3"


@given(st.lists(st.text() | st.binary().map(as_seen), max_size=8))
def test_anything_can_be_judged(values: list[str]) -> None:
    verdict = decide(values)
    for value in values:
        read_as(value, verdict.encoding) if verdict.standing == "decided" else None
        assert label_readings(value)[0] == value
        decode_title(value)


@pytest.mark.parametrize("encoding", LEGACY)
def test_a_label_is_known_in_every_encoding(encoding: str) -> None:
    for label in ("Mã hồ sơ", "Ngày tiếp nhận", "Lĩnh vực", "Trạng thái", "NGÀY HẸN TRẢ", "Cán bộ"):
        assert match_key(label) in matching_keys(WRITERS[encoding](label))
        assert label_readings(label)[0] == label
    assert label_readings("Mã hồ sơ") == ["Mã hồ sơ"]
    assert label_readings("STT") == ["STT"]


@pytest.mark.parametrize("write", [in_tcvn3, in_vni, lambda title: title])
def test_titles_are_searched_in_their_best_reading(write: object) -> None:
    assert callable(write)
    title = decode_title(write("DANH SÁCH HỒ SƠ BỔ SUNG THÁNG 03/2024"))
    assert months_in_title(title) == {"2024-03"}
    assert says_supplement(title)
    assert says_supplement(decode_title(write("bổ sung")))
