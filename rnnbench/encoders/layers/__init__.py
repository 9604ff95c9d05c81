"""Modules shared by several encoders."""
