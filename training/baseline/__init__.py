"""What a user would build from common tools: a road mask from a U-Net, thinned and traced."""
