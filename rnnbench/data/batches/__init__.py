"""Batches of tensors in memory; each class is an iterable for `DataLoader(dataset, batch_size=None)`.

Training batches are drawn from a seed and the number of the epoch, so that they are reproducible. Evaluation covers
every example once, and its batches do not depend on training.
"""
