"""The signals of the business; it knows none of the listeners."""

from django.dispatch import Signal

# Sent as record_changed.send(sender=type(record), record=record, at=at, by=by) inside the transaction that
# changed the record. It says that the record changed, never what.
record_changed = Signal()
