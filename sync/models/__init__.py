"""Events, submissions and attempts, the lease of a connection, and the record of what people did."""

from sync.models.attempts import Attempt
from sync.models.audit import ActionRecord, Heartbeat, SupportLook
from sync.models.events import State, SyncEvent
from sync.models.leases import Lease
from sync.models.submissions import Submission

__all__ = [
    "ActionRecord",
    "Attempt",
    "Heartbeat",
    "Lease",
    "State",
    "Submission",
    "SupportLook",
    "SyncEvent",
]
