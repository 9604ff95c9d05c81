"""What an encoder is trained for: one file per task."""
