"""Sequence to sequence: what translation and dialogue share."""
