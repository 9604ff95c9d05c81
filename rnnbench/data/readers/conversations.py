"""Files whose rows or lines are turns of conversations, as a table with one turn per row.

JSON, JSONL, Parquet    a list of turns per conversation: texts, or objects with a text and a speaker
plain text              one turn per line, a blank line ends a conversation; 'NAME: text', '[time] NAME: text'
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from rnnbench.core.errors import DataError
from rnnbench.core.text import nfc
from rnnbench.data.readers.columns import Table
from rnnbench.data.readers.file_text import head_of, read_text
from rnnbench.data.readers.json_tables import rows_of_json, whole_characters

TURN, CONVERSATION, SPEAKER = "turn", "conversation", "speaker"
"""The columns of these tables. Other single values of a conversation are columns too, such as its topic or split."""
LISTS = (
    "dialogue", "dialog", "dialogues", "dialogs", "turns", "utterances", "messages", "conversation", "conversations",
    "log", "대화", "발화",
)  # fmt: skip
"""Names of a list of turns."""
TEXTS = ("text", "content", "utterance", "value", "message", "sentence", "turn", "발화", "내용")
SPEAKERS = ("role", "speaker", "from", "author", "name", "user", "화자")
NO_TURNS = {"system", "developer", "tool", "function"}
"""Roles of what no side of a conversation says."""
TIME_OF_EXPORT = r"\d[\d./: ,-]*(?:[ap]\.?m\.?)?|\d{4}년.{4,24}?\d|(?:오전|오후) \d{1,2}:\d{2}"
NAME = r"(?P<name>[^\s:：\[\]](?:[^:：\[\]\n]{0,38}[^\s:：\[\]])?)"
EXPORTS = (
    rf"\[{NAME}\] \[(?:{TIME_OF_EXPORT})\] (?P<text>.*)",
    rf"\[(?:{TIME_OF_EXPORT})\] ?{NAME} ?[:：] (?P<text>.*)",
    rf"(?:{TIME_OF_EXPORT}),? (?:- )?{NAME} ?[:：] (?P<text>.*)",
    rf"{NAME} ?[:：](?: (?P<text>.*)|$)",
)
"""Lines of exported chats; the last is a name and a text without a time."""
BARE_LISTS = re.compile(r'\s*\[\s*(?:\[\s*["{]|")')
"""How a JSON file of lists begins that have no objects around them."""
MOST_NAMES = 0.5
"""Names repeat: at most so many different ones, as a share of the lines, are names and no texts with a colon."""
NEARLY_ALL = 0.8


@dataclass
class _Turns:
    """The columns of a table of turns, one item per turn."""

    texts: list[str] = field(default_factory=list)
    speakers: list[str] = field(default_factory=list)
    conversations: list[str] = field(default_factory=list)
    lines: list[int] = field(default_factory=list)
    rows: list[dict[str, object]] = field(default_factory=list)

    def table(self, path: Path, understood: Sequence[str], warnings: Sequence[str] = ()) -> Table:
        import pandas as pd

        columns: dict[str, object] = {TURN: self.texts, CONVERSATION: self.conversations}
        if any(self.speakers):
            columns[SPEAKER] = self.speakers
        for name in dict.fromkeys(name for row in self.rows for name in row):
            columns.setdefault(name, [row.get(name) for row in self.rows])
        sentences = tuple(("file", sentence) for sentence in understood)
        lines = tuple(self.lines)
        return Table(path, pd.DataFrame(columns), lines=lines, understood=sentences, warnings=tuple(warnings))


def may_hold_lists(path: Path, suffix: str, encoding: str | None) -> bool:
    """Whether a JSON or Parquet file may hold lists of turns, without reading all of it."""
    if suffix in {".parquet", ".pq"}:
        return bool(_lists_of_schema(path))
    if suffix not in {".json", ".jsonl", ".ndjson"}:
        return False
    head, names = head_of(path, encoding), "|".join(LISTS)
    return bool(re.search(rf'"(?:{names})"\s*:\s*[\[{{]', head, re.IGNORECASE) or BARE_LISTS.match(head))


def read_lists(path: Path, suffix: str, encoding: str | None, column: str | None = None) -> Table | None:
    """The turns of the lists of a JSON or Parquet file; None where no column holds a list of turns.

    column: its name as typed by the user, else one of `LISTS`.
    """
    lines: tuple[int, ...] = ()
    if suffix in {".parquet", ".pq"}:
        rows, how = _rows_of_parquet(path, column), "Parquet"
    else:
        text, found = read_text(path, encoding)
        rows, lines = _rows_of_json(path, whole_characters(text)[0])
        how = f"{found.label}, {'one conversation per line' if lines else 'a JSON list of conversations'}"
    name = column or next((name for row in rows[:1] for name in row if name.casefold() in LISTS), None)
    if name is None or not any(_turns_of(row.get(name)) for row in rows):
        return None
    turns, without = _Turns(), 0
    for number, row in enumerate(rows):
        others = {key: value for key, value in row.items() if key != name and not isinstance(value, dict | list)}
        said = _turns_of(row.get(name))
        for text, speaker in said:
            if speaker.casefold() in NO_TURNS:
                without += 1
                continue
            turns.texts.append(text)
            turns.speakers.append(speaker)
            turns.conversations.append(str(number + 1))
            turns.rows.append(others)
            turns.lines.extend(lines[number : number + 1])
    summary = f"{path.name}: {how}, {len(rows):,} lists of turns in {name!r}, {len(turns.texts):,} turns"
    left_out = [f"{without:,} messages of the role system or tool are no turns: left out"] if without else []
    return turns.table(path, [summary, *left_out])


def read_alternating(path: Path, encoding: str | None) -> Table:
    """The turns of a plain text, one per line; a blank line ends a conversation. Names and times are left out of the
    texts where every line has them."""
    text, found = read_text(path, encoding)
    lines = [line.strip() for line in text.split("\n")]
    filled = [line for line in lines if line]
    pattern, doubt = _export(filled, lines, path.name)
    turns, conversation = _Turns(), 1
    for number, line in enumerate(lines, start=1):
        if not line:
            conversation += bool(turns.conversations) and turns.conversations[-1] == str(conversation)
            continue
        match = pattern.fullmatch(line) if pattern else None
        turns.texts.append((match["text"] or "").strip() if match else line)
        turns.speakers.append(match["name"] if match else "")
        turns.conversations.append(str(conversation))
        turns.lines.append(number)
    count = len({*turns.conversations})
    many = f"{count:,} conversations, each ended by a blank line" if count > 1 else "one conversation, no blank lines"
    understood = [f"{path.name}: {found.label}, a turn in each of {len(filled):,} lines, {many}"]
    if pattern:
        names = [*dict.fromkeys(turns.speakers)]
        shown = ", ".join(names[:5]) + (", ..." if names[5:] else "")
        understood.append(f"every line begins with a name ({shown}): the names are no part of the turns")
    return turns.table(path, understood, [*([found.warning] if found.warning else []), *doubt])


def _export(filled: Sequence[str], lines: Sequence[str], file: str) -> tuple[re.Pattern[str] | None, list[str]]:
    """The pattern of every line of an exported chat, and a warning where only nearly all lines have it."""
    for written in EXPORTS:
        pattern = re.compile(written, re.IGNORECASE)
        matches = [pattern.fullmatch(line) for line in filled]
        names = {match["name"] for match in matches if match}
        count = sum(match is not None for match in matches)
        if not names or len(names) > max(2, MOST_NAMES * len(filled)):
            continue
        if count == len(filled):
            return pattern, []
        if count >= NEARLY_ALL * len(filled):
            odd = next(number for number, line in enumerate(lines, start=1) if line and not pattern.fullmatch(line))
            return None, [
                f"{file}: {count:,} of {len(filled):,} lines begin with a name, and line {odd} does not, so names are "
                "read as text: write one in every line, or in none"
            ]
    return None, []


def _rows_of_json(path: Path, text: str) -> tuple[list[dict[str, Any]], tuple[int, ...]]:
    """Objects with their lines; lists of turns without an object around them are under 'dialogue'."""
    start = text.lstrip()
    if not start.startswith("["):
        return rows_of_json(path, text)
    numbered = [(number, line) for number, line in enumerate(text.split("\n"), start=1) if line.strip()]
    try:
        whole = json.loads(text)
    except (ValueError, RecursionError):
        whole = None
    if isinstance(whole, list) and whole and all(isinstance(row, list) and _turns_of(row) for row in whole):
        return [{LISTS[0]: row} for row in whole], ()
    if whole is None:
        try:
            lists = [json.loads(line) for _, line in numbered]
        except (ValueError, RecursionError):
            return rows_of_json(path, text)
        if all(isinstance(row, list) for row in lists):
            return [{LISTS[0]: row} for row in lists], tuple(number for number, _ in numbered)
    return rows_of_json(path, text)


def _lists_of_schema(path: Path) -> list[str]:
    """The columns of a Parquet file that are lists, or objects of lists, under one of the names of lists of turns."""
    import pyarrow
    from pyarrow import parquet, types

    try:
        schema = parquet.read_schema(path)
    except (pyarrow.ArrowException, OSError, ValueError):
        return []
    return [
        item.name
        for item in schema
        if item.name.casefold() in LISTS
        and (types.is_list(item.type) or types.is_large_list(item.type) or types.is_struct(item.type))
    ]


def _rows_of_parquet(path: Path, column: str | None) -> list[dict[str, Any]]:
    import pyarrow
    from pyarrow import parquet

    if not column and not _lists_of_schema(path):
        return []
    try:
        return parquet.read_table(path).to_pylist()
    except (pyarrow.ArrowException, OSError, ValueError) as error:
        reason = (str(error).splitlines() or [type(error).__name__])[0]
        raise DataError(f"{path.name} is not a readable Parquet file: {reason}") from error


def _turns_of(cell: object) -> list[tuple[str, str]]:
    """(text, speaker) of each turn in a list of texts or objects, or in an object of lists; empty for anything else."""
    if isinstance(cell, dict):
        texts, speakers = _under(cell, TEXTS), _under(cell, SPEAKERS)
        if not isinstance(texts, list):
            return []
        if not isinstance(speakers, list) or len(speakers) != len(texts):
            speakers = [""] * len(texts)
        return [(_text(text), _text(speaker)) for text, speaker in zip(texts, speakers, strict=True)]
    if not isinstance(cell, list | np.ndarray):
        return []
    turns = []
    for turn in cell:
        if isinstance(turn, dict):
            turns.append((_text(_under(turn, TEXTS)), _text(_under(turn, SPEAKERS))))
        elif isinstance(turn, str) or turn is None:
            turns.append((_text(turn), ""))
        else:
            return []
    return turns if any(text for text, _ in turns) else []


def _under(turn: dict[str, Any], names: Sequence[str]) -> object:
    """What an object has under the first of these names, in any case."""
    keys = {key.casefold(): key for key in reversed(turn)}
    return next((turn[keys[name]] for name in names if name in keys), None)


def _text(cell: object) -> str:
    """A text in Unicode form NFC; of a list of parts, as of messages with pictures, the texts among them."""
    if isinstance(cell, list):
        return " ".join(filter(None, (_text(part.get("text")) for part in cell if isinstance(part, dict))))
    return nfc(cell).strip() if isinstance(cell, str) else "" if cell is None else str(cell)
