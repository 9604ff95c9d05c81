"""Contracts that hold for every file of `experiments/`, and what a file with mistakes is told."""

import shutil
from pathlib import Path

import numpy as np
import pytest
import yaml

from rnnbench.core import registry
from rnnbench.core.errors import RnnbenchError, SettingsError, UnknownNameError
from rnnbench.core.settings import Choices, problems_of, range_to_plain
from rnnbench.data import catalogue
from rnnbench.encoders.base import EncoderSettings
from rnnbench.experiment.classes import layer_class, task_class
from rnnbench.experiment.config import from_plain
from rnnbench.experiment.files import load
from rnnbench.experiment.resolve import resolve
from rnnbench.experiment.search_space import SEARCHED_SECTIONS
from rnnbench.sweeps.eligibility import require_comparable
from rnnbench.testing.contracts import draw_value

FOLDER = registry.PACKAGE.parent / "experiments"
FILES = sorted(path.stem for path in FOLDER.glob("*.yaml"))
TASKS = [name for name in FILES if name in registry.names("tasks")]
STUDIES = [name for name in FILES if name not in TASKS]
KINDS = {entry.facts.name: entry.facts.kind for entry in catalogue()}
LISTED = [(task, model) for task in TASKS for model in yaml.safe_load((FOLDER / f"{task}.yaml").read_text())["models"]]


@pytest.fixture(params=TASKS)
def task(request):
    return request.param


def said(task):
    return load(task).files[-1].content


def test_every_task_has_an_experiment_file():
    assert registry.names("tasks") == TASKS


def test_the_models_it_lists_exist(task):
    assert load(task).models
    assert set(load(task).models) <= set(registry.names("encoders"))
    assert {"rnn", "lstm", "gru", "transformer"} <= set(load(task).models)


@pytest.mark.parametrize(("task", "model"), LISTED)
@pytest.mark.parametrize("quick", [False, True])
def test_it_resolves(task, model, quick):
    config = resolve(task, model, quick=quick)
    assert (config.task, config.model) == (task, model)
    assert config.ranges(), "nothing would be searched"
    assert from_plain(config.to_plain()) == config


@pytest.mark.parametrize(("task", "model"), LISTED)
def test_every_range_lies_inside_its_bounds(task, model):
    config = resolve(task, model)
    for name, searched in config.ranges().items():
        section, _, setting = name.partition(".")
        cls = type(config.section(section))
        ends = searched.values if isinstance(searched, Choices) else (searched.low, searched.high)
        for value in ends:
            assert not problems_of(cls, section, {setting: value}, {})[0], f"{name} = {value!r}"
        assert "seed" not in setting
        assert section in SEARCHED_SECTIONS


@pytest.mark.parametrize(("task", "model"), LISTED)
def test_every_draw_makes_a_configuration(task, model):
    config = resolve(task, model)
    generator = np.random.default_rng(0)
    for _ in range(5):
        values = {name: draw_value(searched, generator) for name, searched in config.ranges().items()}
        made = config.with_values(values, seed=7)
        plain = made.to_plain()
        for name, value in values.items():
            section, _, setting = name.partition(".")
            assert plain[section][setting] == value
        assert made.seed == 7
        assert made.choice() != config.choice()


def test_every_encoder_has_the_same_budget_search_data_and_training(task):
    configs = [resolve(task, model) for model in load(task).models]
    for section in ("budget", "search", "data", "training", "hardware"):
        assert len({config.section(section).model_dump_json() for config in configs}) == 1, section
    assert len({config.task_settings.model_dump_json() for config in configs}) == 1


def test_every_encoder_has_the_same_ranges_for_the_settings_they_share(task):
    found = [
        {
            name: range_to_plain(searched)
            for name, searched in resolve(task, model).ranges().items()
            if not name.startswith("encoder.") or name.removeprefix("encoder.") in EncoderSettings.model_fields
        }
        for model in load(task).models
    ]
    assert all(ranges == found[0] for ranges in found)


