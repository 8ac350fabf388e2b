"""Settings → QuickBooks → Sync log, and the support visits; the queue's own tables have no pages."""

from sync.admin import events, support_looks

__all__ = ["events", "support_looks"]
