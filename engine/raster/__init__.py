"""Pixels in and out: the grid, its windows, the reader."""
