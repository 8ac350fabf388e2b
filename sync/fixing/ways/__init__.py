"""One module for each kind of thing that is chosen to fix a cause; none knows how it is shown or sent."""
