"""Last sections: run ids, versions, and the command that repeats the sweep."""

from __future__ import annotations

from collections.abc import Mapping

from rnnbench.reports.page.model import Code, Facts, Folded, Material, Part, Section, Words
from rnnbench.reports.tables.columns import runs_by_row

_NOT_A_VERSION = ("git_commit", "command", "data", "data_fingerprint")


def runs(material: Material) -> Section:
    """The id of every run."""
    listed = tuple((name, " ".join(ids)) for name, ids in runs_by_row(material.comparison))
    sweep = (("sweep", material.sweep_run),) if material.sweep_run else ()
    title = f"{len(material.comparison.run_ids)} runs"
    words = "Ids of the runs in the MLflow store (rnnbench ui)."
    return Section("runs", "Runs", (Words(words), Folded(title, (Facts(sweep + listed),))))


def versions(material: Material) -> Section | None:
    """Versions and hardware of the confirmations."""
    values = _values(material.environments)
    pairs = tuple((name, " and ".join(unique)) for name, unique in values.items() if name not in _NOT_A_VERSION)
    return Section("versions", "Versions", (Facts(pairs),)) if pairs else None


def repeat(material: Material) -> Section | None:
    """The command for the same sweep."""
    if not material.command:
        return None
    commits = _values(material.environments).get("git_commit", [])
    lead = f"At commit {' or '.join(commits)} of rnnbench, type:" if commits else "Type:"
    parts: list[Part] = [Words(lead), Code(material.command)]
    if any(commit.endswith("-dirty") for commit in commits):
        parts.append(Words("-dirty: the working tree had uncommitted changes.", is_soft=True))
    return Section("repeat", "Repeat this sweep", tuple(parts))


def _values(environments: Mapping[str, Mapping[str, str]]) -> dict[str, list[str]]:
    """By name, the different values of the runs, sorted."""
    names = dict.fromkeys(name for run in sorted(environments) for name in environments[run])
    return {
        name: sorted({str(environment[name]) for environment in environments.values() if name in environment})
        for name in names
    }
