"""rnnbench: which sequence encoder to use on your data, how sure that answer is, and what it costs."""
