"""Training of one run: fitting, optimizers, schedules, penalties, callbacks and costs."""
