"""Sentiment: text classification."""
