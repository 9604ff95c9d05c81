"""Studies: draws, counted trials, lost trials, pruning and seeds."""

import os
import platform
from collections import Counter

import pytest
from optuna.trial import TrialState

from rnnbench.core.settings import Choices, Floats, Ints
from rnnbench.experiment.resolve import resolve
from rnnbench.storage.leases import LeaseLostError
from rnnbench.storage.record import RunRecord
from rnnbench.sweeps.model import FIRST_TRIAL_SEED, SweepPlan
from rnnbench.sweeps.study import Studies, distribution_of


@pytest.fixture(autouse=True)
def a_store(tmp_path, monkeypatch):
    monkeypatch.setenv("RNNBENCH_STORE", str(tmp_path / "store"))


def a_plan(*models, task="sentiment", key="k", **search):
    search = {
        "random_trials": 3,
        "trials": 6,
        "settings": ["encoder.hidden_size", "training.*"],
        "ranges": {},
        **search,
    }
    values = {f"search.{name}": value for name, value in search.items()}
    configs = {model: resolve(task, model).with_values(values).to_plain() for model in models or ("gru", "lstm")}
    return SweepPlan(
        key=key, task=task, data="small", experiment_id="1", parent="p", configs=configs, trials=6, seeds=6,
        searched=tuple(configs),
    )  # fmt: skip


def draw(studies, model="gru", outcome="completed", score=0.5):
    """Draws a trial and ends it, unless the outcome is None."""
    trial, config = studies.draw(model, studies.plan.config(model))
    if outcome is not None:
        studies.tell(model, trial, outcome, score)
    return trial, config


def kinds(studies, model="gru"):
    return [trial.user_attrs["draw"] for trial in studies.counted(model)]


# what is drawn


@pytest.mark.parametrize(
    ("searched", "inside", "outside"),
    [
        (Ints(16, 64, log=True), [16, 64, 40], [15, 65]),
        (Ints(0, 64, step=16), [0, 16, 64], [8]),
        (Floats(0.1, 0.5), [0.1, 0.5], [0.09, 0.51]),
        (Choices("a", False, 3), ["a", False, 3], []),
    ],
)
def test_a_range_becomes_the_distribution_of_the_same_values(searched, inside, outside):
    found = distribution_of(searched)
    assert all(found._contains(found.to_internal_repr(value)) for value in inside)
    assert not any(found._contains(found.to_internal_repr(value)) for value in outside)
    assert getattr(found, "log", False) == getattr(searched, "log", False)


def test_the_first_trials_are_random_draws_and_marked_so():
    studies = Studies(a_plan())
    for number in range(5):
        draw(studies, score=number / 10)
    assert kinds(studies) == ["random", "random", "random", "tpe", "tpe"]
    assert [trial.user_attrs["index"] for trial in studies.counted("gru")] == [0, 1, 2, 3, 4]


def test_with_the_random_sampler_every_draw_is_marked_random():
    studies = Studies(a_plan(sampler="random"))
    for _ in range(5):
        draw(studies)
    assert kinds(studies) == ["random"] * 5


def test_a_draw_changes_what_is_searched_and_nothing_else():
    studies = Studies(a_plan())
    base = studies.plan.config("gru")
    ranges = base.ranges()
    for _ in range(5):
        trial, config = draw(studies)
        assert set(trial.params) == set(ranges)
        assert config.with_values({name: _plain(base, name) for name in ranges}, seed=base.seed) == base
        for name, value in trial.params.items():
            assert value in ranges[name], f"{name} = {value!r}"
            assert _plain(config, name) == value


def _plain(config, name):
    section, _, setting = name.partition(".")
    return config.to_plain()[section][setting]


def test_nothing_to_search_draws_the_base_again_and_again():
    studies = Studies(a_plan(settings=["encoder.nothing_of_this_name"]))
    trial, config = draw(studies)
    assert trial.params == {}
    assert config.choice() == studies.plan.config("gru").choice()


def test_the_same_study_seed_gives_the_same_draws_and_another_seed_others():
    def drawn(key, **search):
        studies = Studies(a_plan(key=key, **search))
        return [draw(studies, score=number / 10)[0].params for number in range(6)]

    first = drawn("a", study_seed=1)
    assert drawn("b", study_seed=1) == first
    assert drawn("c", study_seed=2) != first
    assert len({str(params) for params in first}) == 6


