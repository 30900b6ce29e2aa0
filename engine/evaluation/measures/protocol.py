"""Which parameters of TOPO and APLS suit a tile.

The field measures large tiles (City-Scale, 2048 m) and small ones (SpaceNet, 400 m) with different
parameters, which its scripts choose by hand. Here the size of the tile chooses, if nobody does.
"""

from dataclasses import dataclass, field, replace
from typing import Literal

from engine.evaluation.measures.apls import AplsOptions
from engine.evaluation.measures.topo import TopoOptions

SMALL_TILE_M = 512.0
"""Tiles up to this size are small."""

_PUBLISHED_TILE_M = 2048.0


@dataclass(frozen=True, slots=True)
class Protocol:
    """Parameters for tiles of both kinds.

    Attributes:
        tiles: "sat2graph": all tiles are large; "spacenet": all are small, which puts the control points
            of APLS every 30 m and counts routes from 30 m; "auto": by their size.
        topo: Parameters of TOPO. Where ``radius_m`` is absent, the tile's size chooses between its two.
        apls: Parameters of APLS for large tiles; the tile's size replaces theirs.
        apls_small: Those for small tiles.
    """

    tiles: Literal["auto", "sat2graph", "spacenet"] = "auto"
    topo: TopoOptions = field(default_factory=TopoOptions)
    apls: AplsOptions = field(default_factory=AplsOptions)
    apls_small: AplsOptions = field(default_factory=AplsOptions.small_tile)

    def _is_small(self, side_m: float) -> bool:
        return self.tiles == "spacenet" or (self.tiles == "auto" and side_m <= SMALL_TILE_M)

    def _walks(self, radius_m: float | None) -> TopoOptions:
        """Return the parameters of TOPO with a radius, unless one was chosen."""
        return replace(self.topo, radius_m=radius_m) if self.topo.radius_m is None else self.topo

    def for_tile(self, height_m: float, width_m: float) -> tuple[TopoOptions, AplsOptions]:
        """Return the parameters for a tile of known size; control points lie inside of it.

        Args:
            height_m: Of the tile.
            width_m: Likewise.
        """
        small = self._is_small(max(height_m, width_m))
        chosen = self.apls_small if small else self.apls
        large = not small and height_m >= self.topo.large_tile_m
        # Left alone, TOPO goes by how far down the roads reach: one false road may change every figure.
        radius_m = self.topo.large_radius_m if large else self.topo.small_radius_m
        return self._walks(radius_m), replace(chosen, tile_m=(height_m, width_m))

    def for_pixels(self, reach_m: float) -> tuple[TopoOptions, AplsOptions]:
        """Return the parameters for pixel graphs on a tile of unknown size.

        They are taken for a published tile that holds them, of 352 m or 2048 m.

        Args:
            reach_m: How far down or right they reach.
        """
        small = self._is_small(reach_m)
        chosen = self.apls_small if small else self.apls
        if reach_m > (SMALL_TILE_M if small else _PUBLISHED_TILE_M + chosen.margin_m):
            chosen = replace(chosen, tile_m=None)
        return self._walks(self.topo.small_radius_m if small else None), chosen

    def for_map(self) -> tuple[TopoOptions, AplsOptions]:
        """Return the parameters for graphs on the ground without a border: control points lie anywhere."""
        small = self.tiles == "spacenet"
        chosen = self.apls_small if small else self.apls
        return self._walks(self.topo.small_radius_m if small else None), replace(chosen, tile_m=None)
