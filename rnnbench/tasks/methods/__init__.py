"""Methods that baselines of several tasks may use."""
