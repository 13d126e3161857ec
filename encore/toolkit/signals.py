"""What the toolkit tells those above it. Sent inside the transaction of the action."""

from django.dispatch import Signal

transferred = Signal()  # enrolments (ids) whose records have gone or come, both ends of each transfer; at
