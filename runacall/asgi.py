"""The ASGI entry point of the web process."""

import os

from django.core.asgi import get_asgi_application

from runacall.checks import refuse_bad_settings

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "runacall.settings")
application = get_asgi_application()
refuse_bad_settings()
