"""Random files of every kind: tables, JSON, Parquet, fastText, chats, series, noise; some damaged or packed."""

from __future__ import annotations

import bz2
import gzip
import json
import lzma
import random
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

ENCODINGS = ("utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-32", "cp949", "shift_jis", "cp1252", "gb18030")
WORDS = (
    "warm",
    "dull",
    "film",
    "좋다",
    "나쁘다",
    "映画",
    "größer",
    "naïve",
    "😀",
    "",
    "nan",
    "NA",
    "-",
    "it's",
    'say "hi"',
)
NUMBERS = ("1", "2.5", "1,234.5", "1.234,5", "1 234", "-9999", "1e400", "nan", "inf", "₩1,000", "12%", "0x1F", "1_000")
TIMES = (
    "2021-01-{d:02d}", "{d:02d}/01/2021", "01/{d:02d}/2021", "{d:02d}.01.21", "202101{d:02d}", "44{d:03d}", "{n}",
    "2021년 1월 {d}일 오전 {h}시", "Jan-{d:02d}", "Q{q} 20{d:02d}", "20{d:02d}M0{q}", "{e}", "{e}.5",
    "2021-01-{d:02d}T0{h}:00Z",
    "2021-02-3{q}", "24:00", "2021-13-{d:02d}", "99999999999999999999", "2021-01-{d:02d} 0{h}:00:00+09:00",
)  # fmt: skip


def cell_of(generator: random.Random, row: int, column: int) -> str:
    """A cell of the kind of its column, which is drawn with the column; now and then another."""
    kind = column if generator.random() < 0.97 else generator.randrange(4)
    if kind % 4 == 0:
        form = TIMES[(column * 7 + 3) % len(TIMES)] if generator.random() < 0.98 else generator.choice(TIMES)
        return form.format(
            d=row % 28 + 1, h=row % 10, q=row % 4 + 1, e=1_600_000_000 + 3600 * row, n=row,
        )  # fmt: skip
    if kind % 4 == 1:
        return (
            f"{generator.uniform(-100, 1e6):.{column % 5}f}" if generator.random() < 0.95 else generator.choice(NUMBERS)
        )
    if kind % 4 == 2:
        return " ".join(generator.choice(WORDS) for _ in range(generator.randrange(1, 12)))
    return generator.choice(("0", "1", "pos", "neg", "Pos", "1.0", ""))


def delimited(generator: random.Random) -> bytes:
    """A table with a random dialect, a random number of columns, and now and then a broken row."""
    separator = generator.choice(",;\t| ")
    newline = generator.choice(("\n", "\r\n", "\r"))
    columns = [generator.randrange(8) for _ in range(generator.choice((1, 2, 2, 3, 3, 4, 9)))]
    names = generator.choice((["date", "load", "text", "label", "a", "b", "c", "d", "e"], [""] * 9, ["날짜", "x"] * 5))
    rows = [[names[place] for place in range(len(columns))]] if generator.random() < 0.85 else []
    for row in range(generator.choice((0, 1, 5, 40, 200))):
        rows.append([cell_of(generator, row, column) for column in columns])
        if generator.random() < 0.01:
            rows[-1] = rows[-1][: generator.randrange(len(columns) + 1)] + ["x"] * generator.randrange(3)

    def quoted(cell: str) -> str:
        if generator.random() < 0.002:
            return f'"{cell}'
        return '"' + cell.replace('"', '""') + '"' if any(mark in cell for mark in f'{separator}"\n') else cell

    text = newline.join(separator.join(map(quoted, row)) for row in rows) + generator.choice(("", newline, newline * 3))
    return text.encode(generator.choice(ENCODINGS), errors="replace")


def json_lines(generator: random.Random) -> bytes:
    """JSON objects, one per line, with nested, missing and broken ones."""
    values: tuple[Callable[[int], object], ...] = (
        lambda row: cell_of(generator, row, 2),
        lambda row: row % 3,
        lambda row: [cell_of(generator, row, 2), "b"],
        lambda row: {"a": {"b": row}},
        lambda row: None,
        lambda row: f"2021-01-{row % 28 + 1:02d}",
        lambda row: 10**400,
    )
    chosen = [generator.choice(values) for _ in range(3)]
    lines = []
    for row in range(generator.choice((0, 3, 60))):
        line = json.dumps({name: value(row) for name, value in zip(("text", "label", "ts"), chosen, strict=True)})
        lines.append(line if generator.random() < 0.99 else generator.choice((line[:-3], "[" * 5000, "7", '"\\ud800"')))
    return "\n".join(lines).encode(errors="replace")


