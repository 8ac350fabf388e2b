"""What runs on a schedule, as data."""

from django_q.models import Schedule

# name -> (task, minutes between runs)
SCHEDULES = {
    "sync-sweep": ("sync.tasks.sweep", 1),
    "sync-maintain": ("sync.tasks.maintain", 10),
    "token-renewal": ("sync.tasks.renew_tokens", 60),
    "notifications": ("sync.tasks.tell_people", 1),
    "morning-digests": ("sync.tasks.write_digests", 30),
    "nightly-comparison": ("sync.tasks.compare_last_days", 60),
    "daily-lists": ("sync.tasks.read_lists_daily", 60),
}


def ensure_schedules() -> None:
    """Create each schedule once; one that an operator changed stays as it is."""
    there = set(Schedule.objects.filter(name__in=SCHEDULES).values_list("name", flat=True))
    Schedule.objects.bulk_create(
        Schedule(name=name, func=task, schedule_type=Schedule.MINUTES, minutes=minutes, repeats=-1)
        for name, (task, minutes) in SCHEDULES.items()
        if name not in there
    )
