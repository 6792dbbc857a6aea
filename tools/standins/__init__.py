"""Stand-in checkpoints: the files of a published model with seeded random weights."""
