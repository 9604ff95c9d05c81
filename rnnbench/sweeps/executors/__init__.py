"""Executors, which start the workers of a sweep: one file each."""
