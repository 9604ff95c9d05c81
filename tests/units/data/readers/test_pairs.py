"""The user's own pairs of texts, from every kind of file: the same pairs, however they are written."""

from __future__ import annotations

import gzip
import json
import random
import re
from pathlib import Path

import pandas as pd
import pytest

from rnnbench.core.errors import DataError
from rnnbench.data import load
from rnnbench.data.kinds import TextPairs
from rnnbench.data.readers.files import read_file
from rnnbench.data.settings import DataSettings

GERMAN = ["das", "kleine", "Haus", "steht", "nahe", "am", "alten", "grünen", "Fluss", "und", "schläft"]
ENGLISH = ["the", "small", "house", "stands", "near", "the", "old", "green", "river", "and", "sleeps"]
KOREAN = ["그", "작은", "집은", "오래된", "푸른", "강", "가까이", "서서", "조용히", "잔다"]
COUNT = 60


def sentences(words: list[str], seed: int = 0) -> list[str]:
    """Different sentences of four to seven words each."""
    drawn = random.Random(seed)
    return [" ".join([*drawn.sample(words, drawn.randrange(4, 8)), str(number)]) for number in range(COUNT)]


DE, EN, KO = sentences(GERMAN), sentences(ENGLISH, 1), sentences(KOREAN, 2)
PAIRS = [*zip(DE, EN, strict=True)]


def delimited(separator, header=True, end="\n"):
    lines = [f"{source}{separator}{target}" for source, target in PAIRS]
    return end.join([f"de{separator}en", *lines] if header else lines) + end


def columns(**further):
    return pd.DataFrame({"de": DE, "en": EN, **further})


WRITERS = {
    "pairs.tsv": lambda path: path.write_text(delimited("\t"), encoding="utf-8"),
    "pairs.csv": lambda path: path.write_text(delimited(","), encoding="utf-8"),
    "semicolons.csv": lambda path: path.write_text(delimited(";", end="\r\n"), encoding="utf-8"),
    "headless.tsv": lambda path: path.write_text(delimited("\t", header=False), encoding="utf-8"),
    "headless.csv": lambda path: path.write_text(delimited(",", header=False), encoding="utf-8"),
    "tabs.txt": lambda path: path.write_text(delimited("\t", header=False), encoding="utf-8"),
    "packed.tsv.gz": lambda path: path.write_bytes(gzip.compress(delimited("\t").encode())),
    "wide.tsv": lambda path: path.write_text(delimited("\t"), encoding="utf-16"),
    "pairs.jsonl": lambda path: columns().to_json(path, orient="records", lines=True, force_ascii=False),
    "pairs.json": lambda path: columns().to_json(path, orient="records"),
    "inner.jsonl": lambda path: path.write_text(
        "\n".join(json.dumps({"id": row, "translation": {"de": de, "en": en}}) for row, (de, en) in enumerate(PAIRS))
    ),
    "pairs.parquet": lambda path: columns().to_parquet(path),
    "inner.parquet": lambda path: pd.DataFrame(
        {"translation": [{"de": de, "en": en} for de, en in PAIRS], "id": range(COUNT)}
    ).to_parquet(path),
    "more.parquet": lambda path: columns(id=range(COUNT), length=[n / 7 for n in range(COUNT)]).to_parquet(path),
}


def all_pairs(data: TextPairs) -> list[tuple[str, str]]:
    splits = data.splits.opened()
    return [
        pair
        for split in (splits.train, splits.validation, splits.test)
        for pair in zip(split.sources, split.targets, strict=True)
    ]


def sizes(data: TextPairs) -> list[int]:
    splits = data.splits.opened()
    return [len(splits.train), len(splits.validation), len(splits.test)]


def read(path, **settings) -> TextPairs:
    return load(DataSettings(path=str(path), **settings), "text_pairs")


def table(path, rows, header="source\ttarget") -> object:
    path.write_text("\n".join([header, *("\t".join(map(str, row)) for row in rows)]) + "\n", encoding="utf-8")
    return path


def told(data: TextPairs, label: str) -> str:
    return " | ".join(sentence for name, sentence in data.facts.understood if name == label)


def refused(path, kind="text_pairs", **settings) -> str:
    with pytest.raises(DataError) as caught:
        load(DataSettings(path=str(path), **settings), kind)
    assert "\n" not in str(caught.value)
    return str(caught.value)


