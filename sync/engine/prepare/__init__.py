"""What each claimed event needs: a write, a link to an existing record, or a reason why it cannot be sent."""
