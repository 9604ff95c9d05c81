"""Labels in several columns, and cells that are lists."""

import json

import pandas as pd
import pytest

from rnnbench.core.errors import DataError
from rnnbench.data import load
from rnnbench.data.settings import DataSettings

TEXTS = [f"the film number {number} was seen" for number in range(60)]


def read(path, **settings):
    return load(DataSettings(path=str(path), **settings), "labelled_text")


def written(folder, **columns):
    path = folder / "a.csv"
    pd.DataFrame({"text": TEXTS, **columns}).to_csv(path, index=False)
    return path


def cycled(*values):
    return [values[number % len(values)] for number in range(60)]


def class_of_text(data):
    train = data.splits.train
    return {text: data.classes[label] for text, label in zip(train.texts, train.labels, strict=True)}


@pytest.mark.parametrize(
    ("one", "zero"), [("1", "0"), ("1.0", "0.0"), ("True", "False"), ("1", "")], ids=["01", "floats", "truth", "blank"]
)
@pytest.mark.parametrize("names", [("pos", "neg"), ("joy", "anger", "fear")])
def test_one_column_of_0_and_1_per_class(tmp_path, one, zero, names):
    wanted = cycled(*names)
    path = written(tmp_path, **{name: [one if name == label else zero for label in wanted] for name in names})
    data = read(path)
    assert data.classes == tuple(sorted(names))
    expected = dict(zip(TEXTS, wanted, strict=True))
    assert all(expected[text] == label for text, label in class_of_text(data).items())
    assert any("hold 0 and 1: each is a class" in sentence for _, sentence in data.facts.understood)
    assert read(path, label_column=",".join(names)).fingerprint == data.fingerprint


def test_several_labels_of_one_text_are_refused_by_name(tmp_path):
    path = written(tmp_path, a=cycled(1, 0, 0), b=cycled(1, 1, 0), c=cycled(0, 1, 0))
    with pytest.raises(DataError, match=r"'a', 'b', 'c' hold 0 and 1, with several 1s in 40 rows, the first in line 2"):
        read(path)
    assert read(path, label_column="a").classes == ("0", "1")
    with pytest.raises(DataError, match="several 1s in 40 rows"):
        read(path, label_column="a,b,c")
    with pytest.raises(DataError, match="must hold 0 and 1, one column per class, and 'mood' does not"):
        read(written(tmp_path, a=cycled(1, 0), mood=cycled("x", "y")), label_column="a,mood")


def test_a_column_with_the_name_of_labels_goes_before_columns_of_0_and_1(tmp_path):
    path = written(tmp_path, label=cycled("x", "y", "z"), spam=cycled(1, 0), ham=cycled(0, 1))
    assert read(path).classes == ("x", "y", "z")


def test_a_column_whose_name_has_a_comma_is_no_list_of_columns(tmp_path):
    path = written(tmp_path, **{"mood, total": cycled("x", "y"), "other": cycled("p", "q")})
    assert read(path, label_column="mood, total").classes == ("x", "y")


def test_columns_that_may_be_the_label_are_listed_with_their_values(tmp_path):
    path = written(tmp_path, label=cycled(0, 1), sentiment=cycled("neg", "pos"))
    with pytest.raises(DataError) as caught:
        read(path)
    assert "type --label-column NAME" in str(caught.value)
    assert "2 columns may be it: 'label' (0, 1), 'sentiment' (neg, pos)" in str(caught.value)


def written_lines(folder, tokens, labels):
    path = folder / "a.jsonl"
    rows = [{"tokens": text, "label": label} for text, label in zip(tokens, labels, strict=True)]
    path.write_text("\n".join(map(json.dumps, rows)), encoding="utf-8")
    return path


