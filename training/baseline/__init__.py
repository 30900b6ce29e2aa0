"""What a user would build from common tools: a road mask, thresholded, thinned and vectorised."""
