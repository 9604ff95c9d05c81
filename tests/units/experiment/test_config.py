"""Resolved configurations: defaults, YAML, options and --set, later sources override earlier ones."""

from pathlib import Path

import pytest
import yaml

from rnnbench.core import registry
from rnnbench.core.errors import RnnbenchError, SettingsError
from rnnbench.core.settings import Choices, Floats, Ints
from rnnbench.core.trust import trust
from rnnbench.experiment.classes import layer_class, task_class
from rnnbench.experiment.config import ExperimentConfig, from_plain, short_hash
from rnnbench.experiment.files import load
from rnnbench.experiment.resolve import resolve

CELL = """
from rnnbench.encoders.base import Cell, EncoderSettings

class Mine(Cell):
    def step(self, x, state):
        return state[0], state
"""


@pytest.fixture(autouse=True)
def in_a_folder(tmp_path, monkeypatch):
    """A working folder whose experiment files set nothing; the package's own are hidden."""
    monkeypatch.chdir(tmp_path)
    for task in registry.names("tasks"):
        write(task, {})
    linked = tmp_path / "away" / "rnnbench"
    linked.parent.mkdir()
    linked.symlink_to(registry.PACKAGE)
    monkeypatch.setattr(registry, "PACKAGE", linked)


def write(task, content):
    folder = Path.cwd() / "experiments"
    folder.mkdir(exist_ok=True)
    (folder / f"{task}.yaml").write_text(yaml.safe_dump(content))


LAYERED = {
    "data": {"name": "here"},
    "training": {"batch_size": 2, "patience": 1, "warmup": 0.1, "gradient_clip": 1.5},
    "for_data": {"here": {"training": {"patience": 3, "warmup": 0.3, "gradient_clip": 3.0}}},
    "for_model": {"gru": {"training": {"warmup": 0.4, "gradient_clip": 4.0}}},
    "quick": {"training": {"gradient_clip": 5.0}},
}


def test_later_sources_override_earlier_ones():
    write("sentiment", LAYERED)
    config = resolve("sentiment", "gru", quick=True, sets=["training.schedule=constant"])
    found = config.training
    assert (found.learning_rate, found.batch_size, found.patience) == (2e-3, 2, 3)
    assert (found.warmup, found.gradient_clip, found.schedule) == (0.4, 5.0, "constant")
    origins = {name: config.origins.get(f"training.{name}", "default") for name in type(found).model_fields}
    assert origins["learning_rate"] == "default"
    assert origins["batch_size"] == "sentiment.yaml"
    assert origins["patience"] == "sentiment.yaml, here"
    assert origins["warmup"] == "sentiment.yaml, gru"
    assert origins["gradient_clip"] == "sentiment.yaml, quick"
    assert origins["schedule"] == "--set"


def test_for_model_and_for_data_apply_to_their_model_and_data_only():
    write("sentiment", LAYERED)
    other = resolve("sentiment", "lstm", options={"data.name": ("elsewhere", "--data")}).training
    assert (other.patience, other.warmup, other.gradient_clip) == (1, 0.1, 1.5)
    assert resolve("sentiment", "gru", for_model=False).training.warmup == 0.3


def test_for_data_does_not_apply_to_the_users_own_file():
    write("sentiment", LAYERED)
    config = resolve("sentiment", "lstm", options={"data.path": ("mine.csv", "--data")})
    assert config.training.patience == 1


def test_set_overrides_an_option():
    options = {"search.trials": (3, "--trials")}
    assert resolve("sentiment", "gru", options=options, sets=["search.trials=5"]).search.trials == 5
    config = resolve("sentiment", "gru", options=options)
    assert config.search.trials == 3
    assert config.origins["search.trials"] == "--trials"


