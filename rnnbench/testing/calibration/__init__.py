"""Coverage of intervals, error rates and power of tests, on simulated scores with known means."""
