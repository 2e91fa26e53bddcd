"""What came of tests, told to people and to programs."""
