"""Recording what a real company answers, and holding the emulator to it."""
