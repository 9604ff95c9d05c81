"""Matching the number of parameters: the solved width, and refusals where none fits."""

from __future__ import annotations

import pytest
from small_runs import use_data

from rnnbench.core import registry
from rnnbench.core.errors import BudgetError, SettingsError
from rnnbench.core.trust import trust
from rnnbench.experiment.config import ExperimentConfig
from rnnbench.experiment.resolve import resolve
from rnnbench.runs.build import build, parameters_of
from rnnbench.runs.match_parameters import match_all, matched, nearest_sizes
from rnnbench.runs.prepare import prepare
from rnnbench.storage.record import is_matched

PICKY = """
from torch import nn
from rnnbench.encoders.base import Cell

class Picky(Cell):
    def __init__(self, input_size, settings):
        super().__init__(input_size, settings)
        if settings.hidden_size % 8:
            raise ValueError("eight heads")
        self.enter = nn.Linear(input_size, settings.hidden_size)
        self.recurrent = nn.Linear(settings.hidden_size, settings.hidden_size)

    def step(self, x, state):
        after = (self.enter(x) + self.recurrent(state[0])).tanh()
        return after, (after,)
"""


@pytest.fixture(autouse=True)
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    use_data(monkeypatch)


def a_config(task: str, model: str, target: object, **values: object) -> ExperimentConfig:
    config = resolve(task, model, options={"budget.match_parameters": (target, "--match-parameters")})
    return config.with_values(values)


def size_of(config: ExperimentConfig) -> int:
    return parameters_of(config, prepare(config))


TASKS = registry.names("tasks")
SHAPES = {
    "deep": {"encoder.num_layers": 2, "encoder.normalization": "layer"},
    "highway": {"encoder.connection": "highway", "encoder.initialization": "orthogonal"},
}


@pytest.mark.parametrize("values", [{}, {"encoder.bidirectional": True, "encoder.num_layers": 2}])
@pytest.mark.parametrize("attention", [True, False])
@pytest.mark.parametrize("model", registry.names("encoders"))
def test_reader_writer_and_attention_are_matched_together(model: str, attention: bool, values: dict) -> None:
    config = matched(a_config("translation", model, 400_000, **{"task.attention": attention, **values}))
    encoder = build(config, prepare(config)).encoder
    reader, writer = (sum(part.numel() for part in stack.parameters()) for stack in (encoder.reader, encoder.writer))
    attentions = sum(part.numel() for part in encoder.writer.attentions.parameters())
    assert reader + writer == sum(part.numel() for part in encoder.parameters())
    assert (attentions > 0) == attention
    assert 0 < attentions < writer or not attention
    assert is_matched(size_of(config), 400_000)


@pytest.mark.parametrize(("number", "model"), [*enumerate(registry.names("encoders"))])
def test_every_encoder_comes_within_two_percent_whatever_else_is_drawn(number: int, model: str) -> None:
    task = TASKS[number % len(TASKS)]
    base = a_config(task, model, 150_000)
    embedding = {} if task == "forecasting" else {"task.embedding_size": 40 + number}
    for shape in ({}, {**SHAPES["deep"], **embedding}, SHAPES["highway"]):
        config = matched(base.with_values(shape))
        assert abs(size_of(config) - 150_000) <= 3_000, shape
        assert config.with_values({"encoder.hidden_size": base.encoder.hidden_size}) == base.with_values(shape)


@pytest.mark.parametrize("model", ["rnn", "transformer"])
def test_the_width_is_the_one_that_trying_every_width_finds(model: str) -> None:
    base = a_config("forecasting", model, 6_000)
    sizes = {width: size_of(base.with_values({"encoder.hidden_size": width})) for width in range(1, 60)}
    for target in (sizes[37], sizes[37] + 5):
        nearest = min(sizes, key=lambda width: (abs(sizes[width] - target), width))
        config = base.with_values({"budget.match_parameters": target})
        assert matched(config).encoder.hidden_size == nearest == 37
        assert (37, sizes[37]) in [(size.width, size.parameters) for size in nearest_sizes(config, prepare(config))]


