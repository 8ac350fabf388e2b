"""What would happen, before it does: by the rules of a drain, without a call and without a change."""
