"""Policies tried against small books: their tests, their laws, and how much of a policy those look at."""
