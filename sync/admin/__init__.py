"""Settings → QuickBooks → Sync log, and what our support looked at; the queue's own tables have no page."""

from sync.admin import events, support_looks

__all__ = ["events", "support_looks"]
