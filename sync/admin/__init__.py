"""Settings → QuickBooks → Sync log; the queue's own tables have no page."""

from sync.admin import events

__all__ = ["events"]
