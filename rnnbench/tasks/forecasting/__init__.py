"""Forecasting: the next values of one or more series."""
