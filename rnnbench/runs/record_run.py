"""Train one configuration and record the run in the store while it trains."""

from __future__ import annotations

import json
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import replace

import yaml

from rnnbench.experiment.config import ExperimentConfig
from rnnbench.experiment.sections import HardwareSettings
from rnnbench.runs.environment import ENVIRONMENT_FILE, environment_of
from rnnbench.runs.train import KEPT_KINDS, Hooks, Trained, describe, train
from rnnbench.runs.training.hardware import check_hardware
from rnnbench.runs.training.weights import save_weights
from rnnbench.storage.checkpoints import checkpoint_folder, delete_checkpoints
from rnnbench.storage.leases import Lease, LeaseLostError
from rnnbench.storage.location import store_error_of
from rnnbench.storage.losses import LOSSES_FILE, losses_to_bytes
from rnnbench.storage.record import REFIT_UPDATES, STOPPED, Kind, Outcome, RunRecord, model_name
from rnnbench.storage.run_writer import RunWriter
from rnnbench.storage.tracker import Tracker
from rnnbench.tasks.samples import SHOWCASE_FILE, to_json


def train_and_record(
    config: ExperimentConfig,
    *,
    tracker: Tracker,
    experiment_id: str,
    name: str,
    kind: Kind = "train",
    open_test: bool = False,
    refit: int | None = None,
    parent: str | None = None,
    run_id: str | None = None,
    lease: Lease | None = None,
    tags: Mapping[str, str] | None = None,
    params: Mapping[str, object] | None = None,
    hooks: Hooks | None = None,
) -> RunRecord:
    """Train as `train` does, and record the run; it always ends with an outcome in the store.

    The training writes checkpoints, which are deleted when it ends otherwise than by a stop.

    run_id: a run that was claimed for this training, which continues from its checkpoint where it has one; by default a
        new one is made below `parent`. lease: see `Tracker.start`.
    Raises: LeaseLostError where another process has taken the run over, and nothing more is written; StoreError where
        the store cannot be written, so that the run is left to be continued; any other error ends the run as `failed`,
        with its traceback as an artifact, and is raised again.
    """
    check_hardware(config.hardware)
    own_tags = {**({} if refit is None else {REFIT_UPDATES: str(refit)}), **dict(tags or {})}
    claimed = None if run_id is None else tracker.claimed(run_id, lease)
    first_tags = {"kind": kind, "model": model_name(config.model), "task": config.task, **own_tags}
    writer = claimed or tracker.start(experiment_id, name, first_tags, parent, lease=lease)
    try:
        writer.text(yaml.safe_dump(config.to_plain(), sort_keys=False, allow_unicode=True), "config.yaml")
        described = describe(config, kind)
        writer.describe(replace(described, tags={**described.tags, **own_tags}))
        recording = _recording(hooks or Hooks(), writer, keeps_samples=kind in KEPT_KINDS)
        folder = checkpoint_folder(writer.run_id)
        trained = train(config, kind=kind, open_test=open_test, refit=refit, checkpoint_folder=folder, hooks=recording)
        writer.require_lease()
        is_opened = open_test and trained.record.outcome == "completed"
        result_tags = {**trained.record.tags, "test_opened": str(is_opened), **own_tags}
        record = replace(trained.record, run_id=writer.run_id, name=name, tags=result_tags)
        _write_files(writer, trained, record, config.hardware, with_showcase=is_opened)
        writer.finish(record, {"model": record.model, "seed": config.seed, **(params or {})})
        if record.outcome not in STOPPED:
            delete_checkpoints(writer.run_id)
        return record
    except (KeyboardInterrupt, SystemExit):
        with suppress(LeaseLostError):
            writer.end("interrupted")
        raise
    except LeaseLostError:
        raise
    except BaseException as error:
        if unwritable := store_error_of(error):  # the training did not fail: it is continued from its checkpoint
            raise unwritable from error
        writer.fail()
        delete_checkpoints(writer.run_id)
        raise


def _recording(hooks: Hooks, writer: RunWriter, *, keeps_samples: bool) -> Hooks:
    """The caller's hooks, extended by writing curves and samples, and by stopping when the run is taken over."""

    def log(update: int, values: dict[str, float]) -> None:
        writer.curve(update, values)
        if hooks.log is not None:
            hooks.log(update, values)

    def stop() -> Outcome | None:
        if writer.is_lost:
            writer.require_lease()
        return None if hooks.stop is None else hooks.stop()

    def before_checkpoint() -> None:
        writer.require_lease()
        writer.flush()

    return replace(
        hooks,
        log=log,
        stop=stop,
        before_checkpoint=before_checkpoint,
        keep_sample=writer.text if keeps_samples else None,
        # written before the test split is opened, so that a run killed afterwards is still marked
        opening=lambda: writer.tags({"test_opened": "True"}),
    )


def _write_files(
    writer: RunWriter, trained: Trained, record: RunRecord, hardware: HardwareSettings, *, with_showcase: bool
) -> None:
    """Store the environment, losses, scores of test examples, and, where they are kept, weights and showcase."""
    facts = {**environment_of(hardware), "data_fingerprint": record.fingerprint, "data": record.data}
    writer.text(json.dumps(facts, indent=2), ENVIRONMENT_FILE)
    writer.content(losses_to_bytes(trained.losses), LOSSES_FILE)
    writer.examples(record)
    if record.kind in KEPT_KINDS and record.outcome == "completed":
        save_weights(trained.task, writer.file, writer.text)
    if with_showcase:
        writer.text(to_json(trained.task.showcase()), SHOWCASE_FILE)