@pytest.mark.parametrize("name", WRITERS)
def test_pairs_are_the_same_however_a_table_is_written(tmp_path, name):
    WRITERS[name](tmp_path / name)
    data = read(tmp_path / name)
    assert sorted(all_pairs(data)) == sorted(PAIRS)
    assert sizes(data) == [48, 6, 6]
    assert data.facts.kind == "text_pairs"
    assert read_file(tmp_path / name, DataSettings(path=str(tmp_path / name))).fingerprint == data.fingerprint


@pytest.mark.parametrize("names", [("train.de", "train.en"), ("a.txt", "b.txt"), ("x.de-en.de", "x.de-en.en")])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_lines_of_two_plain_texts_are_pairs(tmp_path, names, encoding):
    for name, texts in zip(names, (DE, EN), strict=True):
        (tmp_path / name).write_text("\n".join(texts) + "\n", encoding=encoding)
    data = read(tmp_path / names[0], target_data=str(tmp_path / names[1]))
    assert sorted(all_pairs(data)) == sorted(PAIRS)
    expected = ("a", "b") if names[0] == "a.txt" else ("de", "en")
    assert (data.source_name, data.target_name) == expected
    # which kind it is needs no task, since --target-data says it
    typed = DataSettings(path=str(tmp_path / names[0]), target_data=str(tmp_path / names[1]))
    assert read_file(tmp_path / names[0], typed).fingerprint == data.fingerprint


def test_packed_plain_texts_are_pairs(tmp_path):
    for name, texts in (("train.de.gz", DE), ("train.en.gz", EN)):
        (tmp_path / name).write_bytes(gzip.compress("\n".join(texts).encode()))
    data = read(tmp_path / "train.de.gz", target_data=str(tmp_path / "train.en.gz"))
    assert sorted(all_pairs(data)) == sorted(PAIRS)
    assert (data.source_name, data.target_name) == ("de", "en")


@pytest.mark.parametrize("encoding", ["cp949", "utf-16", "utf-8"])
def test_korean_columns_are_found_in_any_encoding(tmp_path, encoding):
    lines = ["영어,한국어", *(f"{english},{korean}" for english, korean in zip(EN, KO, strict=True))]
    (tmp_path / "a.csv").write_text("\n".join(lines), encoding=encoding)
    data = read(tmp_path / "a.csv")
    assert (data.source_name, data.target_name) == ("영어", "한국어")
    assert sorted(all_pairs(data)) == sorted(zip(EN, KO, strict=True))


@pytest.mark.parametrize(
    "names",
    [
        "source target", "src tgt", "Source Target", "input output", "question answer", "Q A", "질문 답변", "en ko",
        "English Korean", "text_en text_de", "원문 번역문", "de-DE en-GB", "context response",
    ],
)  # fmt: skip
@pytest.mark.parametrize("swapped", [False, True])
def test_columns_are_found_by_common_names_beside_others(tmp_path, names, swapped):
    source, target = names.split()
    frame = pd.DataFrame({"id": range(COUNT), source: ["yes", *DE[1:]], "note": KO, target: ["no", *EN[1:]]})
    frame = frame[[*frame.columns][::-1]] if swapped else frame
    frame.to_csv(tmp_path / "a.csv", index=False)
    data = read(tmp_path / "a.csv")
    # languages say no direction: the first column is the source
    by_order = names in ("en ko", "English Korean", "text_en text_de", "de-DE en-GB")
    expected = (target, source) if swapped and by_order else (source, target)
    assert (data.source_name, data.target_name) == expected
    assert "not used: 'id', 'note'" in told(data, "columns") or "not used: 'note', 'id'" in told(data, "columns")


def test_options_name_the_columns_and_the_direction(tmp_path):
    pd.DataFrame({"de": DE, "en": EN, "ko": KO}).to_csv(tmp_path / "a.csv", index=False)
    assert "type --text-column NAME and --target NAME" in refused(tmp_path / "a.csv")
    data = read(tmp_path / "a.csv", text_column="ko", target=("de",))
    assert sorted(all_pairs(data)) == sorted(zip(KO, DE, strict=True))
    assert "type --target NAME" in refused(tmp_path / "a.csv", text_column="ko")
    assert "Did you mean 'ko'" in refused(tmp_path / "a.csv", text_column="de", target=("kor",))
    assert "type two columns" in refused(tmp_path / "a.csv", text_column="de", target=("de",))
    assert "one column of targets" in refused(tmp_path / "a.csv", target=("de", "en"))
    WRITERS["pairs.tsv"](tmp_path / "pairs.tsv")
    assert read(tmp_path / "pairs.tsv", target=("de",)).source_name == "en"
    assert read(tmp_path / "pairs.tsv", text_column="en").target_name == "de"


