"""What an evaluation found, for people and programs."""
