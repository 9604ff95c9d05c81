"""The user's own labelled texts."""

import pytest

from rnnbench.core.errors import DataError
from rnnbench.data import load
from rnnbench.data.settings import DataSettings


@pytest.fixture
def reviews(tmp_path):
    """Writes a table of (text, label) rows and loads it."""

    def read(rows, header="text,label", name="reviews.csv", **settings):
        path = tmp_path / name
        path.write_text(header + "\n" + "".join(",".join(row) + "\n" for row in rows), encoding="utf-8")
        return load(DataSettings(path=str(path), **settings), "labelled_text")

    return read


def rows(count=60, labels=("0", "1")):
    return [(f"영화 number {number} was watched", labels[number % len(labels)]) for number in range(count)]


def test_every_text_is_in_one_split_and_classes_keep_their_proportion(reviews):
    splits = reviews(rows()).splits.opened()
    parts = [splits.train, splits.validation, splits.test]
    assert [len(part) for part in parts] == [48, 6, 6]
    assert sorted(text for part in parts for text in part.texts) == sorted(text for text, _ in rows())
    assert [int(part.labels.sum()) for part in parts] == [24, 3, 3]


def test_labels_stay_with_their_texts(reviews):
    data = reviews(rows())
    expected = dict(rows())
    for text, label in zip(data.splits.train.texts, data.splits.train.labels, strict=True):
        assert data.classes[label] == expected[text]


def test_classes_that_are_numbers_are_in_the_order_of_numbers(reviews):
    assert reviews(rows(labels=("10", "9", "1"))).classes == ("1", "9", "10")
    assert reviews(rows(labels=("good", "bad"))).classes == ("bad", "good")


@pytest.mark.parametrize(
    "header", ["review,stars", "Document,Label", "리뷰,평점", "words that were said,what it is", "a,b"]
)
def test_columns_are_found_by_name_or_by_what_they_hold(reviews, header):
    assert reviews(rows(), header).splits.train.texts[0].startswith("영화")


def test_columns_can_be_named(reviews):
    wide = [(text, label, str(number)) for number, (text, label) in enumerate(rows())]
    data = reviews(wide, "text,first,second", text_column="text", label_column="first")
    assert data.classes == ("0", "1")


def test_how_the_file_was_read_is_told(reviews):
    facts = reviews([*rows(), ("영화 number 0 was watched", "1"), ("", "1"), ("another", ""), ("a third", "NaN")]).facts
    assert ("columns", "text is 'text', label is 'label'") in facts.understood
    assert ("classes", "2: 0 30, 1 30") in facts.understood
    assert (
        "rows",
        "64 read, 60 used; left out: 1 without a text, 2 without a label (NaN 1), 1 that repeat a text (1 of them with "
        "another label: that of the first row is kept)",
    ) in facts.understood
    assert ("split", facts.split_rule) in facts.understood
    assert "training 48, validation 6, test 6" in facts.split_rule
    assert not facts.warnings


def test_columns_that_are_not_used_are_told(reviews):
    table = [(str(number), text, "2024", label) for number, (text, label) in enumerate(rows())]
    understood = reviews(table, "id,review,year,stars").facts.understood
    assert ("columns", "text is 'review', label is 'stars'; not used: 'id', 'year'") in understood


def test_the_seed_of_the_split_changes_it(reviews):
    first, again, other = (reviews(rows(), split_seed=seed).fingerprint for seed in (0, 0, 1))
    assert first == again
    assert first != other


@pytest.mark.parametrize(
    ("table", "header", "settings", "message"),
    [
        (rows(labels=("1",)), "text,label", {}, "every row has the label '1' in column 'label'"),
        (rows(20), "text,label", {}, "20 usable rows, but three splits need at least 30"),
        ([*rows(), ("one", "2")], "text,label", {}, "at least 3 rows, one for each split; too few in '2' (1)"),
        ([(text, str(n)) for n, (text, _) in enumerate(rows())], "text,label", {}, "60 different values in column"),
        ([(text, "") for text, _ in rows()], "text,label", {}, "no row has both a text and a label"),
        (rows(), "text,label", {"text_column": "txt"}, "no column 'txt' (--text-column). Did you mean 'text'?"),
        (rows(), "text,label", {"label_column": "lable"}, "no column 'lable' (--label-column). Did you mean 'label'?"),
        (rows(), "text,label", {"text_column": "text", "label_column": "text"}, "cannot be both"),
        ([("aaaa", "bbbb", "cccc")] * 40, "x,y,z", {}, "cannot infer the text column: type --text-column NAME"),
        ([(text, a, a) for text, a in rows()], "text,x,y", {}, "cannot infer the label column: type --label-column"),
    ],
)  # fmt: skip
def test_refusals_are_one_line(reviews, table, header, settings, message):
    with pytest.raises(DataError) as caught:
        reviews(table, header, **settings)
    assert message in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_class_called_like_no_value_is_kept_where_the_user_says_so(reviews):
    table = rows(90, ("none", "hate", "offence"))
    assert reviews(table, missing=("",)).classes == ("hate", "none", "offence")
    warned = reviews(table)
    assert warned.classes == ("hate", "offence")
    assert any("--missing ''" in warning for warning in warned.facts.warnings)
    with pytest.raises(DataError, match="type --missing ''"):
        reviews(rows(90, ("none", "toxic")))
    splits = reviews([("none", "hate"), *table], missing=("",)).splits.opened()
    assert "none" in {text for part in (splits.train, splits.validation, splits.test) for text in part.texts}


def test_a_continuous_rating_is_refused_with_the_remedy(reviews):
    table = [(f"film number {number}", f"{number % 37 / 10}") for number in range(200)]
    with pytest.raises(DataError, match="continuous rating, not classes: write ranges"):
        reviews(table)
