"""MLflow's pages on the store."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys

import psutil

from rnnbench.cli.console import out
from rnnbench.core.errors import RnnbenchError
from rnnbench.storage.location import store_folder

VIEW = "viewStateShareKey=rnnbench&workflowType=machine_learning"


def serve(host: str, port: int) -> None:
    """Serves until Ctrl-C. Raises: RnnbenchError when the port is taken, naming a free one."""
    from rnnbench.storage.tracker import Tracker, tracking_uri

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
    for item in experiments:
        tracker.repair(item.experiment_id)
    shown = [item for item in experiments if "mlflow.sharedViewState.rnnbench" in item.tags]
    for item in shown:
        verdict = item.tags.get("mlflow.note.content", "").partition("\n")[0]
        out.print(f"[bold]{item.name}[/bold]  {verdict}", soft_wrap=True)
        out.print(f"  http://{host}:{port}/#/experiments/{item.experiment_id}/runs?{VIEW}", soft_wrap=True)
    if not shown:
        out.print("nothing compared yet; type: rnnbench sweep TASK")
        out.print(f"http://{host}:{port}/?workflowType=machine_learning", soft_wrap=True)
    out.print("the pages answer in about ten seconds; Ctrl-C ends them")
    # one worker: several cost five times the memory and 40 ms more per request
    command = [sys.executable, "-m", "mlflow", "server", "--workers", "1", "--host", host, "--port", str(port)]
    command += ["--backend-store-uri", tracking_uri()]
    command += ["--default-artifact-root", (store_folder() / "artifacts").as_uri()]
    environment = {**os.environ, "MLFLOW_SERVER_ENABLE_JOB_EXECUTION": "false", "MLFLOW_DISABLE_TELEMETRY": "true"}
    _until_interrupted(command, environment)


def _until_interrupted(command: list[str], environment: dict[str, str]) -> None:
    """Runs a server until Ctrl-C, and ends it with everything it has started."""
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})  # the server, told by us, ends without a word
    server = subprocess.Popen(command, env=environment)
    signal.pthread_sigmask(signal.SIG_SETMASK, before)
    try:
        code = server.wait()
    except KeyboardInterrupt:
        below = psutil.Process(server.pid).children(recursive=True)
        for process in below:
            process.terminate()
        server.terminate()
        for process in psutil.wait_procs(below, timeout=10)[1]:
            process.kill()
        server.wait(timeout=10)
        return
    raise RnnbenchError(f"the pages ended by themselves (exit code {code}); what they said stands above")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port