@pytest.mark.parametrize("counts", [(60, 59), (40, 60), (1, 60)])
def test_unequal_numbers_of_lines_are_refused_with_both(tmp_path, counts):
    for name, texts, count in (("train.de", DE, counts[0]), ("train.en", EN, counts[1])):
        (tmp_path / name).write_text("\n".join(texts[:count]) + "\n", encoding="utf-8")
    message = refused(tmp_path / "train.de", target_data=str(tmp_path / "train.en"))
    assert f"train.de has {counts[0]} lines and train.en has {counts[1]}" in message


def test_blank_lines_of_one_side_are_left_out_with_the_line(tmp_path):
    sources, targets = [*DE], [*EN]
    sources[4] = targets[7] = targets[9] = sources[11] = targets[11] = ""
    for name, texts in (("train.de", sources), ("train.en", targets)):
        (tmp_path / name).write_text("\n".join(texts) + "\n", encoding="utf-8")
    data = read(tmp_path / "train.de", target_data=str(tmp_path / "train.en"))
    rows = told(data, "rows")
    assert "1 blank line of train.de beside a text of train.en (line 5)" in rows
    assert "2 blank lines of train.en beside a text of train.de (the first is line 8)" in rows
    assert "60 read, 56 pairs used; left out: 1 without a source, 2 without a target and 1 without both texts" in rows
    assert set(all_pairs(data)) == {pair for row, pair in enumerate(PAIRS) if row not in (4, 7, 9, 11)}


@pytest.mark.parametrize("missing", ["", "NaN", "<NA>"])
def test_rows_without_a_text_are_left_out_and_words_stay(tmp_path, missing):
    rows = [*PAIRS, (missing, "a lonely text"), ("None", "Keine"), ("null", "Null")]
    data = read(table(tmp_path / "a.tsv", rows))
    assert "63 read, 62 pairs used; left out: 1 without a source" in told(data, "rows")
    assert {("None", "Keine"), ("null", "Null")} <= {*all_pairs(data)}


def test_repeated_pairs_are_left_out_and_counted(tmp_path):
    data = read(table(tmp_path / "a.tsv", [*PAIRS, *PAIRS[:5], (DE[0], "another one")]))
    assert "66 read, 61 pairs used; left out: 5 that repeat a pair" in told(data, "rows")
    assert "1 of them have the source of an earlier row" in told(data, "rows")
    assert len(all_pairs(data)) == len({*all_pairs(data)}) == 61


@pytest.mark.parametrize("seed", range(5))
def test_equal_sources_are_in_one_split(tmp_path, seed):
    rows = [
        (f"{source.upper() if number else source} ", f"{target} {number}")
        for number in range(3)
        for source, target in PAIRS
    ]
    splits = read(table(tmp_path / "a.tsv", rows), split_seed=seed).splits.opened()
    parts = [{source.casefold() for source in part.sources} for part in (splits.train, splits.validation, splits.test)]
    assert not parts[0] & parts[1]
    assert not (parts[0] | parts[1]) & parts[2]
    assert [*map(len, parts)] == [48, 6, 6]
    assert sum(map(len, (splits.train, splits.validation, splits.test))) == 180


def test_the_seed_decides_the_split(tmp_path):
    WRITERS["pairs.tsv"](tmp_path / "pairs.tsv")
    first, again, other = (read(tmp_path / "pairs.tsv", split_seed=seed).fingerprint for seed in (0, 0, 1))
    assert first == again != other


def test_sources_of_later_splits_are_left_out_of_earlier_ones(tmp_path):
    main = table(tmp_path / "train.tsv", PAIRS[:40])
    validation = table(tmp_path / "dev.tsv", [*PAIRS[40:48], (DE[0].upper(), "anew"), PAIRS[50]])
    test = table(tmp_path / "test.tsv", [*PAIRS[50:], PAIRS[1], PAIRS[2]])
    data = read(main, validation_data=str(validation), test_data=str(test))
    assert sizes(data) == [37, 9, 12]
    assert "3 of training whose source is in validation or test too" in told(data, "rows")
    assert "1 of validation whose source is in test too" in told(data, "rows")
    assert data.splits.opened().test.sources == (*DE[50:], DE[1], DE[2])
    assert told(data, "split").startswith("by the files")


def test_a_test_split_that_is_given_keeps_its_repeated_pairs(tmp_path):
    main, test = (
        table(tmp_path / "train.tsv", [*PAIRS[:40], PAIRS[0]]),
        table(tmp_path / "t.tsv", PAIRS[50:] + PAIRS[50:]),
    )
    data = read(main, test_data=str(test))
    assert sizes(data)[2] == 20
    assert "left out: 1 that repeat a pair" in told(data, "rows")


