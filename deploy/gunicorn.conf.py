"""How the web process serves: gunicorn --config deploy/gunicorn.conf.py runacall.wsgi

A few pages wait for QuickBooks (connecting, reading a list on request). Threads let the others continue, and
a worker with waiting threads still sends heartbeats, so a slow QuickBooks ends neither a page nor a worker.
"""

import os
from typing import Any

from gunicorn.glogging import Logger


class WithoutTokens(Logger):
    """The access log, without the tokens of links: readers of the log must not be able to use them."""

    def atoms(self, *about: Any) -> Any:
        # Only now, because gunicorn reads this file before it knows where our modules are.
        from runacall.operators_log import without_tokens

        said = super().atoms(*about)
        return {**said, "U": without_tokens(said["U"] or "")}


logger_class = WithoutTokens
bind = os.environ.get("BIND", "127.0.0.1:8000")
worker_class = "gthread"
workers = int(os.environ.get("WEB_WORKERS", "2"))
threads = int(os.environ.get("WEB_THREADS", "16"))
# Seconds without a heartbeat of a whole worker; a request that waits in a thread does not count.
timeout = int(os.environ.get("WEB_TIMEOUT", "30"))
# At a restart, running requests may finish; the longest call to QuickBooks ends within 125 s.
graceful_timeout = int(os.environ.get("WEB_GRACEFUL_TIMEOUT", "130"))
# Longer than the proxy keeps idle connections, or the proxy would sometimes use one that we have closed.
keepalive = 75
# A worker is replaced after about this many requests, not all at once, so that leaks stay small.
max_requests = 5000
max_requests_jitter = 1000
# Bad settings are refused once, before any worker starts, and workers share the memory of the code.
preload_app = True
# Heartbeats of workers are files; in memory, because a slow disk would look like a dead worker.
worker_tmp_dir = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None  # noqa: S108
# No control socket in the user's home for gunicorn's own tool: there is no home, and nobody uses it.
control_socket_disable = True
accesslog = "-" if os.environ.get("WEB_ACCESS_LOG", "true") == "true" else None
# The path without its query, which may contain Intuit's codes.
access_log_format = '%(t)s %(h)s "%(m)s %(U)s" %(s)s %(B)s %(M)sms'
