"""Makes the checkpoints. Imports the engine, never the reverse."""
