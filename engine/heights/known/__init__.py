"""Heights corrected by known ones."""
