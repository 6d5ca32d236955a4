"""Prose by a model that writes, and whether its quotes hold what it says."""