def test_the_files_of_splits_of_two_texts_lie_beside_each_other(tmp_path):
    for name, first, last in (("train", 0, 40), ("val", 40, 50), ("test", 50, 60)):
        (tmp_path / f"{name}.de").write_text("\n".join(DE[first:last]), encoding="utf-8")
        (tmp_path / f"{name}.en").write_text("\n".join(EN[first:last]), encoding="utf-8")
    typed = {"target_data": str(tmp_path / "train.en"), "test_data": str(tmp_path / "test.de")}
    data = read(tmp_path / "train.de", validation_data=str(tmp_path / "val.de"), **typed)
    assert sizes(data) == [40, 10, 10]
    assert data.splits.opened().test.targets == tuple(EN[50:])
    (tmp_path / "test.en").write_text("\n".join(EN[50:59]), encoding="utf-8")
    assert "test.de has 10 lines and test.en has 9" in refused(tmp_path / "train.de", **typed)
    (tmp_path / "test.en").unlink()
    assert "test.en with the targets of test.de" in refused(tmp_path / "train.de", **typed)


def test_validation_is_drawn_from_training_where_only_the_test_split_is_given(tmp_path):
    main, test = table(tmp_path / "train.tsv", PAIRS[:50]), table(tmp_path / "test.tsv", PAIRS[50:])
    data = read(main, test_data=str(test))
    assert sizes(data)[2] == 10
    assert sum(sizes(data)) == 60
    assert 4 <= sizes(data)[1] <= 7
    assert data.splits.opened().test.sources == tuple(DE[50:])


@pytest.mark.parametrize("names", [("train", "dev", "test"), ("학습", "검증", "평가")])
def test_a_column_decides_the_splits(tmp_path, names):
    rows = [(*pair, names[0 if row < 40 else 1 if row < 50 else 2]) for row, pair in enumerate(PAIRS)]
    data = read(table(tmp_path / "a.tsv", rows, "source\ttarget\tpart"), split_column="part")
    assert sizes(data) == [40, 10, 10]
    assert data.splits.opened().validation.sources == tuple(DE[40:50])


def test_no_group_is_in_two_splits(tmp_path):
    rows = [(*pair, f"film {row % 15}") for row, pair in enumerate(PAIRS)]
    data = read(table(tmp_path / "a.tsv", rows, "source\ttarget\tfilm"), group_column="film")
    group_of = {pair[0]: pair[2] for pair in rows}
    splits = data.splits.opened()
    groups = [{group_of[source] for source in part.sources} for part in (splits.train, splits.validation, splits.test)]
    assert sum(map(len, groups)) == 15
    assert all(groups)
    assert "none of the 15 groups of 'film' is in two splits" in told(data, "split")


@pytest.mark.parametrize("count", [1, 10, 29])
def test_too_few_pairs_are_refused_with_what_was_left_out(tmp_path, count):
    rows = [*PAIRS[:count], ("only a source", ""), PAIRS[0]]
    message = refused(table(tmp_path / "a.tsv", rows))
    assert f"{count} usable pairs" in message
    assert "at least 30" in message
    assert "1 without a target" in message


@pytest.mark.parametrize(
    ("name", "content", "settings", "message"),
    [
        ("train.de", "ein Satz\n" * 40, {}, "type --target-data FILE"),
        ("train.txt", "ein Satz\n" * 40, {}, "type --target-data FILE"),
        ("one.csv", "text\n" + "\n".join(DE), {}, "has one column"),
        ("a.tmx", "<tmx></tmx>", {}, "Write its two languages as a TSV"),
        ("a.xliff", "<xliff></xliff>", {}, "Write its two languages as a TSV"),
        ("a.csv", delimited(","), {"target_data": "other"}, "is a table"),
        ("a.txt", "ein Satz\n" * 40, {"target_data": "other", "text_column": "de"}, "leave out --text-column"),
        ("a.txt", "ein Satz\n" * 40, {"target_data": "nowhere"}, "there is no file"),
        ("a.csv", delimited(","), {"test_from": "2021-01-01"}, "--test-from does not split pairs of texts"),
    ],
)
def test_what_cannot_be_pairs_is_refused_with_the_remedy(tmp_path, name, content, settings, message):
    (tmp_path / name).write_text(content, encoding="utf-8")
    (tmp_path / "other").write_text(content, encoding="utf-8")
    typed = {key: str(tmp_path / value) if key == "target_data" else value for key, value in settings.items()}
    assert message in refused(tmp_path / name, **typed)


