"""Books made for a policy, and the hunt for one that breaks a law."""
