"""The user's own dialogues, from every kind of file: turns with those before them, never across conversations."""

from __future__ import annotations

import json
import random

import pandas as pd
import pytest

from rnnbench.core.errors import DataError
from rnnbench.data import load
from rnnbench.data.kinds import TextPairs
from rnnbench.data.readers.files import read_file
from rnnbench.data.readers.turns import ordered_turns
from rnnbench.data.settings import DataSettings

WORDS = ["we", "saw", "the", "river", "again", "and", "nobody", "knew", "how", "deep", "it", "was", "today"]
DRAWN = random.Random(0)


def saying(number):
    return f"{' '.join(DRAWN.sample(WORDS, 4))} {number}"


CONVERSATIONS = [[saying(10 * number + place) for place in range(3 + number % 4)] for number in range(24)]


def expected(conversations):
    """Each turn from the second on, after at most three turns before it."""
    return [
        ("\n".join(turns[max(0, place - 3) : place]), turns[place])
        for turns in conversations
        for place in range(1, len(turns))
    ]


PAIRS = expected(CONVERSATIONS)


def rows(column="text", **further):
    """A row per turn."""
    return [
        {"dialogue_id": f"d{number}", "speaker": "AB"[place % 2], column: turn, **further}
        for number, turns in enumerate(CONVERSATIONS)
        for place, turn in enumerate(turns)
    ]


def said(turn, place):
    return {"speaker": ("Ann", "Bob")[place % 2], "text": turn}


def per_line(name, turn=lambda turn, place: turn, **further):
    """A JSON object per conversation and line."""
    return "\n".join(
        json.dumps({name: [turn(text, place) for place, text in enumerate(turns)], **further}, ensure_ascii=False)
        for turns in CONVERSATIONS
    )


def lines(form="{text}"):
    return "\n\n".join(
        "\n".join(
            form.format(text=turn, name=("Ann", "김철수")[place % 2], time=f"{place + 9}:{number:02}")
            for place, turn in enumerate(turns)
        )
        for number, turns in enumerate(CONVERSATIONS)
    )


def with_system(turn, place):
    return {"role": ("user", "assistant")[place % 2], "content": turn}


