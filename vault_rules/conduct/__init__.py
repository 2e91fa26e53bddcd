"""A whole execution from end to end: asked, planned, kept, carried out; and plans made again from what was kept."""
