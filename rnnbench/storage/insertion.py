"""Insert runs of one database of MLflow into another of the same schema, with their ids, and delete runs.

MLflow gives every run that it creates a new id, and cannot insert one with its history.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping, Sequence
from contextlib import closing
from pathlib import Path

_OF_RUNS = ("tags", "params", "metrics", "latest_metrics")


def insert_runs(target: Path, source: Path, run_ids: Sequence[str], experiments: Mapping[str, str]) -> None:
    """Insert runs with parameters, metrics with their history, tags and data sets, in one transaction.

    A run that exists is replaced. Addresses of files become those in the experiment's folder.
    experiments: id in the target by id in the source. Raises: sqlite3.Error, and nothing is inserted.
    """
    with closing(sqlite3.connect(target, timeout=60)) as connection:
        connection.execute("ATTACH DATABASE ? AS other", (str(source),))
        with connection:
            connection.execute("BEGIN IMMEDIATE")
            connection.execute("CREATE TEMP TABLE moved (id TEXT PRIMARY KEY)")
            connection.executemany("INSERT INTO moved VALUES (?)", [(run_id,) for run_id in run_ids])
            connection.execute("CREATE TEMP TABLE places (theirs INTEGER PRIMARY KEY, ours INTEGER)")
            connection.executemany(
                "INSERT INTO places VALUES (?, ?)", [(int(a), int(b)) for a, b in experiments.items()]
            )
            _delete(connection)
            for table in ("runs", *_OF_RUNS):
                connection.execute(
                    f"INSERT INTO main.{table} ({_columns(connection, table)}) SELECT {_columns(connection, table)} "
                    f"FROM other.{table} WHERE run_uuid IN moved"
                )
            _move_addresses(connection)
            _insert_data_sets(connection)
            connection.execute(
                "INSERT OR IGNORE INTO main.experiment_tags (key, value, experiment_id) SELECT key, value, ours "
                "FROM other.experiment_tags JOIN places ON experiment_id = theirs"
            )


def delete_runs(database: Path, run_ids: Sequence[str]) -> None:
    """Delete runs with everything that belongs to them, in one transaction, and give the space back."""
    with closing(sqlite3.connect(database, timeout=60)) as connection:
        with connection:
            connection.execute("BEGIN IMMEDIATE")
            connection.execute("CREATE TEMP TABLE moved (id TEXT PRIMARY KEY)")
            connection.executemany("INSERT INTO moved VALUES (?)", [(run_id,) for run_id in run_ids])
            _delete(connection)
        connection.execute("VACUUM")


def _delete(connection: sqlite3.Connection) -> None:
    inputs = "SELECT input_uuid FROM main.inputs WHERE destination_id IN moved"
    connection.execute(f"DELETE FROM main.input_tags WHERE input_uuid IN ({inputs})")
    connection.execute("DELETE FROM main.inputs WHERE destination_id IN moved")
    for table in (*_OF_RUNS, "runs"):
        connection.execute(f"DELETE FROM main.{table} WHERE run_uuid IN moved")


def _columns(connection: sqlite3.Connection, table: str) -> str:
    return ", ".join(f'"{row[1]}"' for row in connection.execute(f"PRAGMA main.table_info({table})"))


def _move_addresses(connection: sqlite3.Connection) -> None:
    """Give the inserted runs the ids of our experiments, and addresses in our folders where theirs are in folders."""
    connection.execute(
        "UPDATE main.runs SET artifact_uri = (SELECT e.artifact_location || '/' || run_uuid || '/artifacts' "
        "FROM places JOIN main.experiments e ON e.experiment_id = ours WHERE theirs = runs.experiment_id) "
        "WHERE run_uuid IN moved AND (artifact_uri LIKE 'file:%' OR artifact_uri LIKE '/%')"
    )
    connection.execute(
        "UPDATE main.runs SET experiment_id = (SELECT ours FROM places WHERE theirs = runs.experiment_id) "
        "WHERE run_uuid IN moved"
    )


def _insert_data_sets(connection: sqlite3.Connection) -> None:
    """Insert the data sets of runs; one that exists by name and digest keeps its id here."""
    columns = _columns(connection, "datasets")
    theirs = columns.replace('"experiment_id"', "ours")
    connection.execute(
        f"INSERT OR IGNORE INTO main.datasets ({columns}) SELECT {theirs} FROM other.datasets d "
        "JOIN places ON d.experiment_id = theirs WHERE d.dataset_uuid IN "
        "(SELECT source_id FROM other.inputs WHERE destination_id IN moved)"
    )
    inputs = _columns(connection, "inputs")
    own_id = (
        "(SELECT mine.dataset_uuid FROM other.datasets d JOIN places ON d.experiment_id = theirs "
        "JOIN main.datasets mine ON mine.experiment_id = ours AND mine.name = d.name AND mine.digest = d.digest "
        "WHERE d.dataset_uuid = source_id)"
    )
    selected = inputs.replace('"source_id"', f"coalesce({own_id}, source_id)")
    connection.execute(
        f"INSERT INTO main.inputs ({inputs}) SELECT {selected} FROM other.inputs WHERE destination_id IN moved"
    )
    connection.execute(
        "INSERT INTO main.input_tags SELECT * FROM other.input_tags WHERE input_uuid IN "
        "(SELECT input_uuid FROM other.inputs WHERE destination_id IN moved)"
    )
