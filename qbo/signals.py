"""What this app tells whoever listens; it knows no listener."""

from django.dispatch import Signal

# connection_changed.send(sender=Connection, connection=connection, at=at): connected, paused or disconnected.
connection_changed = Signal()
# mapping_saved.send(sender=Connection, connection=connection, at=at): a mapping or a setting changed.
mapping_saved = Signal()
# turn_wanted.send(sender=Connection, connection=connection): somebody is about to call QuickBooks in a web request.
# Who else calls it answers with a context manager that gives the pace to keep; entering it may raise NotNow.
turn_wanted = Signal()


class NotNow(Exception):
    """Somebody else is talking to the company, or it wants to be left alone; the text is meant for staff."""
