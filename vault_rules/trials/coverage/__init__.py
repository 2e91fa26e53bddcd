"""What of a policy was seen to decide something: what there is, what small books cover of it, and how it is told."""
