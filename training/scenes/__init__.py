"""Procedural towns with exact truth: roads with levels, heights, lean and occlusion."""
