"""What people type about courses, sessions and enrolments, checked and turned into values."""
