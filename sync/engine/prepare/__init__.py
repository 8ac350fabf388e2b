"""What each claimed event needs: a write, a link to what is there, or a reason why it cannot go."""
