"""What satellite products say of where their sensor stood: one module per format."""
