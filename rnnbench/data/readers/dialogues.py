"""The user's own dialogues: a statement and a reply in each row, or turns in order that answer those before them."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from pathlib import Path

from rnnbench.core.errors import DataError
from rnnbench.data.kinds import TextPairs
from rnnbench.data.readers.columns import Table
from rnnbench.data.readers.conversations import (
    CONVERSATION,
    SPEAKER,
    SPEAKERS,
    TURN,
    may_hold_lists,
    read_alternating,
    read_lists,
)
from rnnbench.data.readers.guess import is_sentence
from rnnbench.data.readers.label_columns import TEXT_NAMES, by_name, is_named, not_used, text_cells
from rnnbench.data.readers.lists import lists_of
from rnnbench.data.readers.own_splits import check_options
from rnnbench.data.readers.pair_columns import (
    PairColumns,
    columns_by_content,
    columns_by_name,
    find_pair_columns,
    is_language,
    text_columns,
)
from rnnbench.data.readers.pair_splits import PairRows
from rnnbench.data.readers.pairs import Read, pairs_of, usable
from rnnbench.data.readers.plain_layouts import plain_layout
from rnnbench.data.readers.tables import DELIMITED, TABLES, check_file, read_table
from rnnbench.data.readers.text import PLAIN
from rnnbench.data.readers.turns import MOST_TURNS, one_line, ordered_turns, same_speaker
from rnnbench.data.settings import DataSettings

CONVERSATIONS = {
    "dialogue_id", "dialog_id", "conversation_id", "conv_id", "chat_id", "session_id", "thread_id", "scene_id",
    "dialogue", "dialog", "conversation", "session", "thread", "scene", "episode", "dialogue number", "dialog number",
    "대화", "대화id", "대화번호", "대화 번호", "대화 셋 일련번호", "장면", "会話", "对话", "会話id", "对话id",
}  # fmt: skip
TURNS = {"turn", "turns", "line", "utterance", "dialogue", "dialog", "발화", "발화문", "대사", "発話", "台词", "セリフ"}


def dialogue_reader(settings: DataSettings) -> Callable[[Path], Table]:
    """How files of dialogues are read: lists of turns, alternating lines, or a table."""

    def read(path: Path) -> Table:
        suffix = check_file(path, TABLES | PLAIN)
        if settings.target_data is None and not settings.target:
            is_typed = settings.text_column is not None and suffix not in DELIMITED | PLAIN
            if is_typed or may_hold_lists(path, suffix, settings.encoding):
                table = read_lists(path, suffix, settings.encoding, settings.text_column)
                if table is not None:
                    return table
            is_plain = settings.text_column is None and settings.header is None
            if suffix in PLAIN and is_plain and not (suffix in TABLES and plain_layout(path, settings.encoding)):
                return read_alternating(path, settings.encoding)
        return read_table(path, settings.encoding, settings.header)

    return read


def read_dialogue(table: Table, settings: DataSettings) -> TextPairs:
    """The replies of a table and what was said before each, in three splits.

    Raises: DataError when a column is missing or ambiguous, or the pairs cannot be split.
    """
    check_options(settings, "dialogue")
    conversation = conversation_column(table, settings)
    columns = find_dialogue_columns(table, settings, conversation)
    if isinstance(columns, PairColumns):
        return _of_rows(table, settings, columns, conversation)
    return _of_turns(table, settings, columns, conversation)


def find_dialogue_columns(table: Table, settings: DataSettings, conversation: str) -> PairColumns | str:
    """The columns of the statement and the reply, or the name of the column of turns.

    conversation: the column of the conversations, empty where there is none.
    """
    taken = {conversation} if conversation else set()
    if settings.target or settings.target_data:
        return find_pair_columns(table, settings, taken)
    if settings.text_column:
        return TURN if is_exploded(table) else table.check_column(settings.text_column, "--text-column")
    if is_exploded(table):
        return TURN
    named = columns_by_name(table, taken)
    if named is not None and not is_language(named.source):
        return named
    turn = by_name(table, TURNS, taken) or by_name(table, TEXT_NAMES, taken)
    if turn is not None:
        return turn
    texts = text_columns(table, taken)
    if len(texts) == 1:
        return texts[0]
    return columns_by_content(table, taken) or find_pair_columns(table, settings, taken)


def conversation_column(table: Table, settings: DataSettings) -> str:
    """The column with the conversation of each row, by its name and by values that repeat; else an empty name."""
    if is_exploded(table):
        return CONVERSATION
    typed = {settings.text_column, *settings.target}
    for name in table.columns:
        if is_named(name, CONVERSATIONS) and name not in typed:
            cells = table.frame[name].astype(str)
            if cells.nunique() < len(cells) and not any(map(is_sentence, table.first_cells(name)[:50])):
                return name
    return ""


def columns_needed(table: Table, settings: DataSettings) -> set[str]:
    """The columns that the files of other splits must have too."""
    conversation = conversation_column(table, settings)
    columns = find_dialogue_columns(table, settings, conversation)
    names = {columns} if isinstance(columns, str) else {columns.source, columns.target}
    return names | ({conversation} if conversation else set())


def is_exploded(table: Table) -> bool:
    """Whether the rows are the turns of lists or of a plain text."""
    return table.columns[:2] == [TURN, CONVERSATION]


def _of_rows(table: Table, settings: DataSettings, columns: PairColumns, conversation: str) -> TextPairs:
    """The pairs of a statement and a reply in each row."""
    lists = lists_of(table, columns.source)
    if lists is None:
        sources = [one_line(text) for text in table.texts(columns.source)]
        of_sources = ""
    else:
        sources = ["\n".join([one_line(turn) for turn in turns if turn.strip()][-MOST_TURNS:]) for turns in lists]
        of_sources = f"column {columns.source!r} holds lists of turns: the last {MOST_TURNS} are read"
    replies, of_replies = text_cells(table, columns.target)
    targets = [one_line(text) for text in replies]
    used, left_out = usable(sources, targets, settings.missing)
    conversations = _conversations(table, conversation)
    rows = PairRows(
        [sources[row] for row in used],
        [targets[row] for row in used],
        None if table.split_of is None else table.split_of[used],
        [conversations[row] for row in used] if conversations else (),
    )
    known = f"; conversations are {conversation!r}" if conversation else ""
    sentences = [columns.in_words(table, [conversation]) + known, of_sources, of_replies]
    read = Read(columns, f"{len(table):,} read", left_out, [*filter(None, sentences)], _repeated(rows))
    return pairs_of(rows, read, "dialogue", table, settings)


def _of_turns(table: Table, settings: DataSettings, column: str, conversation: str) -> TextPairs:
    """The pairs of each turn that has one before it, and of the turns before it."""
    texts, of_texts = text_cells(table, column)
    conversations = _conversations(table, conversation)
    turns = ordered_turns([one_line(text) for text in texts], _borders(table, conversation))
    rows = turns.order
    pairs = PairRows(
        turns.sources,
        turns.replies,
        None if table.split_of is None else table.split_of[rows],
        [conversations[row] for row in rows.tolist()] if conversations else (),
        turns.first,
        turns.last,
    )
    speaker = "" if column == SPEAKER else next((name for name in table.columns if is_named(name, {*SPEAKERS})), "")
    warnings = [same_speaker(table, speaker, rows, turns.before) if speaker else ""]
    if not conversations:
        warnings.append(
            f"no column of {table.path.name} names the conversations: each row is read as a reply to those above: type "
            "--group-column NAME if there are several"
        )
    others = [column, *([conversation] if conversation else [])]
    known = f", conversations are {conversation!r}" if conversation else ""
    named = f"turns are {column!r}{known}{not_used(table, others)}"
    count = f"{len(table):,} turns read" + (f" in {len({*conversations}):,} conversations" if conversations else "")
    read = Read(
        PairColumns("turn", "reply"),
        count,
        {"without a text": turns.empty, "without a turn before them": turns.alone},
        [*filter(None, (named, of_texts))],
        [f"a source holds the last {MOST_TURNS} turns at most", *_repeated(pairs)],
        [*filter(None, warnings)],
    )
    return pairs_of(pairs, read, "dialogue", table, settings)


def _conversations(table: Table, column: str) -> list[Hashable]:
    """The conversation of each row; empty where they are unknown. Groups that the user names are conversations."""
    if table.groups:
        return [*table.groups]
    if not column:
        return []
    names = table.texts(column)
    if "" in names:
        raise DataError(
            f"{table.path.name}, {table.place(names.index(''))}: the conversation in column {column!r} is empty: fill "
            "it in, or remove the row"
        )
    if table.split_of is None:
        return [*names]
    return [*zip(names, table.split_of.tolist(), strict=True)]


def _borders(table: Table, column: str) -> list[Hashable]:
    """What all turns of one conversation have in common, such that no pair crosses conversations, groups or splits."""
    parts: list[Sequence[Hashable]] = [[""] * len(table)]
    if table.groups:
        parts.append(table.groups)
    if column:
        parts.append(_conversations(table, column) if not table.groups else table.texts(column))
    if table.split_of is not None:
        parts.append(table.split_of.tolist())
    return [*zip(*parts, strict=True)]


def _repeated(pairs: PairRows) -> list[str]:
    """How many pairs repeat another: they are what people say, and are kept."""
    count = len(pairs) - len({*zip(pairs.sources, pairs.targets, strict=True)})
    return [f"{count:,} of them repeat a pair of a source and a reply, and are kept"] if count else []
