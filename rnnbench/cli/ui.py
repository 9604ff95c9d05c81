"""The MLflow UI on the store."""

from __future__ import annotations

import os
import socket
import sys

from rich.text import Text

from rnnbench.cli.console import out
from rnnbench.core.child_process import run_until_interrupted
from rnnbench.core.errors import RnnbenchError
from rnnbench.storage.location import store_folder

VIEW = "viewStateShareKey=rnnbench&workflowType=machine_learning"


def serve(host: str, port: int) -> None:
    """Serve until Ctrl-C, or until this process ends in any other way.

    Raises: RnnbenchError where the port is taken, with a free one.
    """
    from rnnbench.storage.database import is_writable, tracking_uri
    from rnnbench.storage.tracker import Tracker

    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise RnnbenchError(
                f"{host}:{port} cannot be used ({error.strerror}). Try: rnnbench ui --port {_free_port()}"
            ) from error
    tracker = Tracker()
    experiments = tracker.client.search_experiments()
    for item in experiments if is_writable() else ():
        tracker.repair(item.experiment_id)
    shown = [item for item in experiments if "mlflow.sharedViewState.rnnbench" in item.tags]
    for item in shown:
        verdict = item.tags.get("mlflow.note.content", "").partition("\n")[0]
        out.print(Text.assemble((item.name, "bold"), f"  {verdict}"), soft_wrap=True)
        out.print(f"  http://{host}:{port}/#/experiments/{item.experiment_id}/runs?{VIEW}", soft_wrap=True)
    if not shown:
        out.print("no comparison in the store yet; type: rnnbench sweep TASK")
        out.print(f"http://{host}:{port}/?workflowType=machine_learning", soft_wrap=True)
    out.print("ready in about ten seconds; Ctrl-C stops the server")
    # one worker: several use five times the memory and take 40 ms longer per request
    command = [sys.executable, "-m", "mlflow", "server", "--workers", "1", "--host", host, "--port", str(port)]
    command += ["--backend-store-uri", tracking_uri()]
    command += ["--default-artifact-root", (store_folder() / "artifacts").as_uri()]
    environment = {**os.environ, "MLFLOW_SERVER_ENABLE_JOB_EXECUTION": "false", "MLFLOW_DISABLE_TELEMETRY": "true"}
    code = run_until_interrupted(command, environment)
    if code is not None:
        raise RnnbenchError(f"the MLflow server ended with exit code {code}; see its output above")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port
