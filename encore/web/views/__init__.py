"""The pages of no single feature."""

from encore.web.views.audit import audit, audit_export
from encore.web.views.course import course_home, course_in_session, my_courses
from encore.web.views.health import health_live, health_ready
from encore.web.views.home import home
from encore.web.views.mail import mail_page, mails
from encore.web.views.search import search
from encore.web.views.session import session_page

__all__ = [
    "audit",
    "audit_export",
    "course_home",
    "course_in_session",
    "health_live",
    "health_ready",
    "home",
    "mail_page",
    "mails",
    "my_courses",
    "search",
    "session_page",
]
