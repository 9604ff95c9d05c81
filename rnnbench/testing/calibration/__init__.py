"""Scores drawn from distributions that are known: what intervals and tests are held against."""