def test_a_continued_study_draws_the_same_trials_as_one_process():
    whole = Studies(a_plan(key="whole"))
    expected = [draw(whole, score=number / 10)[0].params for number in range(6)]
    found = []
    for number in range(6):
        studies = Studies(a_plan(key="parts"))  # opened anew each time
        found.append(draw(studies, score=number / 10)[0].params)
    assert found == expected


def test_two_encoders_do_not_share_their_draws():
    studies = Studies(a_plan())
    left, right = draw(studies, "gru")[0], draw(studies, "lstm")[0]
    assert left.params["training.learning_rate"] != right.params["training.learning_rate"]


# seeds


def test_a_seed_is_never_searched():
    studies = Studies(a_plan(settings=[]))
    assert not [name for name in draw(studies)[0].params if "seed" in name]


def test_seeds_of_trials_lie_above_those_of_confirmations_and_are_the_same_for_every_encoder():
    studies = Studies(a_plan())
    seeds = {model: [draw(studies, model)[1].seed for _ in range(6)] for model in ("gru", "lstm")}
    assert seeds["gru"] == seeds["lstm"]
    assert len({*seeds["gru"]}) == 6
    assert min(seeds["gru"]) >= FIRST_TRIAL_SEED >= 100_000


# what counts


def test_every_end_counts_but_interruptions_and_draws_above_the_ceiling():
    studies = Studies(a_plan())
    for outcome in ("completed", "pruned", "diverged", "out_of_memory", "failed", "interrupted", "over_ceiling"):
        draw(studies, outcome=outcome, score=0.5 if outcome == "completed" else None)
    found = Counter(trial.user_attrs["outcome"] for trial in studies.counted("gru"))
    assert found == {"completed": 1, "pruned": 1, "diverged": 1, "out_of_memory": 1, "failed": 1}
    assert studies.counted("lstm") == []


def test_only_a_completed_trial_has_a_score():
    studies = Studies(a_plan())
    for outcome in ("completed", "pruned", "diverged", "failed"):
        draw(studies, outcome=outcome, score=0.9)
    states = [(trial.state, trial.value) for trial in studies.counted("gru")]
    fail = (TrialState.FAIL, None)
    assert states == [(TrialState.COMPLETE, 0.9), (TrialState.PRUNED, None), fail, fail]


def test_a_discarded_draw_does_not_count_and_its_index_is_drawn_again():
    studies = Studies(a_plan(random_trials=2))
    discarded = draw(studies, outcome="over_ceiling", score=None)[0]
    for _ in range(3):
        draw(studies)
    # two random draws that count, although the first draw of all was thrown away
    assert kinds(studies) == ["random", "random", "tpe"]
    assert studies.counted("gru")[0].params != discarded.params


def test_a_running_trial_counts_and_keeps_the_search_open():
    studies = Studies(a_plan())
    assert not studies.running("gru")
    trial, _ = draw(studies, outcome=None)
    assert len(studies.counted("gru")) == 1
    assert [running.number for running in studies.running("gru")] == [trial.number]
    assert not studies.running("lstm")
    studies.tell("gru", studies.trial("gru", trial.number), "completed", 0.5)
    assert not studies.running("gru")


def test_an_interrupted_trials_place_is_drawn_again():
    studies = Studies(a_plan())
    first = draw(studies, outcome=None)[0]
    draw(studies)
    studies.tell("gru", studies.trial("gru", first.number), "interrupted", None)
    again, config = draw(studies)
    assert again.user_attrs["index"] == 0
    assert sorted(trial.user_attrs["index"] for trial in studies.counted("gru")) == [0, 1]
    assert config.seed == draw(Studies(a_plan(key="other")))[1].seed


# trials whose lease is gone


def end_lease(studies, trial):
    """Ends a trial's lease as another process does that has seen no beat."""
    (studies.leases.folder / f"{trial.user_attrs['lease']}.lease").unlink()


