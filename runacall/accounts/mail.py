"""E-mail to people: plain text from a template, sent now or in the background.

A background e-mail is sent by a thread, so that a page takes equally long for known and unknown addresses.
"""

from __future__ import annotations

import logging
from concurrent.futures import Future, ThreadPoolExecutor, wait

from django.core.mail import EmailMessage
from django.template.loader import render_to_string

logger = logging.getLogger(__name__)
_senders = ThreadPoolExecutor(max_workers=2, thread_name_prefix="mail")
_under_way: set[Future[None]] = set()


def send(to: str, template: str, context: dict[str, object]) -> bool:
    """Whether the mail server accepted it. The first line of the template is the subject."""
    subject, _, body = render_to_string(template, context).strip().partition("\n")
    try:
        EmailMessage(subject.strip(), body.strip() + "\n", to=[to]).send()
    except OSError:  # of which smtplib's errors are
        logger.exception("An e-mail was not sent: %s", template)
        return False
    return True


def send_soon(to: str, template: str, context: dict[str, object]) -> None:
    """Send in the background; with `to` "", do the same work and send nothing."""
    task = _senders.submit(_send_or_only_write, to, template, context)
    _under_way.add(task)
    task.add_done_callback(_under_way.discard)


def wait_until_sent() -> None:
    wait(list(_under_way))


def _send_or_only_write(to: str, template: str, context: dict[str, object]) -> None:
    if to:
        send(to, template, context)
    else:
        render_to_string(template, context)
