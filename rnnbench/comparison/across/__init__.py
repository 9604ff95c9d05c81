"""Several comparisons to one answer over all of them: which encoder is best overall, and how sure that is."""