@pytest.mark.parametrize("name", FILES)
@pytest.mark.parametrize("searched", [None, [], ["regularization"]])
def test_its_encoders_may_stand_in_one_table(name, searched):
    options = {} if searched is None else {"search.settings": (searched, "--search")}
    configurations = {model: resolve(name, model, options=options) for model in load(name).models}
    require_comparable(configurations, {}, {}, name)


def test_every_encoder_has_the_same_comparison_key(task):
    assert len({resolve(task, model, for_model=False).comparison_key() for model in load(task).models}) == 1


def test_its_data_sets_are_known_and_of_the_kind_that_the_task_reads(task):
    needed = task_class(task).data_kind
    for name in [said(task)["data"]["name"], *said(task).get("for_data", {})]:
        assert KINDS[name] == needed


def test_each_data_set_it_makes_exceptions_for_resolves_with_them(task):
    for name, sections in said(task).get("for_data", {}).items():
        config = resolve(task, "gru", options={"data.name": (name, "--data")})
        for section, values in sections.items():
            for setting, value in values.items():
                assert config.section(section).model_dump()[setting] == value
                assert config.origins[f"{section}.{setting}"] == f"{task}.yaml, {name}"


def test_each_encoder_it_makes_exceptions_for_exists_and_gets_them(task):
    for model, sections in said(task).get("for_model", {}).items():
        layer_class(model)
        config = resolve(task, model)
        for section, values in sections.items():
            assert section == "encoder", "exceptions for one encoder must not change what all share"
            for setting, value in values.items():
                assert getattr(config.encoder, setting) == value


def test_what_it_searches_some_encoder_has(task):
    known = {
        f"{section}.{setting}"
        for model in load(task).models
        for section in SEARCHED_SECTIONS
        for setting in type(resolve(task, model).section(section)).model_fields
    }
    search = said(task)["search"]
    assert set(search.get("ranges", {})) <= known
    assert set(search.get("settings", [])) <= known


def test_a_quick_look_costs_less_in_every_way(task):
    whole, quick = resolve(task, "gru"), resolve(task, "gru", quick=True)
    assert quick.budget.updates < whole.budget.updates
    assert quick.search.trials < whole.search.trials
    assert quick.search.seeds <= whole.search.seeds


def test_the_default_number_of_seeds_can_reach_significance(task):
    # a sign-flip test on n pairs cannot go below 2 / 2^n: 6 is the smallest n under 0.05
    assert resolve(task, "gru").search.seeds >= 6


def test_text_generation_never_looks_ahead():
    for model in load("text_generation").models:
        assert not resolve("text_generation", model, sets=["search.settings=[]"]).encoder.bidirectional
        assert "encoder.bidirectional" not in resolve("text_generation", model, sets=["search.settings=[]"]).ranges()


# files with mistakes


@pytest.fixture
def sentiment_file(tmp_path, monkeypatch):
    """A copy of the sentiment experiment in a folder of its own, to be written over."""
    folder = tmp_path / "experiments"
    folder.mkdir()
    monkeypatch.chdir(tmp_path)
    return Path(shutil.copy(FOLDER / "sentiment.yaml", folder / "sentiment.yaml"))


def told(model="gru", **arguments):
    with pytest.raises(RnnbenchError) as caught:
        resolve("sentiment", model, **arguments)
    return str(caught.value)


def test_the_working_folders_file_goes_before_the_packages(sentiment_file):
    sentiment_file.write_text("training: {batch_size: 5}")
    config = resolve("sentiment", "gru")
    assert config.training.batch_size == 5
    assert config.origins["training.batch_size"] == "sentiment.yaml"
    assert config.budget.updates == 1000  # the setting's own default, no longer the packaged file's


