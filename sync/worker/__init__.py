"""What runs by itself: asking for drains, schedules, the cluster, and its status."""
