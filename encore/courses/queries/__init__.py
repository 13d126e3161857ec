"""Finds courses, sessions and the people in them."""
