"""The pages of the administration of sessions, courses and categories."""
