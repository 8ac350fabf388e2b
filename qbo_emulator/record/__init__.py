"""Recording what a real company answers, and checking the emulator against it."""