@pytest.mark.parametrize(
    ("typed", "name", "value"),
    [
        ("encoder.hidden_size=64", "hidden_size", 64),
        ("encoder.locked_dropout=true", "locked_dropout", True),
        ("encoder.dropout=1e-1", "dropout", 0.1),
        ("encoder.normalization=none", "normalization", "none"),
        (" encoder.hidden_size = 8", "hidden_size", 8),
    ],
)
def test_a_typed_value_is_read_as_yaml(typed, name, value):
    assert getattr(resolve("sentiment", "gru", sets=[typed]).encoder, name) == value


@pytest.mark.parametrize("typed", ["hidden_size=64", "encoder.hidden_size", "", "=", "encoder"])
def test_a_set_that_is_not_section_setting_value_is_an_error(typed):
    with pytest.raises(SettingsError, match=r"must be written section\.setting=value"):
        resolve("sentiment", "gru", sets=[typed])


def test_a_value_that_is_not_yaml_is_read_as_text_and_validated():
    with pytest.raises(SettingsError, match=r"encoder.hidden_size = '\[1, '"):
        resolve("sentiment", "gru", sets=["encoder.hidden_size=[1, "])


def test_a_configuration_is_restored_from_plain_data():
    config = resolve("sentiment", "lstm", sets=["encoder.forget_bias=0.3", "task.max_tokens=9"], seed=4)
    again = from_plain(yaml.safe_load(yaml.safe_dump(config.to_plain())))
    assert again == config
    assert again.seed == 4
    assert isinstance(again, ExperimentConfig)


def test_a_configuration_is_frozen():
    config = resolve("sentiment", "gru")
    with pytest.raises(AttributeError):
        config.seed = 3


def test_some_values_are_replaced_and_checked_again():
    config = resolve("sentiment", "gru", sets=["training.batch_size=8"])
    made = config.with_values({"encoder.hidden_size": 77}, seed=3)
    assert (made.encoder.hidden_size, made.training.batch_size, made.seed) == (77, 8, 3)
    assert made.origins == config.origins
    assert config.encoder.hidden_size == 128
    assert config.with_values({}).seed == config.seed
    with pytest.raises(SettingsError, match="hidden_size = 0 "):
        config.with_values({"encoder.hidden_size": 0})


def test_the_choice_does_not_depend_on_the_seed_or_the_machine_and_does_on_everything_else():
    config = resolve("sentiment", "gru")
    choice = config.choice()
    assert config.with_values({}, seed=9).choice() == choice
    for name, value in (("hardware.threads", 2), ("search.trials", 99), ("search.seeds", 99)):
        assert config.with_values({name: value}).choice() == choice
    others = {
        config.with_values({name: value}).choice()
        for name, value in (
            ("encoder.hidden_size", 5), ("training.batch_size", 5), ("task.pooling", "max"), ("budget.updates", 5),
            ("data.split_seed", 5),
        )
    }  # fmt: skip
    assert len(others | {choice, resolve("sentiment", "lstm").choice()}) == 7


# what is searched


def test_ranges_are_the_defaults_of_the_settings():
    found = resolve("sentiment", "lstm").ranges()
    assert found["encoder.hidden_size"] == Ints(32, 256, log=True)
    assert found["encoder.forget_bias"] == Floats(0.0, 2.0)
    assert found["training.batch_size"] == Choices(16, 32, 64)
    assert "task.pooling" in found
    assert not [name for name in found if name.startswith(("data.", "budget.", "search.", "hardware."))]


def test_a_range_can_be_narrowed_replaced_added_or_removed():
    ranges = {
        "encoder.hidden_size": {"low": 8, "high": 16},
        "training.batch_size": [4, 8],
        "training.patience": {"low": 1, "high": 5},
        "encoder.dropout": None,
        "encoder.forget_bias": {"low": 0, "high": 1},
    }
    write("sentiment", {"search": {"ranges": ranges}})
    found = resolve("sentiment", "lstm").ranges()
    assert found["encoder.hidden_size"] == Ints(8, 16)
    assert found["training.batch_size"] == Choices(4, 8)
    assert found["training.patience"] == Ints(1, 5)
    assert "encoder.dropout" not in found
    # whole ends for a real number: any number between, not two of them
    assert found["encoder.forget_bias"] == Floats(0.0, 1.0)
    assert "encoder.forget_bias" not in resolve("sentiment", "gru").ranges()


