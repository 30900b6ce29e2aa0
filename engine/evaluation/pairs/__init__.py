"""Files brought together: which belong to each other, in which frame, and what area is compared."""