def json_array(generator: random.Random) -> bytes:
    """A list of objects, columns or any other JSON value."""
    rows = [
        {"date": f"2021-01-{row % 28 + 1:02d}", "load": row / 7, "text": cell_of(generator, row, 2), "label": row % 2}
        for row in range(generator.choice((0, 1, 40)))
    ]
    columns = {name: {str(row): value[name] for row, value in enumerate(rows)} for name in ("load", "text", "label")}
    other: tuple[object, ...] = (rows, rows, columns, {"data": rows}, [[1, 2], [3, 4]], [1, "a", None], 7, {}, None)
    return json.dumps(generator.choice(other), ensure_ascii=generator.random() < 0.5).encode(errors="replace")


def fasttext(generator: random.Random) -> bytes:
    """Lines of fastText; now and then without a label, with two, or empty."""
    lines = [
        f"__label__{generator.choice(('pos', 'neg', '긍정', ''))} {cell_of(generator, row, 2)}"
        for row in range(generator.choice((1, 5, 60)))
    ]
    if generator.random() < 0.3:
        lines.insert(generator.randrange(len(lines)), generator.choice(("", "no label", "__label__a __label__b text")))
    return "\n".join(lines).encode(generator.choice(ENCODINGS), errors="replace")


def turns(generator: random.Random) -> bytes:
    """Lists of turns, one per line or in one list, of texts, of objects with a role, or of anything else."""
    name = generator.choice(("dialogue", "messages", "turns", "utterances", "대화", "text"))
    form = generator.randrange(5)

    def turn(place: int) -> object:
        said = cell_of(generator, place, 2)
        if generator.random() < 0.01:
            return generator.choice((None, 7, [said], {}, {"text": 7}, {"role": "user"}))
        return (said, {"text": said}, {"role": "ab"[place % 2], "content": said}, {"speaker": None, "utterance": said})[
            min(form, 3)
        ]

    rows: list[object] = []
    for row in range(generator.choice((0, 1, 12, 40))):
        said = [turn(place) for place in range(generator.randrange(8))]
        held = {"text": said, "speaker": ["a"] * len(said)} if form == 4 else said
        rows.append(held if generator.random() < 0.05 else {"id": row, name: held, "fold": "train"})
    if generator.random() < 0.3:
        return json.dumps(rows, ensure_ascii=False).encode()
    return "\n".join(map(json.dumps, rows)).encode()


def chat(generator: random.Random) -> bytes:
    """Lines of a chat, with or without names and times, and blank lines between conversations."""
    form = generator.choice(("{t}", "{n}: {t}", "[{c}] {n}: {t}", "[{n}] [오후 {c}] {t}", "2021-01-31, {c} - {n}: {t}"))
    lines = []
    for row in range(generator.choice((1, 8, 60, 200))):
        filled = form if generator.random() < 0.99 else "{t}"
        said = cell_of(generator, row, 2)
        lines.append(filled.format(t=said, n=generator.choice(("Ann", "철수", "B. C.")), c=f"{row % 12}:{row % 60:02}"))
        lines += [""] * (generator.random() < 0.2)
    return generator.choice(("\n", "\r\n")).join(lines).encode(generator.choice(ENCODINGS), errors="replace")


