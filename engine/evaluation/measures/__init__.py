"""What is measured of two graphs in one frame."""
