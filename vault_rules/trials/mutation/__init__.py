"""Policies changed on purpose, one small thing at a time, to see whether their tests and laws notice."""
