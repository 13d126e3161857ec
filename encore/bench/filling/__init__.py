"""Fills a database with people, courses, sessions and what learners did, deterministically."""
