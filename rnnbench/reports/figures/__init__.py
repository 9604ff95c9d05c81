"""Figures of a comparison, a search or a summary, one per module."""
