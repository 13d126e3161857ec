"""The sessions of the demo: those that are over, those that run, and those that come."""
