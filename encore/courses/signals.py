"""What courses tell those above them. Sent inside the transaction of the action."""

from django.dispatch import Signal

enrolled = Signal()  # session, enrolments (list of new or restored Enrolment), by, at
enrolment_ended = Signal()  # enrolments (list), by, at
entered = Signal()  # enrolment: the first entry into any course of its session; at
session_changed = Signal()  # session: its dates, zone or duration changed; at
enrolment_dates_changed = Signal()  # enrolments (list), at
session_course_added = Signal()  # session_courses (list), at

# Asked: (enrolment=, here=). A receiver answers a list of people.signals.PersonSection, shown on its page.
enrolment_sections = Signal()
