"""Blocks that two or more encoders use."""
