"""Encoders that could not be compared are refused before training."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from rnnbench.core.errors import ComparisonError
from rnnbench.core.settings import range_to_plain
from rnnbench.experiment.files import load
from rnnbench.sweeps import SweepOptions
from rnnbench.sweeps.eligibility import require_comparable
from rnnbench.sweeps.plan import configurations

Write = Callable[[str], None]


@pytest.fixture
def write(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Write:
    """Writes a study of sentiment into the working folder: what follows the first lines."""
    (tmp_path / "experiments").mkdir()
    monkeypatch.chdir(tmp_path)

    def written(content: str) -> None:
        (tmp_path / "experiments" / "mine.yaml").write_text(f"study_of: sentiment\nmodels: [gru, rnn]\n{content}")

    return written


def checked() -> None:
    require_comparable(configurations(load("mine"), SweepOptions()), {}, {}, "mine")


def refusal() -> str:
    with pytest.raises(ComparisonError) as refused:
        checked()
    return str(refused.value)


def test_encoders_under_unlike_budgets_are_refused(write: Write) -> None:
    write("for_model: {gru: {budget: {updates: 4000}}}")
    assert refusal().splitlines()[:2] == [
        "these encoders cannot be compared in one table:",
        "  budget.updates: 1000 in rnn; 4000 in gru",
    ]


def test_a_range_for_one_encoder_alone_is_refused(write: Write) -> None:
    ranges = "{training.learning_rate: {low: 0.01, high: 0.02}, encoder.hidden_size: [16, 32]}"
    write(
        "search: {settings: [training.learning_rate, encoder.hidden_size], ranges: {encoder.hidden_size: [16, 32]}}\n"
        f"for_model: {{gru: {{search: {{ranges: {ranges}}}}}}}"
    )
    assert refusal().splitlines()[1:-2] == [
        "  range of training.learning_rate: 0.0005 to 0.01 (log) in rnn; 0.01 to 0.02 in gru"
    ]


def test_a_setting_held_back_from_one_encoder_is_refused(write: Write) -> None:
    write(
        "search: {settings: [encoder.hidden_size, encoder.dropout]}\n"
        "for_model: {rnn: {search: {ranges: {encoder.dropout: null}}}}"
    )
    assert "range of encoder.dropout" in refusal()
    assert "; not searched in rnn" in refusal()


def test_another_value_for_one_encoder_is_not(write: Write) -> None:
    write("for_model: {gru: {encoder: {num_layers: 2}, training: {batch_size: 16}}}")
    checked()


def test_an_encoder_whose_settings_changed_since_the_sweep_began_is_refused(write: Write) -> None:
    write("for_model: {gru: {encoder: {num_layers: 2}}}")
    began = configurations(load("mine"), SweepOptions())
    require_comparable(began, began, {}, "mine")
    write("for_model: {gru: {encoder: {num_layers: 1}}}")
    now = configurations(load("mine"), SweepOptions())
    with pytest.raises(ComparisonError) as refused:
        require_comparable(now, began, {}, "mine")
    assert str(refused.value).splitlines() == [
        "the existing sweep was started with other settings:",
        "  encoder.num_layers of gru, which was not searched: 1 in this call; 2 in an earlier call",
        "  to start a separate sweep, type: rnnbench sweep mine --fresh, with your other options",
    ]
    require_comparable(now, {"rnn": began["rnn"]}, {}, "mine")


def test_a_sweep_whose_trials_were_drawn_from_other_ranges_is_not_continued(write: Write) -> None:
    write("search: {settings: [encoder.num_layers]}")
    began = configurations(load("mine"), SweepOptions())
    ranges = {name: range_to_plain(searched) for name, searched in began["gru"].ranges().items()}
    require_comparable(began, began, {"gru": ranges}, "mine")
    older = {"encoder.num_layers": {"low": 1, "high": 4, "log": False, "step": 1}}
    with pytest.raises(ComparisonError) as refused:
        require_comparable(began, began, {"gru": older}, "mine")
    assert "range of encoder.num_layers: 1 to 3 in this call; 1 to 4 in an earlier call" in str(refused.value)
    with pytest.raises(ComparisonError) as unlike:
        require_comparable({"rnn": began["rnn"]}, began, {"gru": older}, "mine")
    said = str(unlike.value)
    assert "range of encoder.num_layers: 1 to 3 in rnn; 1 to 4 in gru" in said
    assert said.endswith(
        "gru: from an earlier call of this sweep; "
        "to start a separate sweep, type: rnnbench sweep mine --fresh, with your other options"
    )
