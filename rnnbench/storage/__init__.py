"""The store: records of runs in MLflow, files of runs, and leases on running work."""
