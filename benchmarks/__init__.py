"""Speed and memory, always beside something of known cost measured in the same run."""
