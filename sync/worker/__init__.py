"""What runs in the background: requesting drains, schedules, the cluster, and its status."""
