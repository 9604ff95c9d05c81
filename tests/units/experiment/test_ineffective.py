"""Typed settings without effect are reported with the reason, unless they may have an effect in some trials."""

from __future__ import annotations

import pytest

from rnnbench.experiment.resolve import resolve


def without_effect(*sets: str, model: str = "gru", search: str = "none") -> dict[str, str]:
    config = resolve("sentiment", model, sets=[*sets, f"search.settings=[{search}]"])
    return config.search_space.typed_without_effect()


IDLE = [
    ("training.momentum=0.5", "training.optimizer=adamw", "training.optimizer=sgd"),
    ("training.orthogonalization_steps=3", "training.optimizer=sgd", "training.optimizer=muon"),
    ("training.averaging_decay=0.9", "training.averaging=stochastic", "training.averaging=exponential"),
    ("training.averaging_start=0.9", "training.averaging=exponential", "training.averaging=stochastic"),
    ("training.decay_factor=0.5", "training.schedule=cosine", "training.schedule=plateau"),
    ("training.decay_every=0.5", "training.schedule=plateau", "training.schedule=step"),
    ("training.plateau_patience=2", "training.schedule=step", "training.schedule=plateau"),
    ("training.minimum_change=0.1", "training.patience=0", "training.patience=2"),
    ("training.gradient_clip_by=value", "training.gradient_clip=0", "training.gradient_clip=1"),
    ("encoder.locked_dropout=true", "encoder.dropout=0", "encoder.dropout=0.2"),
    ("encoder.dropout=0.2", "encoder.output_dropout=0", "encoder.num_layers=2"),
    ("encoder.connection=residual", "encoder.num_layers=1", "encoder.num_layers=2"),
]


@pytest.mark.parametrize(("setting", "beside", "at_work"), IDLE)
def test_settings_without_effect_are_reported_and_others_are_not(setting: str, beside: str, at_work: str) -> None:
    assert [*without_effect(setting, beside)] == [setting.partition("=")[0]]
    assert without_effect(setting, at_work) == {}


def test_state_reset_has_no_effect_without_a_carried_state() -> None:
    def told(carry: str) -> list[str]:
        sets = ["task.state_reset=0.1", f"task.carry_state={carry}", "search.settings=[none]"]
        return [*resolve("text_generation", "gru", sets=sets).search_space.typed_without_effect()]

    assert told("false") == ["task.state_reset"]
    assert told("true") == []


def test_the_reason_names_the_setting_to_change() -> None:
    assert without_effect("training.momentum=0.5") == {
        "training.momentum": "only used with training.optimizer = sgd or muon"
    }
    assert "set encoder.num_layers to 2 or more" in without_effect("encoder.connection=highway")["encoder.connection"]


@pytest.mark.parametrize(("model", "width"), [("gru", 128), ("transformer", 64)])
def test_one_layer_as_wide_as_its_input_is_connected(model: str, width: int) -> None:
    sets = ("encoder.connection=residual", f"task.embedding_size={width}", "encoder.hidden_size=64")
    assert without_effect(*sets, model=model) == {}, (
        "two directions of 64 put out 128; attention looks both ways by itself"
    )


def test_a_setting_that_some_trials_use_is_not_reported() -> None:
    assert without_effect("training.momentum=0.5", search="optimization") == {}
    assert without_effect("encoder.connection=residual", search="encoder.num_layers") == {}


def test_settings_of_a_file_are_not_reported() -> None:
    assert without_effect() == {}
