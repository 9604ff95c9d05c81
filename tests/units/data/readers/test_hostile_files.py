"""Files that nobody means well by: read, or refused in one line, in little time and memory."""

from __future__ import annotations

import bz2
import gzip
import json
import lzma
import os
import time
import tracemalloc
from contextlib import suppress
from pathlib import Path

import pytest

from rnnbench import data
from rnnbench.core.errors import DataError
from rnnbench.data.frequencies import parse
from rnnbench.data.readers import file_text
from rnnbench.data.readers.tables import read_table
from rnnbench.data.settings import DataSettings

MINUTES = "date,load\n" + "".join(f"2024-01-01 {row // 60:02d}:{row % 60:02d},{row}\n" for row in range(120))
FAR = "2024-01-01 00:00:{:02d},{}\n"


def written(folder: Path, name: str, content: str | bytes) -> str:
    path = folder / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode("utf-8", errors="surrogatepass"))
    return str(path)


def refused(path: str, kind: object = None, **typed: object) -> str:
    """The only line with which a file is refused."""
    with pytest.raises(DataError) as error:
        data.describe(DataSettings.model_validate({"path": path, **typed}), kind)  # type: ignore[arg-type]
    assert "\n" not in str(error.value)
    return str(error.value)


@pytest.mark.parametrize(
    "written_as",
    [
        "99999999999999999999h",
        "9999999999D",
        "300000000Y",
        "99999999999999999999step",
        "9" * 5000 + "h",
        "9" * 18 + "W",
    ],
)
def test_a_step_that_no_time_can_have_is_refused(written_as: str, tmp_path: Path) -> None:
    told = refused(written(tmp_path, "m.csv", MINUTES), "series", target=("load",), frequency=written_as)
    assert "is not a frequency" in told or "is longer than a century" in told
    assert len(told) < 300


@pytest.mark.parametrize(("written_as", "step"), [("100Y", "100Y"), ("999999step", "999999step"), ("36500D", "36500D")])
def test_a_long_step_stays_a_step(written_as: str, step: str) -> None:
    assert parse(written_as) == step


@pytest.mark.parametrize("hours", ["1ns@09:00-15:30/1B", "1us@00:00-23:59/1D"])
def test_a_session_of_more_rows_than_seconds_is_refused(hours: str, tmp_path: Path) -> None:
    assert "write the sessions" in refused(
        written(tmp_path, "m.csv", MINUTES), "series", target=("load",), frequency=hours
    )


@pytest.mark.parametrize("fill", ["none", "forward", "interpolate"])
@pytest.mark.parametrize(
    ("rows", "typed"),
    [
        ("date,load\n" + "".join(FAR.format(row, row) for row in range(60)) + "2027-06-01 00:00:00,5\n", {}),
        ("n,load\n" + "".join(f"{row},{row}\n" for row in range(60)) + "999999999,5\n", {"time_column": "n"}),
        (MINUTES, {"frequency": "1ns"}),
    ],
)
def test_one_far_time_makes_no_millions_of_rows(rows: str, typed: dict, fill: str, tmp_path: Path) -> None:
    path = written(tmp_path, "far.csv", rows)
    tracemalloc.start()
    told = refused(path, "series", target=("load",), fill=fill, **typed)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert "rows are missing (the first after line" in told
    assert peak < 50e6


def test_a_table_of_thousands_of_columns_of_ones_takes_little_time(tmp_path: Path) -> None:
    lines = [",".join(f"c{place}" for place in range(3000)), *[",".join([str(day)] * 3000) for day in range(1, 29)]]
    path = written(tmp_path, "wide.csv", "\n".join(lines))
    began = time.process_time()
    assert "cannot infer the label column" in refused(path, "labelled_text", text_column="c1")
    assert time.process_time() - began < 6


@pytest.mark.parametrize("separator", [",", ";", "\t"])
@pytest.mark.parametrize(
    ("above", "line"),
    [("", 1), ("text,label\n", 2), ('text,label\n"a good film",pos\n"a\nbad, bad film",neg\n', 5), ('"b" ', 1)],
)
def test_a_line_of_millions_of_fields_is_refused_at_once(above: str, line: int, separator: str, tmp_path: Path) -> None:
    path = written(tmp_path, "line.csv", above + separator.join(["a"] * 2_000_000) + "\n")
    began = time.process_time()
    assert f"line {line} has 2,000,000 fields, and at most 20,000 columns can be read" in refused(path)
    assert time.process_time() - began < 3


