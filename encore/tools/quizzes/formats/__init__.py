"""Files of questions: read from other systems and written for them."""
