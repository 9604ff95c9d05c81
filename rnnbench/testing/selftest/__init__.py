"""Checks of an installation on synthetic data, with planted faults that it has to detect."""
