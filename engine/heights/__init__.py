"""From one oblique image to metres above ground: the view's pose, the flow, the rectified map."""