@pytest.mark.parametrize("inside", ["a, ", "b; c\td ", "wide, wider,\n"])
def test_a_long_document_with_many_commas_is_one_field(inside: str, tmp_path: Path) -> None:
    document = inside * 30_000
    rows = "".join(f'"{document} number {row}",{"pos" if row % 2 else "neg"}\n' for row in range(4))
    assert len(read_table(Path(written(tmp_path, "long.csv", f"text,label\n{rows}")))) == 4


def test_long_documents_are_read(tmp_path: Path) -> None:
    rows = "".join(f'"{"word " * 30_000}number {row}",{"pos" if row % 2 else "neg"}\n' for row in range(40))
    described = data.describe(DataSettings(path=written(tmp_path, "long.csv", f"text,label\n{rows}")), "labelled_text")
    assert "classes" in str(described.lines)


@pytest.mark.parametrize("opening", ["[", '{"a":'])
@pytest.mark.parametrize("suffix", [".json", ".jsonl"])
def test_nested_json_is_refused_in_one_line(opening: str, suffix: str, tmp_path: Path) -> None:
    assert refused(written(tmp_path, f"nested{suffix}", '{"text": ' + opening * 100_000 + "\n"))


@pytest.mark.parametrize("kind", ["labelled_text", "text", None])
def test_lone_surrogates_are_no_exception(kind: object, tmp_path: Path) -> None:
    lines = [json.dumps({"text": f"\ud800 film {row}", "label": ["\udfff", "b"][row % 2]}) for row in range(60)]
    settings = DataSettings(path=written(tmp_path, "half.jsonl", "\n".join(lines)))
    with suppress(DataError):
        described = data.describe(settings, kind)  # type: ignore[arg-type]
        str(described.plain).encode("utf-8", errors="surrogatepass")


@pytest.mark.parametrize("suffix", [".csv", ".tsv", ".txt", ".json", ".jsonl", ".parquet", ".csv.gz", ".zip", ""])
@pytest.mark.parametrize("content", [b"", b"\x00" * 1000, b"\x1f\x8b", b"PAR1", gzip.compress(b"")])
def test_files_without_content_are_refused_in_one_line(content: bytes, suffix: str, tmp_path: Path) -> None:
    refused(written(tmp_path, f"empty{suffix}", content))


def test_what_is_no_file_is_refused_and_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.csv")
    (tmp_path / "folder.csv").mkdir()
    for path in (tmp_path / "pipe.csv", tmp_path / "folder.csv", "/dev/zero", "x" * 5000, "a\x00b.csv"):
        assert refused(str(path))


PACK = {".gz": gzip.compress, ".bz2": bz2.compress, ".xz": lzma.compress}


@pytest.mark.parametrize("packed", PACK)
@pytest.mark.parametrize("kind", ["text", "labelled_text", "series", "text_pairs", "dialogue", None])
def test_an_archive_that_holds_far_more_than_its_size_is_refused(
    kind, packed: str, tmp_path: Path, monkeypatch
) -> None:
    monkeypatch.setattr(file_text, "SMALL_BYTES", 1 << 20)
    content = PACK[packed](b"text,label\n" + b"a film,good\n" * (1 << 18))
    path = written(tmp_path, f"reviews{'.txt' if kind == 'text' else '.csv'}{packed}", content)
    assert "unpacks to more than 100 times its size: unpack it first" in refused(path, kind)


@pytest.mark.parametrize("packed", PACK)
def test_a_small_archive_may_hold_any_number_of_times_its_size(packed: str, tmp_path: Path) -> None:
    rows = b"a good film,good\na bad film,bad\n" * 20_000
    path = written(tmp_path, f"reviews.csv{packed}", PACK[packed](b"text,label\n" + rows))
    assert Path(path).stat().st_size * file_text.MOST_EXPANSION < len(rows)
    assert len(read_table(Path(path))) == 40_000