@pytest.mark.parametrize("content", ["", "training:\n", "for_data:\nquick:\nfor_model:\nmodels:\nsearch:\n",
                                     "for_data:\n  rotten_tomatoes:\n    task:\n"])  # fmt: skip
def test_what_is_left_empty_is_left_to_the_defaults(sentiment_file, content):
    sentiment_file.write_text(content)
    config = resolve("sentiment", "gru", quick=True, options={"data.name": ("rotten_tomatoes", "--data")})
    assert config.training.batch_size == 32
    assert load("sentiment").models == ["rnn", "lstm", "gru", "transformer"]


def test_an_unknown_setting_is_told_with_the_nearest(sentiment_file):
    sentiment_file.write_text("training: {learning_rat: 0.1}")
    assert told() == (
        "1 setting needs another value\n"
        "  training.learning_rat = 0.1   (sentiment.yaml)   there is no such setting. Did you mean 'learning_rate'?"
    )


def test_an_unknown_section_is_told_with_the_nearest_and_the_list(sentiment_file):
    sentiment_file.write_text("trainig: {batch_size: 8}")
    assert told() == (
        "1 setting needs another value\n"
        "  trainig.batch_size = 8   (sentiment.yaml)   there is no section 'trainig'. Did you mean 'training'? "
        "Sections: data, task, encoder, training, budget, search, hardware"
    )


def test_a_section_that_is_a_value_is_told(sentiment_file):
    sentiment_file.write_text("training: fast")
    assert told() == (
        "1 setting needs another value\n"
        "  training = 'fast'   (sentiment.yaml)   must be a section of settings"
    )  # fmt: skip


def test_a_layer_that_holds_no_sections_is_told(sentiment_file):
    sentiment_file.write_text("quick: fast")
    assert told(quick=True) == (
        "1 setting needs another value\n"
        "  quick = 'fast'   (sentiment.yaml, quick)   must hold sections such as 'data:' and 'training:'"
    )


def test_models_that_are_no_list_are_told(sentiment_file):
    sentiment_file.write_text("models: lstm")
    with pytest.raises(RnnbenchError, match=r"sentiment.yaml: 'models' must be a list of names, such as \[rnn, lstm\]"):
        assert load("sentiment").models


def test_a_wrong_type_is_told(sentiment_file):
    sentiment_file.write_text("training: {batch_size: [1, 2], schedule: cosin}")
    assert told() == (
        "2 settings need another value\n"
        "  training.batch_size = [1, 2]    (sentiment.yaml)   must be a whole number of at least 1\n"
        "  training.schedule   = 'cosin'   (sentiment.yaml)   must be one of: constant, step, plateau, cosine, "
        "linear, one_cycle. Did you mean 'cosine'?"
    )


def test_broken_yaml_is_told_with_its_line(sentiment_file):
    sentiment_file.write_text("training:\n  batch_size: [1, 2\nbudget: {}\n")
    message = told()
    assert message.startswith(f"{sentiment_file} is not valid YAML: ")
    assert "line 3" in message


def test_a_file_that_is_no_mapping_is_told(sentiment_file):
    sentiment_file.write_text("- rnn\n- lstm\n")
    assert told() == f"{sentiment_file} must hold sections such as 'data:' and 'training:'"