def test_heads_without_a_width_within_tolerance_are_reported_with_the_two_nearest() -> None:
    shape = {"encoder.heads": 8, "encoder.num_layers": 4, "encoder.feedforward_multiple": 2}
    with pytest.raises(BudgetError, match=r"transformer has 134,978 \(hidden_size 64\) or 159,\d+ \(hidden_size 65\)"):
        matched(a_config("sentiment", "transformer", 150_000, **shape))


def test_what_is_solved_stays_as_it_is_when_solved_again() -> None:
    once = matched(a_config("forecasting", "lstm", "20k"))
    assert matched(once) == once


def test_a_cell_that_can_only_be_built_in_eights_gets_the_nearest_that_it_can(tmp_path) -> None:
    path = tmp_path / "picky.py"
    path.write_text(PICKY, encoding="utf-8")
    trust(path)
    found = matched(a_config("forecasting", str(path), 21_200))
    assert found.encoder.hidden_size % 8 == 0
    assert is_matched(size_of(found), 21_200)
    with pytest.raises(BudgetError, match=r"picky has [\d,]+ \(hidden_size 16\) or [\d,]+ \(hidden_size 24\)"):
        matched(a_config("forecasting", str(path), 650))


def test_every_encoder_without_a_matching_width_is_reported_with_its_nearest_sizes() -> None:
    configs = [a_config("sentiment", model, 500) for model in ("rnn", "lstm")]
    with pytest.raises(BudgetError) as refused:
        match_all(configs)
    said = str(refused.value)
    assert "no hidden_size is within 2% of 500 parameters; nearest: rnn has " in said
    smallest = size_of(configs[1].with_values({"encoder.hidden_size": 1}))
    assert f"lstm has {smallest:,} (hidden_size 1)" in said
    assert "\n" not in said


@pytest.mark.parametrize(("written", "number"), [("300000", 300_000), ("300k", 300_000), ("1.2M", 1_200_000), (7, 7)])
def test_a_number_may_be_written_short(written: object, number: int) -> None:
    assert a_config("forecasting", "gru", written).budget.match_parameters == number


@pytest.mark.parametrize("written", ["many", "3x", "-2k", "1.2345k", 0])
def test_an_invalid_number_of_parameters_is_refused(written: object) -> None:
    with pytest.raises(SettingsError, match=r"whole number of at least 1, such as 300000, 300k or 1\.2M"):
        a_config("forecasting", "gru", written)


def test_a_matched_width_is_neither_searched_nor_typed() -> None:
    free, tied = resolve("sentiment", "lstm"), a_config("sentiment", "lstm", "1M")
    assert free.ranges().keys() - tied.ranges().keys() == {"encoder.hidden_size"}
    with pytest.raises(SettingsError, match=r"is determined by budget\.match_parameters: leave out one of the two"):
        resolve("sentiment", "lstm", sets=["budget.match_parameters=1M", "encoder.hidden_size=64"])


def test_a_matched_sweep_is_another_sweep_and_one_without_keeps_its_old_name() -> None:
    free, tied = (resolve("sentiment", "lstm", sets=sets) for sets in ([], ["budget.match_parameters=1M"]))
    assert free.comparison_key() != tied.comparison_key()
    assert free.choice() != tied.choice()
    plain = free.to_plain()
    del plain["budget"]["match_parameters"], plain["search"]["reselect"]
    assert (plain["budget"].keys() ^ tied.to_plain()["budget"].keys()) == {"match_parameters"}


def test_a_training_of_another_size_is_refused_before_it_begins() -> None:
    config = matched(a_config("forecasting", "gru", 20_000))
    build(config, prepare(config))
    wide = config.with_values({"encoder.hidden_size": 2 * config.encoder.hidden_size})
    with pytest.raises(BudgetError, match=r"not the 20,000 \+- 2 % that all encoders are matched to"):
        build(wide, prepare(wide))
