"""The encoding of a file: by mark, name or zero bytes, else by which reading is the likeliest text."""

import codecs
import random

import pytest

from rnnbench.core.errors import DataError
from rnnbench.data.code_points import text_of
from rnnbench.data.readers.tables import read_table
from rnnbench.data.readers.text import read_text_file
from rnnbench.data.readers.unlabelled import read_texts
from rnnbench.data.settings import DataSettings

KOREAN = ("리뷰", "감정", "정말 재미있게 본 따뜻한 영화")
TEXTS = {
    "korean": KOREAN,
    "one korean name": ("날짜", "y", "1"),
    "japanese": ("レビュー", "評価", "とても面白い映画でした"),
    "simplified": ("评论", "标签", "这部电影非常好看"),
    "traditional": ("評論", "標籤", "這部電影非常好看"),
    "german": ("Straße", "Größe", "Müller wohnt schön in Köln"),
    "french": ("préféré", "note", "Le café était très déçu, à côté"),
    "polish": ("recenzja", "ocena", "Zażółć gęślą jaźń, świetny film"),
    "russian": ("отзыв", "оценка", "Отличный фильм, смотрел два раза"),
    "greek": ("ημερομηνία", "τιμή", "πολύ καλή ταινία"),
    "arabic": ("التاريخ", "القيمة", "فيلم جميل"),
    "thai": ("วันที่", "ค่า", "หนังสนุกมาก"),
    "degrees": ("Temp °C", "y", "5"),
}
ENCODED = [
    ("korean", "cp949"),
    ("korean", "euc_kr"),
    ("korean", "iso2022_kr"),
    ("korean", "johab"),
    ("one korean name", "cp949"),
    ("japanese", "shift_jis"),
    ("japanese", "cp932"),
    ("japanese", "euc_jp"),
    ("japanese", "iso2022_jp"),
    ("simplified", "gb2312"),
    ("simplified", "gb18030"),
    ("traditional", "big5"),
    ("german", "cp1252"),
    ("german", "latin_1"),
    ("german", "iso8859_15"),
    ("german", "cp850"),
    ("french", "cp1252"),
    ("french", "mac_roman"),
    ("polish", "cp1250"),
    ("polish", "iso8859_2"),
    ("russian", "cp1251"),
    ("russian", "koi8_r"),
    ("russian", "cp866"),
    ("greek", "cp1253"),
    ("arabic", "cp1256"),
    ("thai", "cp874"),
    ("degrees", "cp1252"),
    *((name, codec) for name in ("korean", "japanese", "german") for codec in ("utf_8", "utf_8_sig", "utf_16")),
    *((name, codec) for name in ("korean", "japanese", "german") for codec in ("utf_16_le", "utf_16_be", "utf_32")),
    *((name, codec) for name in ("korean", "german") for codec in ("utf_32_le", "utf_32_be")),
]


def content(name: str, rows: int = 12) -> str:
    first, second, text = TEXTS[name]
    return f"{first},{second}\n" + "".join(f'"{text}",{number}\n' for number in range(rows))


@pytest.mark.parametrize(("name", "codec"), ENCODED)
def test_the_encoding_is_found(tmp_path, name, codec):
    path = tmp_path / "a.csv"
    path.write_bytes(content(name).encode(codec))
    table = read_table(path)
    first, second, text = TEXTS[name]
    assert table.columns == [first, second]
    assert table.texts(first) == [text] * 12


def test_a_letter_far_below_in_a_long_file_decides(tmp_path):
    path = tmp_path / "a.csv"
    path.write_bytes(b"place,y\n" + b"Bonn,1\n" * 900_000 + "Köln,2\n".encode("cp1252"))
    table = read_table(path)
    assert table.texts("place")[-1] == "Köln"
    assert "cp1252 (detected)" in table.understood[0][1]


@pytest.mark.parametrize("codec", ["cp949", "cp932", "gb18030", "big5", "cp1251"])
def test_mixed_lines_of_each_script_are_found(tmp_path, codec):
    words = {
        "cp949": ["서울", "부산", "대구", "인천", "광주", "대전", "매출", "수량", "금액", "지점", "온도", "습도"],
        "cp932": ["東京", "大阪", "京都", "売上", "数量", "金額", "店舗", "気温", "湿度", "とても", "よかった"],
        "gb18030": ["北京", "上海", "广州", "销售", "数量", "金额", "温度", "湿度", "非常", "好看", "电影"],
        "big5": ["台北", "高雄", "台中", "銷售", "數量", "金額", "溫度", "濕度", "非常", "好看", "電影"],
        "cp1251": ["Москва", "Казань", "продажи", "количество", "сумма", "очень", "хорошо", "фильм"],
    }[codec]
    for seed in range(20):
        rows = [" ".join(random.Random(seed).choices(words, k=3)) for _ in range(4)]
        path = tmp_path / f"{seed}.csv"
        path.write_bytes(("a,y\n" + "".join(f"{row},1\n" for row in rows)).encode(codec))
        assert read_table(path).texts("a") == rows


@pytest.mark.parametrize("codec", ["utf_16_le", "utf_16_be", "utf_32_le", "utf_32_be"])
def test_a_typed_encoding_of_two_byte_orders_needs_no_mark(tmp_path, codec):
    path = tmp_path / "a.txt"
    path.write_bytes(content("german", 60).encode(codec))
    typed = DataSettings(path=str(path), encoding=codec[:6])
    assert read_table(path, codec[:6]).texts("Straße") == [TEXTS["german"][2]] * 60
    assert "Köln" in text_of(read_text_file(path, typed).splits.train)