def test_every_mistake_is_told_at_once_with_where_it_came_from(sentiment_file):
    sentiment_file.write_text(
        "training: {batch_size: 0}\nbudgt: {updates: 3}\n"
        "for_model: {lstm: {encoder: {forget_bias: far}}}\nquick: {budget: {updates: few}}\n"
    )
    message = told("lstm", quick=True, sets=["encoder.hiden_size=8", "nonsense", "task.pooling=lats"])
    assert message.splitlines()[0] == "7 settings need another value"
    told_of = {line.split(" = ")[0].strip(): line for line in message.splitlines()[1:]}
    assert [*told_of] == [
        "nonsense", "budgt.updates", "encoder.hiden_size", "task.pooling", "encoder.forget_bias", "training.batch_size",
        "budget.updates",
    ]  # fmt: skip
    assert "(sentiment.yaml)" in told_of["training.batch_size"]
    assert "(sentiment.yaml, lstm)" in told_of["encoder.forget_bias"]
    assert "(sentiment.yaml, quick)" in told_of["budget.updates"]
    assert "(--set)" in told_of["encoder.hiden_size"]
    assert told_of["encoder.hiden_size"].endswith("there is no such setting. Did you mean 'hidden_size'?")
    assert told_of["nonsense"].endswith("must be written section.setting=value, for example encoder.hidden_size=64")
    assert told_of["budgt.updates"].endswith("hardware")
    assert told_of["task.pooling"].endswith("must be one of: last, mean, max, attention. Did you mean 'last'?")


def test_the_two_mistakes_of_the_design_page_are_told_as_it_says():
    assert told(sets=["encoder.hidden_size=big", "encoder.dropout=1.5"]) == (
        "2 settings need another value\n"
        "  encoder.hidden_size = 'big'   (--set)   must be a whole number of at least 1\n"
        "  encoder.dropout     = 1.5     (--set)   must be at least 0 and below 1"
    )


def test_an_unknown_task_is_told_as_the_design_page_says():
    with pytest.raises(UnknownNameError) as caught:
        resolve("sentimnt", "gru")
    assert str(caught.value) == (
        "unknown task 'sentimnt'. Did you mean 'sentiment'? Known tasks: dialogue, forecasting, sentiment, "
        "text_generation, translation."
    )


def test_an_unknown_model_is_told_with_the_list_and_that_a_file_works_too():
    message = told("lstmm")
    assert message.startswith("unknown model 'lstmm'. Did you mean 'lstm'? Known models: ")
    assert message.endswith("A file of your own works too: --model path/to/my_cell.py")


@pytest.mark.parametrize(
    ("written", "rule"),
    [
        ("{low: 5}", "must be a list of choices or {low: ..., high: ..., log: true}"),
        ("wide", "must be a list of choices or {low: ..., high: ..., log: true}"),
        ("[]", "a list of choices needs at least one value"),
        ("{low: 64, high: 16}", "low must not be above high, and must be above 0 where log is true"),
        ("{low: few, high: many}", "low and high must be numbers"),
        ("{low: 16.5, high: 64}", "low and high must be whole numbers"),
    ],
)
def test_a_range_that_is_none_is_told(sentiment_file, written, rule):
    sentiment_file.write_text("search: {ranges: {encoder.hidden_size: %s}}" % written)  # noqa: UP031
    plain = yaml.safe_load(written)
    assert told() == (
        "1 setting needs another value\n"
        f"  search.ranges.encoder.hidden_size = {plain!r}   (sentiment.yaml)   {rule}"
    )  # fmt: skip


def test_a_range_beyond_the_bounds_is_told():
    ranges = "{encoder.dropout: {low: 0.0, high: 1.0}, encoder.normalization: [layer, bacth]}"
    message = told(sets=["search.settings=[]", f"search.ranges={ranges}"])
    assert message == (
        "2 settings need another value\n"
        "  search.ranges.encoder.dropout       = 1.0       (--set)   must be at least 0 and below 1\n"
        "  search.ranges.encoder.normalization = 'bacth'   (--set)   must be one of: none, layer, batch. "
        "Did you mean 'batch'?"
    )


def test_looking_ahead_is_refused_where_the_task_predicts_what_comes():
    with pytest.raises(SettingsError) as caught:
        resolve("text_generation", "gru", sets=["encoder.bidirectional=true"])
    assert str(caught.value) == (
        "1 setting needs another value\n"
        "  encoder.bidirectional = True   (--set)   text_generation needs a causal encoder"
    )


# studies


@pytest.fixture(params=STUDIES)
def study(request):
    return request.param


