"""What is done to courses, sessions and enrolments: one verb, one transaction."""
