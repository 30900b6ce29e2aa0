"""Plumbline's engine: road graphs and heights from one overhead image.

The engine runs in its own interpreter and knows nothing of QGIS or Qt. Read it along the two
corridors ``engine.roads.extract`` and ``engine.heights.estimate``; every other module is a room
beside them. ``DESIGN.md`` draws the map.
"""