def test_a_trial_whose_lease_is_gone_is_continued_under_its_number():
    studies = Studies(a_plan())
    base = studies.plan.config("gru")
    gone, config = draw(studies, outcome=None)
    alive = draw(studies, outcome=None)[0]
    end_lease(studies, gone)
    assert studies.end_lost() == 0
    assert [trial.number for trial in studies.left("gru")] == [gone.number]
    assert [trial.number for trial in studies.running("gru")] == [alive.number]
    assert (len(studies.counted("gru")), studies.taken("gru")) == (2, 1)

    others = Studies(studies.plan)
    again, same = others.take_over("gru", others.left("gru")[0], base)
    assert (again.number, same) == (gone.number, config), "the same trial: values and seed"
    assert others.left("gru") == []
    with pytest.raises(LeaseLostError):
        studies.tell("gru", gone, "completed", 0.1)
    others.tell("gru", again, "completed", 0.9)
    assert [trial.state for trial in studies.counted("gru")] == [TrialState.COMPLETE, TrialState.RUNNING]


def test_a_trial_that_ends_while_it_is_judged_is_not_left(monkeypatch):
    studies = Studies(a_plan())
    trial = draw(studies, outcome=None)[0]
    is_held = studies.leases.is_held

    def ends_just_before(lease_id):
        patch.undo()
        studies.tell("gru", trial, "completed", 0.5)
        return is_held(lease_id)

    with monkeypatch.context() as patch:
        patch.setattr(studies.leases, "is_held", ends_just_before)
        assert studies.left("gru") == []


def test_a_stopped_trial_is_left_at_once():
    studies = Studies(a_plan())
    trial = draw(studies, outcome=None)[0]
    studies.release(trial)
    assert [left.number for left in studies.left("gru")] == [trial.number]


@pytest.mark.parametrize("sampler", ["random", "tpe"])
def test_what_was_interrupted_while_it_was_drawn_changes_no_later_draw(sampler):
    whole, parts = Studies(a_plan(key="whole", sampler=sampler)), Studies(a_plan(key="parts", sampler=sampler))
    expected = [draw(whole, score=number / 10)[0].params for number in range(6)]
    found = []
    for number in range(6):
        for _ in range(number % 3):  # a process that ends before it has stored the index
            parts.by_model["gru"].ask()
            assert parts.end_lost() == 1
        found.append(draw(parts, score=number / 10)[0].params)
    assert found == expected


def test_a_continued_trial_reports_each_validation_once(recwarn):
    studies = Studies(a_plan())
    trial = draw(studies, outcome=None)[0]
    for step, score in ((1, 0.5), (2, 0.6), (2, 0.6), (3, 0.7)):
        studies.report("gru", trial, step, score)
    assert studies.by_model["gru"].trials[trial.number].intermediate_values == {1: 0.5, 2: 0.6, 3: 0.7}
    assert not recwarn.list


@pytest.mark.parametrize("host", [platform.node(), "another machine"])
def test_a_running_trial_of_a_store_without_leases_is_ended(host):
    studies = Studies(a_plan())
    trial = studies.by_model["lstm"].ask()
    for key, value in {"host": host, "pid": os.getpid(), "pid_start": 1.0}.items():
        trial.set_user_attr(key, value)
    assert studies.end_lost() == 1


def test_a_trial_that_was_killed_before_it_had_a_lease_is_ended():
    studies = Studies(a_plan())
    studies.by_model["lstm"].ask()
    assert studies.end_lost() == 1


@pytest.mark.parametrize("is_continued", [True, False])
def test_a_process_that_lost_its_lease_cannot_end_the_trial(is_continued):
    studies = Studies(a_plan())
    trial, _ = draw(studies, outcome=None)
    end_lease(studies, trial)
    if is_continued:
        others = Studies(studies.plan)
        others.take_over("gru", others.left("gru")[0], studies.plan.config("gru"))
    with pytest.raises(LeaseLostError, match="001-gru"):
        studies.tell("gru", trial, "completed", 0.9)
    frozen = studies.by_model["gru"].get_trials(deepcopy=False)[0]
    assert (frozen.state, frozen.value) == (TrialState.RUNNING, None)


