"""Metrics of one subject a file; `sim/observe.py` calls them. They only read."""
