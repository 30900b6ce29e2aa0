"""Click on a road, get the network around it, and accept what is right."""