@pytest.mark.parametrize(
    ("outcome", "state", "value"),
    [
        ("completed", TrialState.COMPLETE, 0.75),
        ("pruned", TrialState.PRUNED, None),
        ("diverged", TrialState.FAIL, None),
        ("out_of_memory", TrialState.FAIL, None),
        ("failed", TrialState.FAIL, None),
    ],
)
def test_a_trial_whose_worker_died_after_it_wrote_the_run_is_not_trained_again(outcome, state, value):
    studies = Studies(a_plan())
    trial, _ = draw(studies, outcome=None)
    end_lease(studies, trial)
    record = RunRecord(
        "trial", "sentiment", "small", "", "gru", "accuracy", True, outcome=outcome, run_id="r",
        metrics={"validation/accuracy": 0.75},
    )  # fmt: skip
    assert studies.end_lost(lambda left: {trial.number: record}.get(left.number)) == 1
    (kept,) = studies.counted("gru")
    assert (kept.state, kept.value, kept.user_attrs["run_id"]) == (state, value, "r")
    assert kept.user_attrs["outcome"] == outcome


def test_trials_that_have_ended_leave_no_lease():
    studies = Studies(a_plan())
    for outcome in ("completed", "pruned", "over_ceiling"):
        draw(studies, outcome=outcome)
    assert [*studies.leases.folder.iterdir()] == []


# pruning


def test_a_trial_far_below_the_median_is_pruned_after_enough_others():
    studies = Studies(a_plan("gru", trials=20))
    for _ in range(5):
        trial, _ = studies.draw("gru", studies.plan.config("gru"))
        for step in (1, 2):
            trial.report(0.8, step)
        assert not trial.should_prune()
        studies.tell("gru", trial, "completed", 0.8)
    bad, _ = studies.draw("gru", studies.plan.config("gru"))
    bad.report(0.1, 1)
    bad.report(0.1, 2)
    assert bad.should_prune()


def test_the_first_trials_of_an_encoder_are_never_pruned():
    studies = Studies(a_plan("gru"))
    for score in (0.9, 0.8, 0.1):
        trial, _ = studies.draw("gru", studies.plan.config("gru"))
        trial.report(score, 1)
        assert not trial.should_prune()
        studies.tell("gru", trial, "completed", score)


def test_the_studies_of_a_sweep_lie_in_one_file(tmp_path):
    plan = a_plan()
    Studies(plan)
    assert plan.journal.is_file()
    assert plan.journal.name == "sentiment-small-k.journal"
    assert plan.journal.is_relative_to(tmp_path)


def test_a_changed_user_file_starts_a_new_study(tmp_path):
    path = tmp_path / "mine.py"
    code = "from rnnbench.encoders.base import Cell\n\nclass Mine(Cell):\n    pass\n"
    path.write_text(code)
    draw(Studies(a_plan(str(path))), str(path))
    assert len(Studies(a_plan(str(path))).counted(str(path))) == 1
    path.write_text(code + "# changed\n")
    assert Studies(a_plan(str(path))).counted(str(path)) == []


def test_a_sampler_that_proposes_too_large_sizes_still_ends_below_the_ceiling():
    # the larger the better: after the random draws every proposal is near the upper end, above the ceiling of 40
    ranges = {"encoder.hidden_size": {"low": 16, "high": 256}}
    studies = Studies(a_plan("gru", random_trials=4, settings=["encoder.hidden_size"], ranges=ranges))

    def next_allowed():
        for redraw in range(200):
            trial, config = studies.draw("gru", studies.plan.config("gru"), at_random=redraw > 20)
            if config.encoder.hidden_size <= 40:
                return trial, config
            studies.tell("gru", trial, "over_ceiling", None)
        return None

    for _ in range(8):
        found = next_allowed()
        assert found is not None, "200 draws in a row were above the ceiling"
        studies.tell("gru", found[0], "completed", float(found[1].encoder.hidden_size))
    assert kinds(studies)[:4] == ["random"] * 4
    assert {*kinds(studies)[4:]} <= {"tpe", "fallback"}


def test_a_random_draw_instead_of_a_proposal_is_marked():
    studies = Studies(a_plan(random_trials=1))
    draw(studies)
    trial, _ = studies.draw("gru", studies.plan.config("gru"), at_random=True)
    assert trial.user_attrs["draw"] == "fallback"
