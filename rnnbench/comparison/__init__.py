"""Run records to statistics and sentences: no torch, no store, nothing drawn."""