@pytest.mark.parametrize("codec", ["cp1252", "latin_1", "cp1250"])
def test_blanks_between_thousands_do_not_make_a_file_cyrillic(tmp_path, codec):
    path = tmp_path / "a.csv"
    path.write_bytes(
        ("day,y\n" + "".join(f'{day},"12\u00a0{day % 1000:03d},5"\n' for day in range(3000))).encode(codec)
    )
    table = read_table(path)
    assert table.texts("y")[7] == "12\u00a0007,5"
    assert table.warnings == ()


def test_two_likely_readings_are_told_with_the_option(tmp_path):
    path = tmp_path / "a.csv"
    path.write_bytes("text,y\nnaïve,1\nplain,2\n".encode("cp1252"))
    table = read_table(path)
    assert table.texts("text")[0] == "naïve"
    assert any("--encoding" in warning and "naïve" in warning for warning in table.warnings)


def test_the_encoding_that_the_user_names_is_used(tmp_path):
    path = tmp_path / "a.csv"
    path.write_bytes("text,y\nnaďve,1\n".encode("cp1250"))
    assert read_table(path, "cp1250").texts("text") == ["naďve"]
    assert read_table(path, "Windows-1250").texts("text") == ["naďve"]
    assert "(--encoding)" in read_table(path, "cp1250").understood[0][1]


@pytest.mark.parametrize(("typed", "near"), [("cp94", "cp949"), ("uft-8", "utf-8"), ("eucc-kr", "euc-kr")])
def test_an_unknown_name_is_refused_with_the_nearest(tmp_path, typed, near):
    path = tmp_path / "a.csv"
    path.write_text("text,y\na,1\n")
    with pytest.raises(DataError, match=f"--encoding '{typed}' is not known. Did you mean '{near}'"):
        read_table(path, typed)


@pytest.mark.parametrize("typed", ["base64", "rot13", "idna", "", "a\0b", "좋다"])
def test_what_is_no_encoding_of_text_is_refused(tmp_path, typed):
    path = tmp_path / "a.csv"
    path.write_text("text,y\na,1\n")
    if typed:
        with pytest.raises(DataError, match="is not known"):
            read_table(path, typed)
    else:
        assert len(read_table(path, typed)) == 1


def test_a_mark_of_another_encoding_than_the_named_is_refused(tmp_path):
    path = tmp_path / "a.csv"
    path.write_bytes("text,y\na,1\n".encode("utf-16"))
    with pytest.raises(DataError, match="begins with the mark of UTF-16, not of cp949: leave --encoding out"):
        read_table(path, "cp949")


def test_another_encoding_than_that_of_valid_utf8_is_told(tmp_path):
    path = tmp_path / "a.csv"
    path.write_text("text,y\ncafé,1\n", encoding="utf-8")
    assert any("leave --encoding out" in warning for warning in read_table(path, "latin-1").warnings)
    path.write_bytes("text,y\ncafé,1\n".encode("latin-1"))
    assert read_table(path, "latin-1").warnings == ()


@pytest.mark.parametrize("codec", ["utf_8", "cp949"])
def test_one_wrong_byte_is_told_and_does_not_change_the_encoding(tmp_path, codec):
    path = tmp_path / "a.csv"
    start = content("korean").encode(codec)
    path.write_bytes(start + b"\xff,1\n" + start)
    with pytest.raises(
        DataError, match=rf"is not (UTF-8|cp949 \(detected\)): the byte at offset {len(start)} is inval"
    ):
        read_table(path)


@pytest.mark.parametrize("name", ["a.csv", "a.txt"])
def test_zero_bytes_are_refused_with_their_line(tmp_path, name):
    path = tmp_path / name
    path.write_bytes(b"text,label\n" + b"good,1\n" * 40 + b"a\0b,1\n")
    with pytest.raises(DataError, match=r"contains zero bytes .the first in line 42."):
        read_texts(path, DataSettings(text_column="text" if name == "a.csv" else None))


def test_bytes_that_are_no_text_are_refused(tmp_path):
    path = tmp_path / "a.csv"
    path.write_bytes(bytes(random.Random(0).choices([*range(1, 9), *range(128, 256)], k=4000)))
    with pytest.raises(DataError, match="--encoding"):
        read_table(path)


@pytest.mark.parametrize("codec", ["cp949", "utf_16", "utf_16_le", "utf_16_be", "utf_32", "utf_8_sig"])
@pytest.mark.parametrize("large", [False, True])
def test_a_long_text_is_read_in_every_encoding(tmp_path, monkeypatch, codec, large):
    monkeypatch.setenv("RNNBENCH_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr("rnnbench.data.readers.file_text.READ_BYTES", 101)
    if large:
        monkeypatch.setattr("rnnbench.data.readers.text.LARGE_BYTES", 100)
    text = "".join(f"{number}번째 줄은 조금 길고 따뜻한 이야기\n" for number in range(60))
    path = tmp_path / "book.txt"
    path.write_bytes(text.encode(codec))
    corpus = read_text_file(path, DataSettings())
    splits = corpus.splits.opened()
    assert "".join(text_of(part) for part in (splits.train, splits.validation, splits.test)) == text
    assert read_texts(path, DataSettings()).texts == text.splitlines()


def test_a_long_text_is_in_form_nfc_wherever_it_is_cut(tmp_path, monkeypatch):
    monkeypatch.setattr("rnnbench.data.readers.file_text.READ_BYTES", 10)
    path = tmp_path / "book.txt"
    path.write_bytes(codecs.BOM_UTF8 + ("e\u0301" * 300 + " e\u0301\n").encode())
    splits = read_text_file(path, DataSettings()).splits.opened()
    whole = "".join(text_of(part) for part in (splits.train, splits.validation, splits.test))
    assert whole == "\u00e9" * 300 + " \u00e9\n"
