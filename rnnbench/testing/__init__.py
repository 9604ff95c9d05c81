"""Is this installation right? Contracts, selftest, calibration of the statistics, benchmarks."""