def test_only_named_settings_are_searched_and_patterns_name_several():
    write("sentiment", {"search": {"settings": ["encoder.hidden_*", "task.pooling"]}})
    assert set(resolve("sentiment", "gru").ranges()) == {"encoder.hidden_size", "task.pooling"}


def test_a_typed_setting_is_no_longer_searched_unless_its_range_is_typed_too():
    assert "encoder.hidden_size" not in resolve("sentiment", "gru", sets=["encoder.hidden_size=64"]).ranges()
    both = ["encoder.hidden_size=64", "search.ranges={encoder.hidden_size: {low: 8, high: 64}}"]
    assert resolve("sentiment", "gru", sets=both).ranges()["encoder.hidden_size"] == Ints(8, 64)


def test_a_causal_task_does_not_search_bidirectional():
    assert "encoder.bidirectional" in resolve("sentiment", "gru").ranges()
    ranges = "search.ranges={encoder.bidirectional: [true, false]}"
    assert "encoder.bidirectional" not in resolve("text_generation", "gru", sets=[ranges]).ranges()


def test_the_comparison_key_depends_on_shared_settings_only():
    def key(*sets, model="gru", task="sentiment"):
        return resolve(task, model, sets=sets, for_model=False).comparison_key()

    assert key(model="lstm") == key()
    assert key("search.trials=99") == key("search.seeds=99") == key("hardware.threads=2") == key()
    different = {
        key(), key("budget.updates=7"), key("training.patience=7"), key("search.study_seed=7"),
        key("task.max_tokens=7"), key("encoder.hidden_size=7"), key("search.ranges={encoder.dropout: [0.1]}"),
        key(task="forecasting"),
    }  # fmt: skip
    assert len(different) == 8


def test_hashes_are_short_and_do_not_depend_on_the_order_of_names():
    assert short_hash({"a": 1, "b": 2}) == short_hash({"b": 2, "a": 1})
    assert len(short_hash({})) == 10
    assert short_hash({"a": 1}) != short_hash({"a": 2})


# an encoder of one's own


def test_the_users_own_encoder_is_resolved_and_identified_by_its_content(tmp_path):
    path = tmp_path / "mine.py"
    path.write_text(CELL)
    trust(path)
    config = resolve("sentiment", "mine.py")
    assert config.model == str(path)
    plain = config.to_plain()
    assert from_plain(plain) == config
    path.write_text(CELL + "# changed\n")
    with pytest.raises(RnnbenchError, match=r"mine\.py has changed since: to search it again, type"):
        from_plain(plain)


def test_classes_by_name():
    assert layer_class("gru").__name__ == "GRU"
    assert task_class("sentiment").__name__ == "Sentiment"


def test_a_file_without_models_compares_the_default_encoders():
    assert load("sentiment").models == ["rnn", "lstm", "gru", "transformer"]
    write("sentiment", {"models": ["gru"]})
    assert load("sentiment").models == ["gru"]


def test_a_task_without_a_file_is_an_error_that_names_the_file_to_write():
    (Path.cwd() / "experiments" / "sentiment.yaml").unlink()
    with pytest.raises(RnnbenchError, match=r"'sentiment' has no experiment file: write experiments/sentiment\.yaml"):
        resolve("sentiment", "gru")


def test_a_configuration_stored_under_an_older_name_is_read():
    plain = resolve("sentiment", "gru").to_plain()
    del plain["encoder"]["connection"]
    assert from_plain({**plain, "encoder": {**plain["encoder"], "residual": True}}).encoder.connection == "residual"
    assert from_plain({**plain, "encoder": {**plain["encoder"], "residual": False}}).encoder.connection == "none"
