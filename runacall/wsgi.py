"""The WSGI entry point of the web process."""

import os

from django.core.wsgi import get_wsgi_application

from runacall.checks import refuse_bad_settings

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "runacall.settings")
application = get_wsgi_application()
refuse_bad_settings()