def dated(generator: random.Random) -> bytes:
    """A series with rows that are missing, of a session, of several series, or at clocks that change."""
    form = generator.choice(("sessions", "business", "several", "gaps", "zones", "months", "wide", "split"))
    step = {"business": timedelta(days=1), "months": timedelta(days=31)}.get(form, timedelta(minutes=30))
    lines = ["id,time,value,other,split"]
    for row in range(generator.choice((10, 60, 300))):
        when = datetime(2021, 1, 4) + step * row
        if form == "sessions" and not 9 <= when.hour < 16:
            continue
        if (form == "business" and when.weekday() > 4) or (form == "gaps" and generator.random() < 0.05):
            continue
        text = f"{when:%Y-%m}" if form == "months" else f"{when:%Y-%m-%d %H:%M}"
        text += generator.choice(("+01:00", "+02:00")) if form == "zones" else ""
        value = (
            "" if generator.random() < 0.02 else generator.choice((f"{row % 48 + 0.5}", f"{row % 48 + 0.5}", "-9999"))
        )
        split = ("train", "dev", "test")[min(2, row // 20)] if form == "split" else generator.choice(("a", "b"))
        lines += [f"{name},{text},{value},{row},{split}" for name in (("a", "b") if form == "several" else ("a",))]
    if form == "wide":
        lines = [",".join(["id", *(f"2021-01-{day:02d}" for day in range(1, 29))])]
        lines += [",".join([name, *(str(day) for day in range(28))]) for name in ("a", "b", "c")]
    return "\n".join(lines).encode()


def noise(generator: random.Random) -> bytes:
    """Random bytes, one byte many times, or one very long field."""
    kind = generator.randrange(4)
    if kind == 0:
        return generator.randbytes(generator.randrange(3000))
    if kind == 1:
        return bytes([generator.randrange(256)]) * generator.randrange(1, 5000)
    if kind == 2:
        return b"text,label\n" + b"\n".join(b"x" * 200_000 + b",%d" % (row % 2) for row in range(3))
    width = generator.choice((30, 100, 300, 1000)) if generator.random() < 0.9 else 3000
    return ",".join(f"c{number}" for number in range(width)).encode() + b"\n" + b",".join([b"1"] * width)


def parquet(generator: random.Random) -> bytes:
    """A Parquet file with columns and indexes of many types, now and then damaged."""
    import io

    import numpy as np
    import pandas as pd

    rows = generator.choice((0, 5, 60))
    frame = pd.DataFrame({
        "text": [cell_of(generator, row, 2) for row in range(rows)],
        "label": [generator.choice((0, 1, None, 2.5)) for _ in range(rows)],
        "when": pd.date_range("2021-01-01", periods=rows, freq="h", tz=generator.choice((None, "UTC", "Asia/Seoul"))),
        "value": np.random.default_rng(generator.randrange(9)).normal(size=rows),
    })  # fmt: skip
    frame = frame[generator.sample([*frame.columns], generator.randrange(1, 5))]
    if "when" in frame and generator.random() < 0.5:
        frame = frame.set_index("when").rename_axis(generator.choice((None, "when")))
    stream = io.BytesIO()
    frame.to_parquet(stream)
    return stream.getvalue()


MAKERS: tuple[tuple[str, Callable[[random.Random], bytes]], ...] = (
    (".csv", delimited), (".csv", delimited), (".csv", delimited), (".txt", delimited), (".tsv", delimited),
    (".jsonl", json_lines), (".csv", noise), (".txt", noise), (".jsonl", noise), (".parquet", parquet),
    (".json", json_array), (".json", noise), (".txt", fasttext), (".csv", dated), (".csv", dated),
    (".jsonl", turns), (".json", turns), (".txt", chat),
)  # fmt: skip


def file_of(seed: int, folder: Path) -> Path:
    """The random file of a seed."""
    generator = random.Random(seed)
    suffix, make = generator.choice(MAKERS)
    content = make(generator)
    if content and generator.random() < 0.15:  # damage: bytes replaced, or the end cut off
        damaged = bytearray(content)
        for _ in range(generator.randrange(1, 4)):
            damaged[generator.randrange(len(damaged))] = generator.randrange(256)
        content = bytes(damaged[: generator.randrange(1, len(damaged) + 1)])
    if generator.random() < 0.02:
        pack, ending = generator.choice(((gzip.compress, "gz"), (bz2.compress, "bz2"), (lzma.compress, "xz")))
        content, suffix = pack(content), f"{suffix}.{ending}"
        content = content[: generator.randrange(len(content))] if generator.random() < 0.2 else content
    path = folder / f"file{seed}{suffix}"
    path.write_bytes(content)
    return path
