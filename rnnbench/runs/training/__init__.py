"""What a run puts together around a task: optimizer, schedule, initialization, callbacks."""