FILES = {
    "turns.csv": lambda path: pd.DataFrame(rows()).to_csv(path, index=False),
    "turns.tsv": lambda path: pd.DataFrame(rows("utterance")).to_csv(path, sep="\t", index=False),
    "turns.parquet": lambda path: pd.DataFrame(rows()).to_parquet(path),
    "turns.jsonl": lambda path: pd.DataFrame(rows()).to_json(path, orient="records", lines=True),
    "dailydialog.json": lambda path: path.write_text(
        per_line("dialogue", lambda turn, place: {"emotion": "none", "act": "inform", "text": turn}, topic="work")
    ),
    "texts.jsonl": lambda path: path.write_text(per_line("dialog")),
    "utterances.jsonl": lambda path: path.write_text(per_line("utterances", said)),
    "turns_of_objects.json": lambda path: path.write_text(
        json.dumps([{"turns": [said(turn, 0) for turn in turns]} for turns in CONVERSATIONS])
    ),
    "messages.jsonl": lambda path: path.write_text(
        "\n".join(
            json.dumps({"messages": [{"role": "system", "content": "be kind"}, *map(with_system, turns, range(9))]})
            for turns in CONVERSATIONS
        )
    ),
    "sharegpt.json": lambda path: path.write_text(
        json.dumps(
            [
                {"id": "x", "conversations": [{"from": "human", "value": turn} for turn in turns]}
                for turns in CONVERSATIONS
            ]
        )
    ),
    "columns_of_turns.jsonl": lambda path: path.write_text(
        "\n".join(json.dumps({"turns": {"utterance": turns, "speaker": [0] * len(turns)}}) for turns in CONVERSATIONS)
    ),
    "lists.json": lambda path: path.write_text(json.dumps(CONVERSATIONS)),
    "lists.jsonl": lambda path: path.write_text("\n".join(map(json.dumps, CONVERSATIONS))),
    "lists.parquet": lambda path: pd.DataFrame({"dialog": CONVERSATIONS}).to_parquet(path),
    "objects.parquet": lambda path: pd.DataFrame(
        {"messages": [[said(turn, 0) for turn in turns] for turns in CONVERSATIONS]}
    ).to_parquet(path),
    "lines.txt": lambda path: path.write_text(lines()),
    "lines.md": lambda path: path.write_text(lines()),
    "utf16.txt": lambda path: path.write_text(lines("{name}: {text}"), encoding="utf-16"),
    "cp949.txt": lambda path: path.write_text(lines("{name} : {text}"), encoding="cp949"),
    "timed.txt": lambda path: path.write_text(lines("[{time}] {name}: {text}"), encoding="utf-8"),
    "kakao.txt": lambda path: path.write_text(lines("[{name}] [오후 {time}] {text}"), encoding="utf-8"),
    "kakao_phone.txt": lambda path: path.write_text(
        lines("2021년 1월 31일 오후 {time}, {name} : {text}"), encoding="utf-8"
    ),
    "whatsapp.txt": lambda path: path.write_text(lines("31/01/2021, {time} - {name}: {text}"), encoding="utf-8"),
    "iphone.txt": lambda path: path.write_text(lines("[31.01.21, {time}:07] {name}: {text}"), encoding="utf-8"),
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
    return load(DataSettings(path=str(path), **settings), "dialogue")


def told(data: TextPairs, label: str) -> str:
    return " | ".join(sentence for name, sentence in data.facts.understood if name == label)


def refused(path, **settings) -> str:
    with pytest.raises(DataError) as caught:
        read(path, **settings)
    assert "\n" not in str(caught.value)
    return str(caught.value)


@pytest.mark.parametrize("name", FILES)
def test_turns_are_the_same_in_any_file(tmp_path, name):
    FILES[name](tmp_path / name)
    data = read(tmp_path / name)
    assert sorted(all_pairs(data)) == sorted(PAIRS)
    assert data.facts.kind == "dialogue"
    assert (data.source_name, data.target_name) == ("turn", "reply")
    assert "none of the 24 conversations is in two splits" in told(data, "split")
    assert all(sizes(data))


@pytest.mark.parametrize("name", ["turns.csv", "texts.jsonl", "lines.txt", "lists.parquet"])
def test_no_conversation_is_in_two_splits(tmp_path, name):
    FILES[name](tmp_path / name)
    splits = read(tmp_path / name).splits.opened()
    conversation_of = {turn: number for number, turns in enumerate(CONVERSATIONS) for turn in turns}
    parts = [
        {conversation_of[reply] for reply in part.targets} for part in (splits.train, splits.validation, splits.test)
    ]
    assert sum(map(len, parts)) == 24
    assert all(parts)


@pytest.mark.parametrize(
    "name", ["dailydialog.json", "texts.jsonl", "lists.parquet", "objects.parquet", "sharegpt.json"]
)
def test_lists_of_turns_are_taken_for_a_dialogue_without_a_task(tmp_path, name):
    FILES[name](tmp_path / name)
    data = read_file(tmp_path / name, DataSettings(path=str(tmp_path / name)))
    assert data.facts.understood[0][1].startswith("a dialogue, because it holds lists of turns; --task ")
    assert data.fingerprint == read(tmp_path / name).fingerprint


@pytest.mark.parametrize("column", ["dialogue_id", "conversation_id", "scene", "대화", "Dialog ID", "film"])
def test_a_column_of_conversations_is_found_or_typed(tmp_path, column):
    frame = pd.DataFrame(rows()).rename(columns={"dialogue_id": column})
    frame.to_csv(tmp_path / "a.csv", index=False)
    typed = {"group_column": "film"} if column == "film" else {}
    assert sorted(all_pairs(read(tmp_path / "a.csv", **typed))) == sorted(PAIRS)


def test_turns_of_a_conversation_need_not_follow_each_other(tmp_path):
    frame = pd.DataFrame(rows())
    frame["place"] = frame.groupby("dialogue_id").cumcount()
    frame.sort_values("place", kind="stable").drop(columns="place").to_csv(tmp_path / "a.csv", index=False)
    assert sorted(all_pairs(read(tmp_path / "a.csv"))) == sorted(PAIRS)


def test_names_and_times_are_no_part_of_the_turns_and_are_told(tmp_path):
    FILES["timed.txt"](tmp_path / "timed.txt")
    data = read(tmp_path / "timed.txt")
    assert "every line begins with a name (Ann, 김철수)" in told(data, "file")
    assert not data.facts.warnings


def test_a_line_without_a_name_keeps_all_names_with_a_warning(tmp_path):
    text = lines("{name}: {text}").replace("Ann: ", "", 1)
    (tmp_path / "a.txt").write_text(text, encoding="utf-8")
    data = read(tmp_path / "a.txt")
    assert any("line 1 does not" in warning for warning in data.facts.warnings)
    assert any(reply.startswith("김철수: ") for _, reply in all_pairs(data))


def test_rows_whose_conversations_are_unknown_are_a_warning(tmp_path):
    pd.DataFrame({"line": turns_in_order(50)}).to_csv(tmp_path / "a.csv", index=False)
    assert "type --group-column NAME" in read(tmp_path / "a.csv").facts.warnings[0]


def test_lists_of_turns_are_named_where_pairs_are_needed(tmp_path):
    FILES["dailydialog.json"](tmp_path / "a.json")
    with pytest.raises(
        DataError, match="the file looks like a dialogue, because it holds lists of turns: the task dialogue"
    ):
        load(DataSettings(path=str(tmp_path / "a.json")), "text_pairs")


def test_texts_with_a_colon_are_no_names(tmp_path):
    turns = [f"{turn}: {turn}" for turns in CONVERSATIONS for turn in turns]
    (tmp_path / "a.txt").write_text("\n".join(turns), encoding="utf-8")
    assert {reply for _, reply in all_pairs(read(tmp_path / "a.txt"))} <= {*turns}


def turns_in_order(count):
    return [saying(number) for number in range(count)]


@pytest.mark.parametrize("lengths", [[50] * 3, [120, *[4] * 12], [30] * 5], ids=["three", "one is long", "five"])
def test_few_or_very_unequal_conversations_are_split_by_position(tmp_path, lengths):
    held = [{"dialogue": turns_in_order(length)} for length in lengths]
    (tmp_path / "a.jsonl").write_text("\n".join(map(json.dumps, held)), encoding="utf-8")
    for seed in range(4):
        data = read(tmp_path / "a.jsonl", split_seed=seed)
        train, validation, test = sizes(data)
        assert train >= 0.55 * (train + validation + test)
        assert min(validation, test) > 0
        splits = data.splits.opened()
        said = {turn for source in splits.test.sources for turn in source.split("\n")}
        assert not said & {*splits.train.targets}


@pytest.mark.parametrize("form", ["txt", "csv", "jsonl"])
def test_one_conversation_is_split_by_position_and_no_source_reaches_back(tmp_path, form):
    turns = turns_in_order(101)
    path = tmp_path / f"a.{form}"
    if form == "txt":
        path.write_text("\n".join(turns), encoding="utf-8")
    elif form == "csv":
        pd.DataFrame({"line": turns}).to_csv(path, index=False)
    else:
        path.write_text("\n".join(json.dumps({"utterance": turn}) for turn in turns), encoding="utf-8")
    data = read(path)
    splits = data.splits.opened()
    # 100 pairs in order; the first three of validation and of test have earlier turns that are replies before them
    assert sizes(data) == [80, 7, 7]
    assert splits.train.targets == tuple(turns[1:81])
    assert splits.validation.targets == tuple(turns[84:91])
    assert splits.test.targets == tuple(turns[94:])
    assert splits.validation.sources[0] == "\n".join(turns[81:84])
    assert "6 whose earlier turns are in another split" in told(data, "rows")
    assert told(data, "split").startswith("by position")


@pytest.mark.parametrize(
    "names", ["statement reply", "context response", "question answer", "질문 답변", "Q A", "user bot", "x y"]
)
def test_a_statement_and_a_reply_in_each_row_are_pairs_in_order(tmp_path, names):
    first, second = names.split()
    turns = turns_in_order(80)
    pd.DataFrame({first: turns[:40], second: turns[40:]}).to_csv(tmp_path / "a.csv", index=False)
    data = read(tmp_path / "a.csv")
    assert all_pairs(data) == [*zip(turns[:40], turns[40:], strict=True)]
    assert (data.source_name, data.target_name) == (first, second)
    assert told(data, "split") == "by position, training first, test last: training 32, validation 4, test 4"


def test_two_files_of_statements_and_replies_are_pairs(tmp_path):
    turns = turns_in_order(80)
    (tmp_path / "talk.ask").write_text("\n".join(turns[:40]), encoding="utf-8")
    (tmp_path / "talk.say").write_text("\n".join(turns[40:]), encoding="utf-8")
    data = read(tmp_path / "talk.ask", target_data=str(tmp_path / "talk.say"))
    assert all_pairs(data) == [*zip(turns[:40], turns[40:], strict=True)]


def test_statements_of_a_conversation_stay_in_one_split(tmp_path):
    turns = turns_in_order(160)
    frame = pd.DataFrame({"dialogue_id": [row // 4 for row in range(80)], "q": turns[:80], "a": turns[80:]})
    frame.to_csv(tmp_path / "a.csv", index=False)
    conversation_of = dict(zip(turns[:80], frame["dialogue_id"], strict=True))
    splits = read(tmp_path / "a.csv").splits.opened()
    parts = [
        {conversation_of[text] for text in part.sources} for part in (splits.train, splits.validation, splits.test)
    ]
    assert sum(map(len, parts)) == 20


def test_a_context_that_is_a_list_has_its_last_three_turns(tmp_path):
    turns = turns_in_order(80)
    held = [{"context": turns[row : row + 5], "response": turns[row + 5]} for row in range(40)]
    (tmp_path / "a.jsonl").write_text("\n".join(map(json.dumps, held)), encoding="utf-8")
    assert all_pairs(read(tmp_path / "a.jsonl"))[0] == ("\n".join(turns[2:5]), turns[5])


def test_halves_of_characters_are_replaced(tmp_path):
    held = [json.dumps({"dialogue": turns[:-1]})[:-2] + ', "cut \\ud83d"]}' for turns in CONVERSATIONS]
    (tmp_path / "a.jsonl").write_text("\n".join(held), encoding="utf-8")
    data = read(tmp_path / "a.jsonl")
    assert {reply for _, reply in all_pairs(data) if reply.startswith("cut")} == {"cut \ufffd"}


def test_line_breaks_inside_a_turn_become_blanks(tmp_path):
    turns = turns_in_order(60)
    turns[1] = "first\nsecond \r\n third"
    pd.DataFrame({"utterance": turns}).to_parquet(tmp_path / "a.parquet")
    pairs = all_pairs(read(tmp_path / "a.parquet"))
    assert pairs[0][1] == "first second third"
    assert pairs[1][0] == f"{turns[0]}\nfirst second third"


def test_options_name_the_turns_and_the_conversations(tmp_path):
    frame = pd.DataFrame([{"film": row["dialogue_id"], "a": row["text"], "b": row["text"] + " b"} for row in rows()])
    frame.to_csv(tmp_path / "a.csv", index=False)
    assert sorted(all_pairs(read(tmp_path / "a.csv", text_column="a", group_column="film"))) == sorted(PAIRS)
    by_rows = read(tmp_path / "a.csv", text_column="b", target=("a",))
    assert all_pairs(by_rows)[0] == (frame["b"][0], frame["a"][0])
    assert "no column 'c'" in refused(tmp_path / "a.csv", text_column="c")
    held = [{"said": turns, "film": number} for number, turns in enumerate(CONVERSATIONS)]
    (tmp_path / "a.jsonl").write_text("\n".join(map(json.dumps, held)), encoding="utf-8")
    assert sorted(all_pairs(read(tmp_path / "a.jsonl", text_column="said"))) == sorted(PAIRS)


def test_an_empty_turn_ends_what_is_answered(tmp_path):
    turns = [*turns_in_order(60)]
    turns[30] = ""
    pd.DataFrame({"n": range(60), "utterance": turns}).to_csv(tmp_path / "a.csv", index=False)
    data = read(tmp_path / "a.csv")
    assert "1 without a text" in told(data, "rows")
    assert not [pair for pair in all_pairs(data) if turns[31] == pair[1]]


def test_pairs_of_turns_by_hand():
    turns = ordered_turns(["a", "x", "b", "c", "", "d", "e", "y"], [1, 2, 1, 1, 1, 1, 1, 2])
    assert [*zip(turns.sources, turns.replies, strict=True)] == [("a", "b"), ("a\nb", "c"), ("d", "e"), ("x", "y")]
    assert turns.order.tolist() == [2, 3, 6, 7]
    assert turns.before.tolist() == [0, 2, 5, 1]
    assert (turns.empty, turns.alone) == (1, 3)


def test_files_of_splits_keep_their_conversations(tmp_path):
    for name, first, last in (("train", 0, 14), ("dev", 14, 19), ("test", 19, 24)):
        held = [{"dialogue": turns} for turns in CONVERSATIONS[first:last]]
        (tmp_path / f"{name}.jsonl").write_text("\n".join(map(json.dumps, held)), encoding="utf-8")
    files = {"validation_data": str(tmp_path / "dev.jsonl"), "test_data": str(tmp_path / "test.jsonl")}
    splits = read(tmp_path / "train.jsonl", **files).splits.opened()
    assert splits.test.targets == tuple(reply for _, reply in expected(CONVERSATIONS[19:]))
    assert splits.validation.targets == tuple(reply for _, reply in expected(CONVERSATIONS[14:19]))
    assert splits.train.targets == tuple(reply for _, reply in expected(CONVERSATIONS[:14]))
    drawn = read(tmp_path / "train.jsonl", test_data=files["test_data"])
    assert sizes(drawn)[2] == len(expected(CONVERSATIONS[19:]))
    assert sizes(drawn)[1] > 0


def test_a_field_beside_the_lists_names_the_splits(tmp_path):
    folds = ["train"] * 14 + ["validation"] * 5 + ["test"] * 5
    held = [{"fold": fold, "dialogue": turns} for fold, turns in zip(folds, CONVERSATIONS, strict=True)]
    (tmp_path / "a.jsonl").write_text("\n".join(map(json.dumps, held)), encoding="utf-8")
    data = read(tmp_path / "a.jsonl", split_column="fold")
    assert sizes(data) == [
        len(expected(part)) for part in (CONVERSATIONS[:14], CONVERSATIONS[14:19], CONVERSATIONS[19:])
    ]


def test_a_column_of_splits_and_one_of_conversations_go_together(tmp_path):
    frame = pd.DataFrame(rows()).rename(columns={"dialogue_id": "film"})
    frame["part"] = [("train", "dev", "test")[min(2, int(name[1:]) // 9)] for name in frame["film"]]
    frame.to_csv(tmp_path / "a.csv", index=False)
    data = read(tmp_path / "a.csv", split_column="part", group_column="film")
    assert sorted(all_pairs(data)) == sorted(PAIRS)
    assert sizes(data) == [len(expected(part)) for part in (CONVERSATIONS[:9], CONVERSATIONS[9:18], CONVERSATIONS[18:])]


def test_sources_in_two_splits_are_left_out_of_training_but_short_ones_with_their_reply(tmp_path):
    long, short = "how deep is the river", "yes."
    train = [
        (long, "ten feet"),
        (short, "good"),
        (short, "bad"),
        *zip(turns_in_order(40), turns_in_order(40), strict=True),
    ]
    test = [(long, "twenty feet"), (short, "good"), *zip(turns_in_order(5), turns_in_order(5), strict=True)]
    for name, pairs in (("train", train), ("test", test)):
        pd.DataFrame(pairs, columns=["statement", "reply"]).to_csv(tmp_path / f"{name}.csv", index=False)
    data = read(tmp_path / "train.csv", test_data=str(tmp_path / "test.csv"))
    splits = data.splits.opened()
    assert long not in splits.train.sources + splits.validation.sources
    assert (short, "good") not in all_pairs(data)[: -len(test)]
    assert (short, "bad") in all_pairs(data)
    assert "2 of training whose source is in validation or test too" in told(data, "rows")


def test_repeated_pairs_are_kept_and_counted(tmp_path):
    turns = turns_in_order(80)
    pairs = [*zip(turns[:40], turns[40:], strict=True), *[("yes.", "no.")] * 3]
    pd.DataFrame(pairs, columns=["statement", "reply"]).to_csv(tmp_path / "a.csv", index=False)
    assert "2 of them repeat a pair" in told(read(tmp_path / "a.csv"), "rows")


@pytest.mark.parametrize("name", ["turns.csv", "utterances.jsonl", "timed.txt"])
def test_replies_by_the_speaker_of_the_turn_before_are_a_warning(tmp_path, name, monkeypatch):
    FILES[name](tmp_path / name)
    assert not read(tmp_path / name).facts.warnings
    frame = pd.DataFrame(rows())
    frame["speaker"] = "A"
    frame.to_csv(tmp_path / "alone.csv", index=False)
    assert "replies are by the speaker of the turn before" in read(tmp_path / "alone.csv").facts.warnings[0]


@pytest.mark.parametrize(
    ("name", "content", "settings", "message"),
    [
        ("a.txt", "\n".join(WORDS), {}, "at least 30"),
        ("a.txt", "\n\n".join(turns_in_order(50)), {}, "50 without a turn before them"),
        ("a.csv", "n,m\n" + "\n".join(f"{row},{row * 7}" for row in range(50)), {}, "cannot infer"),
        ("a.csv", "film,line\n" + "\n".join(map(",{}".format, turns_in_order(50))), {"group_column": "film"}, "empty"),
        ("a.csv", "scene,line\n1,a b\n1,c d\n" + "\n".join(map(",{}".format, turns_in_order(50))), {}, "fill it in"),
        ("a.csv", "line\n" + "\n".join(turns_in_order(50)), {"time_column": "line"}, "does not split a dialogue"),
    ],
)  # fmt: skip
def test_what_cannot_be_a_dialogue_is_refused_with_the_reason(tmp_path, name, content, settings, message):
    (tmp_path / name).write_text(content, encoding="utf-8")
    assert message in refused(tmp_path / name, **settings)
