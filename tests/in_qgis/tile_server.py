"""A map server of the tests' own: tiles in Web Mercator and a WMS, cut from a raster by GDAL."""

import math
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

from osgeo import gdal

HALF_M = math.pi * 6378137.0
TILE_PX = 256
DEEPEST = 19

CAPABILITIES = """<?xml version="1.0"?>
<WMS_Capabilities version="1.3.0" xmlns="http://www.opengis.net/wms" xmlns:xlink="http://www.w3.org/1999/xlink">
<Service><Name>WMS</Name><Title>town</Title></Service><Capability><Request>
<GetCapabilities><Format>text/xml</Format><DCPType><HTTP><Get>
<OnlineResource xlink:href="{url}?"/></Get></HTTP></DCPType></GetCapabilities>
<GetMap><Format>image/png</Format><DCPType><HTTP><Get>
<OnlineResource xlink:href="{url}?"/></Get></HTTP></DCPType></GetMap></Request>
<Layer><Title>all</Title><Layer><Name>town</Name><Title>town</Title><CRS>EPSG:4326</CRS><CRS>EPSG:3857</CRS>
<EX_GeographicBoundingBox><westBoundLongitude>-180</westBoundLongitude><eastBoundLongitude>180</eastBoundLongitude>
<southBoundLatitude>-85</southBoundLatitude><northBoundLatitude>85</northBoundLatitude></EX_GeographicBoundingBox>
<BoundingBox CRS="EPSG:4326" minx="-85" miny="-180" maxx="85" maxy="180"/></Layer></Layer></Capability>
</WMS_Capabilities>"""


class TileServer(ThreadingHTTPServer):
    """Serves a raster until ``close``; where the raster has nothing, tiles are transparent.

    Attributes:
        answer: From a path to what is said instead of a tile, (status, type, body); None = the tile.
        delay_s: Before each answer.
        asked: Paths that were asked for.
    """

    daemon_threads = True

    def __init__(self, raster):
        super().__init__(("127.0.0.1", 0), _Handler)
        self.raster = str(raster)
        self.answer = lambda _path: None
        self.delay_s = 0.0
        self.asked = []
        self._tiles = {}
        self._lock = threading.Lock()
        threading.Thread(target=self.serve_forever, daemon=True).start()

    def close(self):
        """Stop answering."""
        self.shutdown()
        self.server_close()

    @property
    def url(self):
        return f"http://127.0.0.1:{self.server_port}"

    @property
    def xyz(self):
        """Source of a layer of QGIS's provider "wms"."""
        return f"type=xyz&url={self.url}/%7Bz%7D/%7Bx%7D/%7By%7D.png&zmin=0&zmax={DEEPEST}&crs=EPSG:3857"

    def wms(self, crs):
        """Source of a layer of QGIS's provider "wms", drawn for every request."""
        return f"crs={crs}&format=image/png&layers=town&styles=&url={self.url}/wms"

    def cut(self, bounds, crs, width, height):
        """Cut a PNG; bounds are (left, bottom, right, top)."""
        key = (bounds, crs, width, height)
        with self._lock:  # GDAL's datasets are not shared between threads, and two cores are busy
            if key not in self._tiles:
                self._tiles[key] = self._cut(*key)
            return self._tiles[key]

    def _cut(self, bounds, crs, width, height):
        warped = gdal.Warp(
            "",
            self.raster,
            format="MEM",
            outputBounds=bounds,
            dstSRS=crs,
            width=width,
            height=height,
            resampleAlg="bilinear",
            dstAlpha=True,
        )
        name = f"/vsimem/{id(self)}.png"
        gdal.Translate(name, warped, format="PNG")
        file = gdal.VSIFOpenL(name, "rb")
        content = bytes(gdal.VSIFReadL(1, gdal.VSIStatL(name).size, file))
        gdal.VSIFCloseL(file)
        gdal.Unlink(name)
        return content


class _Handler(BaseHTTPRequestHandler):
    def do_GET(self):
        server = self.server
        server.asked.append(self.path)
        if server.delay_s:
            time.sleep(server.delay_s)
        status, kind, body = server.answer(self.path) or (200, *self._content())
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def _content(self):
        parts = urlsplit(self.path)
        if parts.path == "/wms":
            query = {name.upper(): values[0] for name, values in parse_qs(parts.query).items()}
            if query["REQUEST"] == "GetCapabilities":
                return "text/xml", CAPABILITIES.format(url=f"{self.server.url}/wms").encode()
            first, second, third, fourth = map(float, query["BBOX"].split(","))
            # Version 1.3.0 has latitudes first.
            bounds = (
                (second, first, fourth, third)
                if query["CRS"] == "EPSG:4326"
                else (first, second, third, fourth)
            )
            size = int(query["WIDTH"]), int(query["HEIGHT"])
            return "image/png", self.server.cut(bounds, query["CRS"], *size)
        zoom, col, row = map(int, parts.path.strip("/").removesuffix(".png").split("/"))
        side_m = 2 * HALF_M / 2**zoom
        left, top = -HALF_M + col * side_m, HALF_M - row * side_m
        bounds = (left, top - side_m, left + side_m, top)
        return "image/png", self.server.cut(bounds, "EPSG:3857", TILE_PX, TILE_PX)

    def log_message(self, *_):
        """Say nothing."""
