"""Save and load a network in one .npz file, written atomically and without pickle."""

from __future__ import annotations

import os
import tempfile
import zipfile
from pathlib import Path

import numpy as np

from rnnbench.scratch.base import Array, ScratchError, Weights
from rnnbench.scratch.cells import CELLS
from rnnbench.scratch.network import Network

FORMAT = 1


def save(path: str | os.PathLike[str], network: Network, characters: str) -> None:
    """Save weights, cell and vocabulary.

    A temporary file in the same folder replaces the old file once it is complete, so a full disk or Ctrl-C keeps the
    old one. Raises: ScratchError if the folder does not exist or cannot be written.
    """
    path = Path(path)
    content: dict[str, Array] = {f"weights/{name}": weight for name, weight in network.weights.items()}
    content["format"] = np.array(FORMAT)
    content["cell"] = np.array(network.cell)
    content["characters"] = np.array([ord(character) for character in characters], dtype=np.uint32)
    try:
        handle, unfinished = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    except OSError as error:
        raise ScratchError(f"cannot write {path}: {error.strerror}") from None
    try:
        with os.fdopen(handle, "wb") as stream:
            # with a stream, numpy does not add .npz to the name
            np.savez(stream, allow_pickle=False, **content)
            stream.flush()
            os.fsync(stream.fileno())
        os.chmod(unfinished, 0o666 & ~_umask())  # mkstemp makes files readable by their owner only
        os.replace(unfinished, path)
    except BaseException:
        Path(unfinished).unlink(missing_ok=True)
        raise


def load(path: str | os.PathLike[str]) -> tuple[Network, str]:
    """Load a network and its characters.

    Raises: ScratchError if the file is missing or was not written by `save`; pickled objects are not loaded.
    """
    try:
        # opened here because numpy does not close a broken archive
        with open(path, "rb") as stream, np.load(stream, allow_pickle=False) as stored:
            content = {name: stored[name] for name in stored.files}
        cell = str(content["cell"])
        characters = "".join(map(chr, content["characters"].tolist()))
        names = (*Weights._fields, "weight_out", "bias_out")
        weights = {name: content[f"weights/{name}"] for name in names}
    except FileNotFoundError:
        raise ScratchError(f"no file {os.fspath(path)}") from None
    except (OSError, EOFError, ValueError, KeyError, AttributeError, TypeError, zipfile.BadZipFile):
        raise ScratchError(f"{os.fspath(path)} is not a model of rnnbench.scratch") from None
    network = Network(cell, weights)
    if not _fits(network, len(characters)):
        raise ScratchError(f"{os.fspath(path)} is not a model of rnnbench.scratch: shapes of its weights do not match")
    return network, characters


def _fits(network: Network, classes: int) -> bool:
    if network.cell not in CELLS or network.weights["weight_hh"].ndim != 2:
        return False
    hidden = network.weights["weight_hh"].shape[1]
    rows = CELLS[network.cell].GATES * hidden
    expected = {
        "weight_ih": (rows, classes), "weight_hh": (rows, hidden), "bias_ih": (rows,), "bias_hh": (rows,),
        "weight_out": (classes, hidden), "bias_out": (classes,),
    }  # fmt: skip
    return all(network.weights[name].shape == shape for name, shape in expected.items())


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
