"""What an installation is asked before its answers are believed: checks on made-up data, faults planted on purpose."""
