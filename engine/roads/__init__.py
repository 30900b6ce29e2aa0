"""From the graph tensor to a routable road graph, and back."""
