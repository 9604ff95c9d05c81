"""Ways to start the workers of a sweep: a file per way."""
