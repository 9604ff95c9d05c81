"""What is claimed to be quick, measured: one file per claim."""
