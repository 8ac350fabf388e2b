"""Settings of the walk's web process: as everywhere, but a browser asks for a script or style sheet once."""

from runacall.settings import *  # noqa: F403

WHITENOISE_AUTOREFRESH = False
WHITENOISE_MAX_AGE = 3600