def test_the_file_beside_a_plain_text_is_named(tmp_path):
    for name in ("train.de", "train.en"):
        (tmp_path / name).write_text("a text\n" * 40, encoding="utf-8")
    assert "--target-data train.en" in refused(tmp_path / "train.de")


@pytest.mark.parametrize("kind", ["text", "labelled_text", "series"])
def test_a_file_of_targets_is_refused_for_other_kinds(tmp_path, kind):
    (tmp_path / "a.txt").write_text("\n".join(EN), encoding="utf-8")
    assert "--target-data is for pairs of texts" in refused(tmp_path / "a.txt", kind, target_data=str(tmp_path / "b"))


def test_the_page_says_how_a_translation_memory_becomes_a_table(tmp_path, monkeypatch):
    page = (Path(__file__).parents[4] / "docs" / "your-data.md").read_text(encoding="utf-8")
    program = next(block for block in re.findall(r"```python\n(.*?)```", page, re.DOTALL) if "memory.tmx" in block)
    units = [f"<tu><tuv><seg>{de}</seg></tuv><tuv><seg>{en} <ph/></seg></tuv></tu>" for de, en in PAIRS]
    memory = f'<?xml version="1.0"?><tmx version="1.4"><header/><body>{"".join(units)}</body></tmx>'
    (tmp_path / "memory.tmx").write_text(memory, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    exec(compile(program, "your-data.md", "exec"), {})
    assert sorted(all_pairs(read(tmp_path / "memory.tsv"))) == sorted(PAIRS)


def guesses():
    """Columns, and what they are taken for."""
    short = [[f"{first} {second}" for first in words for second in words][:COUNT] for words in (GERMAN, ENGLISH)]
    label = [("yes", "no")[number % 2] for number in range(COUNT)]
    credit = [f"CC-BY 2.0 (France) Attribution: tatoeba.org #{number} (CM)" for number in range(COUNT)]
    return [
        ("two columns of sentences", {"a": DE, "b": EN}, "text_pairs"),
        ("short texts", {"a": short[0], "b": short[1]}, "text_pairs"),
        ("of Tatoeba", {"a": short[0], "b": short[1], "c": credit}, "text_pairs"),
        ("languages and a split", {"en": EN, "de": DE, "split": ["train"] * 50 + ["test"] * 10}, "text_pairs"),
        ("source and target", {"id": range(COUNT), "source": DE, "target": EN}, "text_pairs"),
        ("question and answer", {"질문": KO, "답변": DE}, "text_pairs"),
        ("sentences with a label", {"premise": DE, "hypothesis": EN, "label": label}, "labelled_text"),
        ("languages with a label", {"en": EN, "ko": KO, "label": label}, "labelled_text"),
        ("languages with classes", {"en": EN, "ko": KO, "mood": label}, "labelled_text"),
        ("text and target", {"text": EN, "target": label}, "labelled_text"),
        ("question and yes or no", {"question": EN, "answer": label}, "labelled_text"),
        ("numbers by name", {"source": range(COUNT), "target": [n / 7 for n in range(COUNT)]}, "series"),
        ("one column of sentences", {"id": range(COUNT), "line": EN}, "text"),
        ("three columns of sentences", {"a": DE, "b": EN, "c": KO}, "text"),
    ]


@pytest.mark.parametrize(("columns", "kind"), [pytest.param(*rest, id=name) for name, *rest in guesses()])
def test_two_columns_of_texts_without_labels_are_taken_for_pairs(tmp_path, columns, kind):
    path = tmp_path / "a.csv"
    pd.DataFrame(columns).to_csv(path, index=False)
    try:
        read_as = read_file(path, DataSettings(path=str(path))).facts.understood[0][1]
    except DataError as error:
        read_as = str(error).partition("read as ")[2]
    names = {
        "text_pairs": "pairs of texts",
        "labelled_text": "labelled texts",
        "series": "a series",
        "text": "a long text",
    }
    assert read_as.startswith(f"{names[kind]}, because ")
    if kind == "text_pairs":
        assert "--task dialogue reads it as a dialogue" in read_as
        assert "--task text_generation as a long text" in read_as


def test_typed_columns_of_texts_and_targets_are_taken_for_pairs(tmp_path):
    path = tmp_path / "a.csv"
    pd.DataFrame({"de": DE, "en": EN, "ko": KO}).to_csv(path, index=False)
    data = read_file(path, DataSettings(path=str(path), text_column="ko", target=("en",)))
    assert isinstance(data, TextPairs)
    assert (data.source_name, data.target_name) == ("ko", "en")
