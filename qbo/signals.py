"""The signals of this app; it knows none of the listeners."""

from django.dispatch import Signal

# connection_changed.send(sender=Connection, connection=connection, at=at): connected, paused or disconnected.
connection_changed = Signal()
# company_chosen.send(sender=Connection, connection=connection, start_date=date or None, at=at, by=user or None): a
# person chose one of two companies, and `connection` is for that one now; `start_date` if it is the new one.
company_chosen = Signal()
# list_read.send(sender=ListState, connection=connection, state=state, changed=changed, at=at): a list was read, or
# could not be (`state.problem` says why); `changed`: whether it says something else than before.
list_read = Signal()
