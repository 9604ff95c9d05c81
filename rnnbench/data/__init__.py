"""Data of the tasks: known data sets and the user's own files, under one interface."""

from __future__ import annotations

from rnnbench.data.loading import catalogue, describe, load
from rnnbench.data.settings import DataSettings

__all__ = ["DataSettings", "catalogue", "describe", "load"]