def test_a_study_asks_a_question_of_a_task(study):
    found = load(study).files[-1].content
    assert found["study_of"] in registry.names("tasks")
    assert found["question"].endswith(("?", "."))
    assert load(study).task == found["study_of"]
    assert set(found.get("variants", {})) <= set(load(study).models), "a variant that no sweep of the study trains"


@pytest.mark.parametrize("quick", [False, True])
def test_every_model_of_a_study_resolves(study, quick):
    names = load(study).models
    configs = [resolve(study, model, quick=quick) for model in names]
    assert [config.model for config in configs] == names
    assert {config.task for config in configs} == {load(study).task}
    assert all(config.layer in registry.names("encoders") for config in configs)
    assert all(from_plain(config.to_plain()) == config for config in configs)
    assert len({config.choice() for config in configs}) == len(names), "two rows would train the same"


def test_a_study_says_only_what_its_task_does_not(sentiment_file, tmp_path):
    sentiment_file.write_text("models: [rnn]\nencoder: {hidden_size: 40, dropout: 0.3}\nquick: {budget: {updates: 7}}")
    (sentiment_file.parent / "my_study.yaml").write_text(
        "study_of: sentiment\nmodels: [gru, thin]\nencoder: {dropout: 0.2}\n"
        "variants: {thin: {model: gru, encoder: {hidden_size: 9}}}"
    )
    plain, thin = resolve("my_study", "gru", quick=True), resolve("my_study", "thin", sets=["encoder.dropout=0.1"])
    assert (plain.encoder.hidden_size, plain.encoder.dropout, plain.budget.updates) == (40, 0.2, 7)
    assert (thin.model, thin.layer, thin.encoder.hidden_size, thin.encoder.dropout) == ("thin", "gru", 9, 0.1)
    assert thin.origins["encoder.hidden_size"] == "variant thin"
    assert load("my_study").models == ["gru", "thin"]
    with pytest.raises(UnknownNameError, match=r"unknown task 'my_studi'. Did you mean 'my_study'\?"):
        resolve("my_studi", "gru")


def test_what_a_study_says_wins_over_what_its_task_says_of_a_data_set_or_an_encoder(sentiment_file):
    sentiment_file.write_text(
        "models: [gru]\nfor_data: {mr: {encoder: {hidden_size: 40, dropout: 0.3}}}\n"
        "for_model: {gru: {encoder: {num_layers: 2}, training: {batch_size: 5}}}"
    )
    study = "study_of: sentiment\nmodels: [gru]\ndata: {name: mr}\nencoder: {hidden_size: 9, num_layers: 1}"
    (sentiment_file.parent / "my_study.yaml").write_text(study)
    config = resolve("my_study", "gru")
    assert (config.encoder.hidden_size, config.encoder.num_layers) == (9, 1)
    assert (config.encoder.dropout, config.training.batch_size) == (0.3, 5)
    assert resolve("my_study", "gru", options={"data.name": ("nsmc", "--data")}).encoder.dropout != 0.3


def test_a_variant_names_its_encoder(sentiment_file):
    (sentiment_file.parent / "my_study.yaml").write_text("study_of: sentiment\nvariants: {thin: {encoder: {}}}")
    with pytest.raises(RnnbenchError, match="the variant 'thin' must name its encoder, such as model: lstm"):
        resolve("my_study", "thin")


@pytest.mark.parametrize(
    ("study", "task"),
    [
        ("power", "forecasting"),
        ("weather", "forecasting"),
        ("stock", "forecasting"),
        ("shakespeare", "text_generation"),
    ],
)
@pytest.mark.parametrize("quick", [False, True])
def test_a_study_of_one_data_set_is_its_task_on_that_data_set(study, task, quick):
    assert load(study).models == load(task).models
    for model in load(task).models:
        by_data = resolve(task, model, options={"data.name": (study, "--data")}, quick=quick)
        assert resolve(study, model, quick=quick) == by_data