def test_lists_of_tokens_and_of_one_label_are_the_joined_text_and_the_label(tmp_path):
    plain = read(written(tmp_path, label=cycled("x", "y")))
    tokens = [text.split() for text in TEXTS]
    labels = [[label] for label in cycled("x", "y")]
    in_lines = read(written_lines(tmp_path, tokens, labels))
    pd.DataFrame({"tokens": tokens, "label": labels}).to_parquet(tmp_path / "a.parquet")
    in_parquet = read(tmp_path / "a.parquet")
    pd.DataFrame({"tokens": tokens, "label": labels}).to_csv(tmp_path / "b.csv", index=False)
    in_csv = read(tmp_path / "b.csv")
    assert plain.fingerprint == in_lines.fingerprint == in_parquet.fingerprint == in_csv.fingerprint
    assert ("columns", "column 'tokens' holds lists of tokens, joined by blanks") in in_csv.facts.understood


def test_lists_of_several_labels_are_refused_with_the_line(tmp_path):
    several = [["x"], ["x", "y"]]
    with pytest.raises(DataError, match=r"line 2: column 'label' holds several labels \(x, y; 30 rows do\)"):
        read(written_lines(tmp_path, TEXTS, [several[number % 2] for number in range(60)]))
    with pytest.raises(DataError, match=r"line 3: column 'label' holds several labels"):
        read(written(tmp_path, label=[str(several[number % 2]) for number in range(60)]))


def test_arrays_as_numpy_prints_them_are_refused(tmp_path):
    pd.DataFrame({"text": [f"['a' 'film' '{n}']" for n in range(60)], "label": cycled(0, 1)}).to_csv(
        tmp_path / "a.csv", index=False
    )
    with pytest.raises(DataError, match="arrays without commas"):
        read(tmp_path / "a.csv", text_column="text", label_column="label")


def test_texts_in_square_brackets_are_texts(tmp_path):
    path = tmp_path / "a.csv"
    texts = [f"[Music] scene {number} [end]" for number in range(60)]
    pd.DataFrame({"text": texts, "label": cycled(0, 1)}).to_csv(path, index=False)
    assert {*read(path).splits.train.texts} < {*texts}


@pytest.mark.parametrize(
    "spell",
    ["__label__{label} {text}", "__label__{label}\t{text}", "  __label__{label}   {text}", "{text} __label__{label}"],
)
def test_lines_in_the_format_of_fasttext(tmp_path, spell):
    path = tmp_path / "a.txt"
    lines = zip(TEXTS, cycled("x", "y"), strict=True)
    path.write_text("\n".join(spell.format(label=label, text=text) for text, label in lines), encoding="utf-8")
    assert read(path).fingerprint == read(written(tmp_path, label=cycled("x", "y"))).fingerprint
    path.write_text(path.read_text() + "\n__label__x __label__y both", encoding="utf-8")
    with pytest.raises(DataError, match=r"line 61 has several labels \(x, y\)"):
        read(path)
    path.write_text(path.read_text().rpartition("\n")[0] + "\nneither", encoding="utf-8")
    with pytest.raises(DataError, match="line 61 has no label"):
        read(path)


@pytest.mark.parametrize("separator", [",", ";"])
def test_a_table_whose_labels_have_the_mark_of_fasttext(tmp_path, separator):
    path = tmp_path / "a.csv"
    lines = zip(TEXTS, cycled("x", "y"), strict=True)
    path.write_text("".join(f"__label__{label}{separator}{text}\n" for text, label in lines), encoding="utf-8")
    assert read(path).fingerprint == read(written(tmp_path, label=cycled("x", "y"))).fingerprint
    assert read(path).classes == ("x", "y")


def test_columns_that_may_be_the_text_are_listed_with_their_first_text(tmp_path):
    path = tmp_path / "a.csv"
    columns = {"first": TEXTS, "second": [f"{text} again" for text in TEXTS], "label": cycled("x", "y")}
    pd.DataFrame(columns).to_csv(path, index=False)
    with pytest.raises(DataError, match=r"type --text-column NAME\. 2 columns may be it: 'first' \(the film") as caught:
        read(path)
    assert "'label' (" not in str(caught.value)
