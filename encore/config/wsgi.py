"""The WSGI application, for gunicorn and every other server."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "encore.config.settings")
application = get_wsgi_application()
