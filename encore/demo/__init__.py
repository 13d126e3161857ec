"""A believable training centre, made through the same actions and files that a user would use."""
