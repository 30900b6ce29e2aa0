"""The only rooms with torch: architectures, weights, devices, prediction."""
