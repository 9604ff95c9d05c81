"""`python -m rnnbench` is the same program as `rnnbench`."""

from rnnbench.cli.commands import main

if __name__ == "__main__":
    main()
