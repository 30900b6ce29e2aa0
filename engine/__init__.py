"""Plumbline's engine: road graphs from one overhead image.

The engine runs in its own interpreter and knows nothing of QGIS or Qt. Read it along its corridor,
``engine.roads.extract``; every other module is a room beside it. ``DESIGN.md`` draws the map.
"""
