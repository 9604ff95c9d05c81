"""The user's own long text."""

import numpy as np
import pytest

from rnnbench.core.errors import DataError
from rnnbench.data import load
from rnnbench.data.code_points import text_of
from rnnbench.data.readers.text import read_text_file
from rnnbench.data.settings import DataSettings

TEXT = "".join(f"{number}번째 줄 🙂 éa\n" for number in range(300))


@pytest.fixture
def book(tmp_path):
    path = tmp_path / "book.txt"
    path.write_text(TEXT, encoding="utf-8")
    return path


def whole(corpus):
    splits = corpus.splits.opened()
    return "".join(text_of(part) for part in (splits.train, splits.validation, splits.test))


def test_the_three_splits_joined_are_the_text(book):
    corpus = read_text_file(book, DataSettings())
    assert whole(corpus) == TEXT
    assert len(corpus.splits.validation) == round(0.1 * len(TEXT))


def test_every_kind_of_line_end_becomes_a_newline(book):
    book.write_bytes(TEXT.replace("\n", "\r\n").encode())
    assert whole(read_text_file(book, DataSettings())) == TEXT


def test_small_reads_change_nothing(book, monkeypatch):
    monkeypatch.setattr("rnnbench.data.readers.file_text.READ_BYTES", 7)
    book.write_bytes(TEXT.replace("\n", "\r\n").encode("utf-16"))
    assert whole(read_text_file(book, DataSettings())) == TEXT


def test_a_large_text_is_mapped_from_the_cache_and_follows_the_file(book, tmp_path, monkeypatch):
    monkeypatch.setenv("RNNBENCH_CACHE", str(tmp_path / "cache"))
    small = read_text_file(book, DataSettings())
    monkeypatch.setattr("rnnbench.data.readers.text.LARGE_BYTES", 100)
    large = read_text_file(book, DataSettings())
    assert isinstance(large.splits.train, np.memmap)
    assert large.fingerprint == small.fingerprint
    book.write_text(TEXT + TEXT, encoding="utf-8")
    assert whole(read_text_file(book, DataSettings())) == TEXT + TEXT


@pytest.mark.parametrize("read_bytes", [5, 1 << 20])
def test_broken_encoding_is_told_by_its_byte(book, monkeypatch, read_bytes):
    monkeypatch.setattr("rnnbench.data.readers.file_text.READ_BYTES", read_bytes)
    content = TEXT.encode()
    book.write_bytes(content + b"\xff" + content)
    with pytest.raises(DataError, match=f"not UTF-8: the byte at offset {len(content)} "):
        read_text_file(book, DataSettings())


def test_a_character_cut_at_the_end_is_told(book):
    content = TEXT.encode()
    book.write_bytes(content + "한".encode()[:2])
    with pytest.raises(DataError, match=f"offset {len(content)} "):
        read_text_file(book, DataSettings())


def test_nothing_is_left_in_the_cache_when_the_encoding_is_broken(book, tmp_path, monkeypatch):
    monkeypatch.setenv("RNNBENCH_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr("rnnbench.data.readers.text.LARGE_BYTES", 100)
    book.write_bytes(TEXT.encode() + b"\xff")
    with pytest.raises(DataError, match="not UTF-8"):
        read_text_file(book, DataSettings())
    assert [path.suffix for path in (tmp_path / "cache").rglob("*") if path.is_file()] == [".lock"]


def test_a_short_text_is_refused(book):
    book.write_text("too short", encoding="utf-8")
    with pytest.raises(DataError, match="9 characters, but three splits need at least 200"):
        read_text_file(book, DataSettings())


def test_the_text_column_of_a_table_is_a_text_too(tmp_path):
    rows = "".join(f"{number},a line of text numbered {number}\n" for number in range(100))
    (tmp_path / "lines.csv").write_text("id,text\n" + rows)
    corpus = load(DataSettings(path=str(tmp_path / "lines.csv")), "text")
    assert whole(corpus).startswith("a line of text numbered 0\na line of text numbered 1\n")
