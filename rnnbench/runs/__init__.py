"""One run: train a configuration, evaluate it, record it, and load it again."""
