"""The view from nadir: everything moved to its place on the ground."""
