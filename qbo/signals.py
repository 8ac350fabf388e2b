"""What this app tells whoever listens; it knows no listener."""

from django.dispatch import Signal

# connection_changed.send(sender=Connection, connection=connection, at=at): connected, paused or disconnected.
connection_changed = Signal()
# mapping_saved.send(sender=Connection, connection=connection, at=at): a mapping or a setting changed.
mapping_saved = Signal()
# list_read.send(sender=ListState, connection=connection, state=state, at=at): a list was read, or could not be
# (`state.problem` says why).
list_read = Signal()
