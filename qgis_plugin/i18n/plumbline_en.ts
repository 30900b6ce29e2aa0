<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="en" sourcelanguage="en">
    <context>
        <name>Plumbline</name>
        <message>
            <location filename="../algorithms/base.py" />
            <location filename="../algorithms/road_results.py" />
            <source>Roads</source>
            <translation type="unfinished" />
        </message>
        <message>
            <location filename="../algorithms/base.py" />
            <location filename="../algorithms/estimate_heights.py" />
            <location filename="../algorithms/footprints_to_ground.py" />
            <location filename="../algorithms/rectify.py" />
            <source>Heights</source>
            <translation type="unfinished" />
        </message>
        <message>
            <location filename="../algorithms/base.py" />
            <source>Evaluation</source>
            <translation type="unfinished" />
        </message>
        <message>
            <location filename="../algorithms/base.py" />
            <location filename="../gui/options_page.py" />
            <source>Engine</source>
            <translation type="unfinished" />
        </message>
        <message>
            <location filename="../algorithms/base.py" />
            <source>Rasters are rendered while an algorithm runs.</source>
            <translation type="unfinished" />
        </message>
        <message>
            <location filename="../algorithms/check_engine.py" />
            <source>Check engine</source>
            <translation type="unfinished" />
        </message>
        <message>
            <location filename="../algorithms/check_engine.py" />
            <source>doctor,diagnostics,install,version,device,GPU,CUDA,report</source>
            <translation type="unfinished" />
        </message>
        <message>
            <location filename="../algorithms/check_engine.py" />
            <source>Says what runs here: versions, the device, the weights and their checksums; and lets a network predict a tiny image, so that it is known whether all of it works. Give the report along with a question.

Results: the report and its parts as text, and how long the tiny prediction took (s).</source>
            <translation type="unfinished" />
        </message>
        <message>
            <location filename="../algorithms/check_engine.py" />
            <location filename="../algorithms/evaluate_heights.py" />
            <location filename="../algorithms/evaluate_roads.py" />
            <source>Report</source>
            <translation type="unfinished" />
        </message>
        <message>
            <location filename="../algorithms/check_engine.py" />
            <source>Version of the engine</source>
            <translation type="unfinished" />
        </message>
        <message>
            <location filename="../algorithms/check_engine.py" />
            <source>Python that runs it</source>
            <translation type="unfinished" />
        </message>
        <message>
            <location filename="../algorithms/check_engine.py" />
            <location filename="../algorithms/parameters.py" />
            <source>Device</source>
            <translation type="unfinished" />
        </message>
        <message>
            <location filename="../algorithms/check_engine.py" />
            <source>Weights and their checksums</source>
            <translation type="unfinished" />
        </message>
        <message>
            <location filename="../algorithms/check_engine.py" />
            <source>Time of a tiny prediction (s)</source>
            <translation type="unfinished" />
        </message>
        <message>
            <location filename="../algorithms/check_engine.py" />
            <location filename="../gui/engine_report.py" />
            <source>The engine does not work yet.</source>
            <translation type="unfinished" />
        </message>
        <message>
            <location filename="../algorithms/complaints.py" />
            <source>give a number from {least:g} to {most:g}</source>
            <translation type="unfinished" />
        </message>
        <message>
            <location filename="../algorithms/complaints.py" />
            <source>give a number from {least:g} up</source>
            <translation type="unfinished" />
        </message>
        <message>
            <location filename="../algorithms/complaints.py" />
            <source>give one of {values}</source>
            <translation type="unfinished" />
        </message>
        <message>
            <location filename="../algorithms/complaints.py" />
            <source>give xmin,xmax,ymin,ymax [EPSG:n], or a layer</source>
            <translation type="unfinished" />
        </message>
        <message>
            <location filename="../algorithms/complaints.py" />
            <source>give the path of a file to write, or TEMPORARY_OUTPUT</source>
            <translation type="unfinished" />
        </message>
        <message>
            <location filename="../algorithms/complaints.py" />
            <source>give a layer of the project, or a file that can be opened as one</source>
            <translation type="unfinished" />
        </message>
        <message>
            <location filename="../algorithms/complaints.py" />
            <source>{title} is missing: {wanted}.</source>
            <translation type="unfinished" />
        </message>
        <message>
            <location filename="../algorithms/complaints.py" />
            <source>{title} cannot be {value}: {wanted}.</source>
            <translation type="unfinished" />
        </message>
        <message>
            <location filename="../algorithms/complaints.py" />
            <source>{title} cannot be written to {value}: the engine writes files. Give the path of one, or TEMPORARY_OUTPUT, and copy the result into the database afterwards.</source>
            <translation type="unfinished" />
        </message>
        <message>
            <location filename="../algorithms/complaints.py" />
            <source>{title} cannot be written as {value}: end its name with {suffixes}.</source>
            <translation type="unfinished" />
        </message>
        <message>
            <location filename="../algorithms/complaints.py" />
            <source> or </source>
            <translation type="unfinished" />
        </message>
        <message>
            <location filename="../algorithms/complaints.py" />
            <source>The bands ({name}) cannot be {value}: give one or three numbers from 1, such as 3,2,1.</source>
            <translation type="unfinished" />
        </message>
        <message>
            <location filename="../algorithms/complaints.py" />
            <source>There is no weights file {value} ({name}): give a file that exists, or one of {names}.</source>
            <translation type="unfinished" />
        </message>
        <message>
            <location filename="../algorithms/complaints.py" />
            <source>There are no weights {value} ({name}): give one of {names}, or a file.</source>
            <translation type="unfinished" />
        </message>
        <message>
            <location filename="../algorithms/estimate_heights.py" />
            <source>Estimate heights</source>
            <translation type="unfinished" />
        </message>
        <message>
            <location filename="../algorithms/estimate_heights.py" />
            <source>height,elevation,building,above ground,agl,ndsm,oblique,off nadir,deep learning</source>
            <translation type="unfinished" />
        </message>
        <message>
            <location filename="../algorithms/estimate_heights.py" />
            <source>Estimates from a single aerial or satellite image how high above the ground everything stands, and from where the sensor looked.

Heights: metres above ground of what each pixel of the image shows, on the image's own grid; a Cloud-Optimised GeoTIFF, nodata -9999. In an oblique image roofs lie away from their ground floors: the further results, if asked for, show everything at its place on the ground.

Images in which a pixel is 0.25 to 1 m suit the shipped weights. Known heights, if there are some, correct the result by one factor.

Numbers: angle of the flow in the image (radians, counted as in its file tags), scale (pixels that one metre of height leans), azimuth and angle off nadir of the sensor (degrees), largest and mean height (m).</source>
            <translation type="unfinished" />
        </message>
        <message>
            <location filename="../algorithms/estimate_heights.py" />
            <source>Only this part is worked on; the whole image if empty.</source>
            <translation type="unfinished" />
        </message>
        <message>
            <location filename="../algorithms/estimate_heights.py" />
            <source>Working pixel size (m)</source>
            <translation type="unfinished" />
        </message>
        <message>
            <location filename="../algorithms/estimate_heights.py" />
            <source>Ground size of the pixels that the network sees. Empty: chosen by the weights. Twice the image's own is four times as fast.</source>
            <translation type="unfinished" />
        </message>
        <message>
            <location filename="../algorithms/estimate_heights.py" />
            <source>a GeoTIFF with heights</source>
            <translation type="unfinished" />
        </message>
        <message>
            <location filename="../algorithms/estimate_heights.py" />
            <source>GeoTIFF: metres above ground of what each pixel shows.</source>
            <translation type="unfinished" />
        </message>
        <message>
            <location filename="../algorithms/estimate_heights.py" />
            <source>Angle of the flow (radians)</source>
            <translation type="unfinished" />
        </message>
        <message>
            <location filename="../algorithms/estimate_heights.py" />
            <source>Scale: pixels of lean per metre of height</source>
            <translation type="unfinished" />
        </message>
        <message>
            <location filename="../algorithms/estimate_heights.py" />
            <location filename="../algorithms/parameters.py" />
            <source>Azimuth of the sensor (degrees)</source>
            <translation type="unfinished" />
        </message>
        <message>
            <location filename="../algorithms/estimate_heights.py" />
            <location filename="../algorithms/parameters.py" />
            <source>Angle off nadir (degrees)</source>
            <translation type="unfinished" />
        </message>
        <message>
            <location filename="../algorithms/estimate_heights.py" />
            <source>Largest height (m)</source>
            <translation type="unfinished" />
        </message>
        <message>
            <location filename="../algorithms/estimate_heights.py" />
            <source>Mean height (m)</source>
            <translation type="unfinished" />
        </message>
        <message>
            <location filename="../algorithms/estimate_heights.py" />
            <source>Where the view comes from: options, metadata or network</source>
            <translation type="unfinished" />
        </message>
        <message>
            <location filename="../algorithms/estimate_heights.py" />
            <source>Relief</source>
            <translation type="unfinished" />
        </message>
        <message>
            <location filename="../algorithms/estimate_heights.py" />
            <source>Largest height: {:.1f} m</source>
            <translation type="unfinished" />
        </message>
        <message>
            <location filename="../algorithms/estimate_heights.py" />
            <source>Azimuth of the sensor: {:.0f}°</source>
            <translation type="unfinished" />
        </message>
        <message>
            <location filename="../algorithms/estimate_heights.py" />
            <source>Angle off nadir: {:.1f}°</source>
            <translation type="unfinished" />
        </message>
        <message>
            <location filename="../algorithms/estimate_heights.py" />
            <source>Known heights to correct by</source>
            <translation type="unfinished" />
        </message>
        <message>
            <location filename="../algorithms/estimate_heights.py" />
            <source>Points with measured heights, or a raster of heights above ground, anywhere in the image.</source>
            <translation type="unfinished" />
        </message>
        <message>
            <location filename="../algorithms/estimate_heights.py" />
            <source>Field of known heights</source>
            <translation type="unfinished" />
        </message>
        <message>
            <location filename="../algorithms/estimate_heights.py" />
            <source>Of points: the attribute with metres above ground.</source>
            <translation type="unfinished" />
        </message>
        <message>
            <location filename="../algorithms/estimate_heights.py" />
            <location filename="../algorithms/rectify.py" />
            <source>Heights seen from nadir</source>
            <translation type="unfinished" />
        </message>
        <message>
            <location filename="../algorithms/estimate_heights.py" />
            <location filename="../algorithms/rectify.py" />
            <source>GeoTIFF: the heights at their places on the ground; what is hidden is nodata.</source>
            <translation type="unfinished" />
        </message>
        <message>
            <location filename="../algorithms/estimate_heights.py" />
            <location filename="../algorithms/rectify.py" />
            <source>Image seen from nadir</source>
            <translation type="unfinished" />
        </message>
        <message>
            <location filename="../algorithms/estimate_heights.py" />
            <source>GeoTIFF: the image moved to the ground likewise; its mask says what is hidden.</source>
            <translation type="unfinished" />
        </message>
        <message>
            <location filename="../algorithms/estimate_heights.py" />
            <source>Flow</source>
            <translation type="unfinished" />
        </message>
        <message>
            <location filename="../algorithms/estimate_heights.py" />
            <source>GeoTIFF with two bands: where the ground below each pixel lies, in pixels down and right.</source>
            <translation type="unfinished" />
        </message>
        <message>
            <location filename="../algorithms/evaluate_heights.py" />
            <source>Score: mean of height R² and flow R²</source>
            <translation type="unfinished" />
        </message>
        <message>
            <location filename="../algorithms/evaluate_heights.py" />
            <source>Height R²</source>
            <translation type="unfinished" />
        </message>
        <message>
            <location filename="../algorithms/evaluate_heights.py" />
            <source>Flow R²</source>
            <translation type="unfinished" />
        </message>
        <message>
            <location filename="../algorithms/evaluate_heights.py" />
            <source>Height RMSE (m)</source>
            <translation type="unfinished" />
        </message>
        <message>
            <location filename="../algorithms/evaluate_heights.py" />
            <source>Height, mean error without sign (m)</source>
            <translation type="unfinished" />
        </message>
        <message>
            <location filename="../algorithms/evaluate_heights.py" />
            <source>Height, mean of predicted − true (m)</source>
            <translation type="unfinished" />
        </message>
        <message>
            <location filename="../algorithms/evaluate_heights.py" />
            <source>Slope of predicted against true heights</source>
            <translation type="unfinished" />
        </message>
        <message>
            <location filename="../algorithms/evaluate_heights.py" />
            <source>Mean distance of ground positions (pixels)</source>
            <translation type="unfinished" />
        </message>
        <message>
            <location filename="../algorithms/evaluate_heights.py" />
            <source>Mean error of the flow's length (pixels)</source>
            <translation type="unfinished" />
        </message>
        <message>
            <location filename="../algorithms/evaluate_heights.py" />
            <source>Mean error of the angle (degrees)</source>
            <translation type="unfinished" />
        </message>
        <message>
            <location filename="../algorithms/evaluate_heights.py" />
            <source>RMS error of the angle (degrees)</source>
            <translation type="unfinished" />
        </message>
        <message>
            <location filename="../algorithms/evaluate_heights.py" />
            <source>Mean error of the scale (pixels per metre)</source>
            <translation type="unfinished" />
        </message>
        <message>
            <location filename="../algorithms/evaluate_heights.py" />
            <source>Share of pixels without a predicted height</source>
            <translation type="unfinished" />
        </message>
        <message>
            <location filename="../algorithms/evaluate_heights.py" />
            <source>Number of compared images</source>
            <translation type="unfinished" />
        </message>
        <message>
            <location filename="../algorithms/evaluate_heights.py" />
            <source>Number of images that are not predicted</source>
            <translation type="unfinished" />
        </message>
        <message>
            <location filename="../algorithms/evaluate_heights.py" />
            <source>Evaluate heights</source>
            <translation type="unfinished" />
        </message>
        <message>
            <location filename="../algorithms/evaluate_heights.py" />
            <source>height,quality,accuracy,RMSE,R2,flow,angle,benchmark</source>
            <translation type="unfinished" />
        </message>
        <message>
            <location filename="../algorithms/evaluate_heights.py" />
            <source>Compares predicted heights above ground with true ones: two rasters on any grids, of which the coarser one is compared on, or two folders of rasters that are paired by name. Folders with the files of the Overhead Geopose Challenge are scored as the challenge does.

Numbers: R² (1 is best), errors in metres, pixels and degrees. Those of the flow need files that know their view; what is not defined stays empty. A picture and a page with all figures are written if asked for.</source>
            <translation type="unfinished" />
        </message>
        <message>
            <location filename="../algorithms/evaluate_heights.py" />
            <source>Predicted heights</source>
            <translation type="unfinished" />
        </message>
        <message>
            <location filename="../algorithms/evaluate_heights.py" />
            <source>Raster of metres above ground, or a folder of rasters.</source>
            <translation type="unfinished" />
        </message>
        <message>
            <location filename="../algorithms/evaluate_heights.py" />
            <source>True heights</source>
            <translation type="unfinished" />
        </message>
        <message>
            <location filename="../algorithms/evaluate_heights.py" />
            <location filename="../algorithms/evaluate_roads.py" />
            <source>Likewise; of the same place.</source>
            <translation type="unfinished" />
        </message>
        <message>
            <location filename="../algorithms/evaluate_heights.py" />
            <location filename="../algorithms/evaluate_roads.py" />
            <location filename="../algorithms/image_algorithm.py" />
            <location filename="../algorithms/rectify.py" />
            <source>Image</source>
            <translation type="unfinished" />
        </message>
        <message>
            <location filename="../algorithms/evaluate_heights.py" />
            <source>What the sensor saw, shown in the report.</source>
            <translation type="unfinished" />
        </message>
        <message>
            <location filename="../algorithms/evaluate_heights.py" />
            <source>Unit of whole numbers</source>
            <translation type="unfinished" />
        </message>
        <message>
            <location filename="../algorithms/evaluate_heights.py" />
            <source>Of rasters of whole numbers that do not state it. Empty: as the files say.</source>
            <translation type="unfinished" />
        </message>
        <message>
            <location filename="../algorithms/evaluate_heights.py" />
            <location filename="../algorithms/evaluate_roads.py" />
            <source>Picture</source>
            <translation type="unfinished" />
        </message>
        <message>
            <location filename="../algorithms/evaluate_heights.py" />
            <location filename="../algorithms/evaluate_roads.py" />
            <source>PNG image (*.png)</source>
            <translation type="unfinished" />
        </message>
        <message>
            <location filename="../algorithms/evaluate_heights.py" />
            <source>Predicted against true heights, and where the errors are.</source>
            <translation type="unfinished" />
        </message>
        <message>
            <location filename="../algorithms/evaluate_heights.py" />
            <location filename="../algorithms/evaluate_roads.py" />
            <source>Web page (*.html)</source>
            <translation type="unfinished" />
        </message>
        <message>
            <location filename="../algorithms/evaluate_heights.py" />
            <source>A page with all figures, charts and maps.</source>
            <translation type="unfinished" />
        </message>
        <message>
            <location filename="../algorithms/evaluate_roads.py" />
            <source>TOPO precision</source>
            <translation type="unfinished" />
        </message>
        <message>
            <location filename="../algorithms/evaluate_roads.py" />
            <source>TOPO recall</source>
            <translation type="unfinished" />
        </message>
        <message>
            <location filename="../algorithms/evaluate_roads.py" />
            <source>TOPO F1</source>
            <translation type="unfinished" />
        </message>
        <message>
            <location filename="../algorithms/evaluate_roads.py" />
            <source>Proposal precision</source>
            <translation type="unfinished" />
        </message>
        <message>
            <location filename="../algorithms/evaluate_roads.py" />
            <source>APLS, as measured by the Sat2Graph code</source>
            <translation type="unfinished" />
        </message>
        <message>
            <location filename="../algorithms/evaluate_roads.py" />
            <source>APLS, true routes in the prediction</source>
            <translation type="unfinished" />
        </message>
        <message>
            <location filename="../algorithms/evaluate_roads.py" />
            <source>APLS, predicted routes in the truth</source>
            <translation type="unfinished" />
        </message>
        <message>
            <location filename="../algorithms/evaluate_roads.py" />
            <source>APLS, as measured by the SpaceNet code</source>
            <translation type="unfinished" />
        </message>
        <message>
            <location filename="../algorithms/evaluate_roads.py" />
            <source>Share of true routes whose length differs by at most 5 %</source>
            <translation type="unfinished" />
        </message>
        <message>
            <location filename="../algorithms/evaluate_roads.py" />
            <source>Completeness: share of the true length that is found</source>
            <translation type="unfinished" />
        </message>
        <message>
            <location filename="../algorithms/evaluate_roads.py" />
            <source>Correctness: share of the predicted length that is true</source>
            <translation type="unfinished" />
        </message>
        <message>
            <location filename="../algorithms/evaluate_roads.py" />
            <source>Quality: completeness and correctness in one</source>
            <translation type="unfinished" />
        </message>
        <message>
            <location filename="../algorithms/evaluate_roads.py" />
            <source>Junctions, precision</source>
            <translation type="unfinished" />
        </message>
        <message>
            <location filename="../algorithms/evaluate_roads.py" />
            <source>Junctions, recall</source>
            <translation type="unfinished" />
        </message>
        <message>
            <location filename="../algorithms/evaluate_roads.py" />
            <source>Junctions, F1</source>
            <translation type="unfinished" />
        </message>
        <message>
            <location filename="../algorithms/evaluate_roads.py" />
            <source>Ends, F1</source>
            <translation type="unfinished" />
        </message>
        <message>
            <location filename="../algorithms/evaluate_roads.py" />
            <source>Number of true crossings on different levels</source>
            <translation type="unfinished" />
        </message>
        <message>
            <location filename="../algorithms/evaluate_roads.py" />
            <source>Share of those crossings that are kept apart</source>
            <translation type="unfinished" />
        </message>
        <message>
            <location filename="../algorithms/evaluate_roads.py" />
            <source>Share of those with the right road on top</source>
            <translation type="unfinished" />
        </message>
        <message>
            <location filename="../algorithms/evaluate_roads.py" />
            <source>True length (km)</source>
            <translation type="unfinished" />
        </message>
        <message>
            <location filename="../algorithms/evaluate_roads.py" />
            <source>Predicted length (km)</source>
            <translation type="unfinished" />
        </message>
        <message>
            <location filename="../algorithms/evaluate_roads.py" />
            <source>Number of compared pairs</source>
            <translation type="unfinished" />
        </message>
        <message>
            <location filename="../algorithms/evaluate_roads.py" />
            <source>Evaluate roads</source>
            <translation type="unfinished" />
        </message>
        <message>
            <location filename="../algorithms/evaluate_roads.py" />
            <source>road,quality,accuracy,TOPO,APLS,F1,completeness,correctness,benchmark</source>
            <translation type="unfinished" />
        </message>
        <message>
            <location filename="../algorithms/evaluate_roads.py" />
            <source>Compares predicted roads with true ones by the published measures of the field: TOPO, APLS as two codes measure it, completeness and correctness, junctions, and crossings on levels.

Both may be line layers in any reference system, raster masks of roads, files of research graphs (.json, .p), or two folders of such files that are paired by name.

Numbers: shares from 0 to 1, 1 is best; lengths in km. What is not defined, such as levels where no roads cross, stays empty. A map of matched, missing and false roads, a picture and a page with all figures are written if asked for.</source>
            <translation type="unfinished" />
        </message>
        <message>
            <location filename="../algorithms/evaluate_roads.py" />
            <source>Missing roads</source>
            <translation type="unfinished" />
        </message>
        <message>
            <location filename="../algorithms/evaluate_roads.py" />
            <source>False roads</source>
            <translation type="unfinished" />
        </message>
        <message>
            <location filename="../algorithms/evaluate_roads.py" />
            <source>Predicted roads</source>
            <translation type="unfinished" />
        </message>
        <message>
            <location filename="../algorithms/evaluate_roads.py" />
            <source>Lines, a mask of roads, a file of any format that the engine reads, or a folder of files.</source>
            <translation type="unfinished" />
        </message>
        <message>
            <location filename="../algorithms/evaluate_roads.py" />
            <source>True roads</source>
            <translation type="unfinished" />
        </message>
        <message>
            <location filename="../algorithms/evaluate_roads.py" />
            <source>On whose pixels research graphs lie; only where it is valid is compared. Also shown in pictures.</source>
            <translation type="unfinished" />
        </message>
        <message>
            <location filename="../algorithms/evaluate_roads.py" />
            <source>Mask of what to compare</source>
            <translation type="unfinished" />
        </message>
        <message>
            <location filename="../algorithms/evaluate_roads.py" />
            <source>Only places where it is not 0 are compared.</source>
            <translation type="unfinished" />
        </message>
        <message>
            <location filename="../algorithms/evaluate_roads.py" />
            <source>Only this part is compared; where both are known if empty.</source>
            <translation type="unfinished" />
        </message>
        <message>
            <location filename="../algorithms/evaluate_roads.py" />
            <source>Protocol</source>
            <translation type="unfinished" />
        </message>
        <message>
            <location filename="../algorithms/evaluate_roads.py" />
            <source>Parameters for large tiles (sat2graph), for small ones (spacenet), or by the size (auto).</source>
            <translation type="unfinished" />
        </message>
        <message>
            <location filename="../algorithms/evaluate_roads.py" />
            <source>Buffer (m)</source>
            <translation type="unfinished" />
        </message>
        <message>
            <location filename="../algorithms/evaluate_roads.py" />
            <source>How far a road may lie from its partner and still count as found.</source>
            <translation type="unfinished" />
        </message>
        <message>
            <location filename="../algorithms/evaluate_roads.py" />
            <source>White areas of the image are blank</source>
            <translation type="unfinished" />
        </message>
        <message>
            <location filename="../algorithms/evaluate_roads.py" />
            <source>Large white areas are paper, not image, and are not compared.</source>
            <translation type="unfinished" />
        </message>
        <message>
            <location filename="../algorithms/evaluate_roads.py" />
            <source>Matched roads</source>
            <translation type="unfinished" />
        </message>
        <message>
            <location filename="../algorithms/evaluate_roads.py" />
            <source>GeoPackage (.gpkg) with the layers matched, missing, false (roads) and tiles (figures).</source>
            <translation type="unfinished" />
        </message>
        <message>
            <location filename="../algorithms/evaluate_roads.py" />
            <source>The same drawn over the image.</source>
            <translation type="unfinished" />
        </message>
        <message>
            <location filename="../algorithms/evaluate_roads.py" />
            <source>A page with all figures and the worst tiles.</source>
            <translation type="unfinished" />
        </message>
        <message>
            <location filename="../algorithms/extract_roads.py" />
            <source>Extract roads</source>
            <translation type="unfinished" />
        </message>
        <message>
            <location filename="../algorithms/extract_roads.py" />
            <source>road,street,network,graph,centreline,centerline,vectorize,imagery,deep learning</source>
            <translation type="unfinished" />
        </message>
        <message>
            <location filename="../algorithms/extract_roads.py" />
            <source>Extracts the roads that an aerial or satellite image shows, as a network that routing can use.

Roads: one line from junction to junction, in the reference system of the image, with its length (m) and its confidence (0 to 1). Lines that meet share their end point exactly; roads that cross on different levels share none. The same file (GeoPackage) holds a second layer, junctions: where roads meet or end.

Images in which a pixel is 0.3 to 1 m suit the shipped weights. The image is resampled to the ground resolution of the weights as it is read, whatever its size; nothing is uploaded.

Numbers: total length (m), segments, junctions and pieces of the network, mean confidence.</source>
            <translation type="unfinished" />
        </message>
        <message>
            <location filename="../algorithms/extract_roads.py" />
            <source>Only roads of this part are extracted; the whole image if empty.</source>
            <translation type="unfinished" />
        </message>
        <message>
            <location filename="../algorithms/extract_roads.py" />
            <source>a GeoPackage with roads and junctions</source>
            <translation type="unfinished" />
        </message>
        <message>
            <location filename="../algorithms/extract_roads.py" />
            <source>Mean confidence, weighted by length (0 to 1)</source>
            <translation type="unfinished" />
        </message>
        <message>
            <location filename="../algorithms/extract_roads.py" />
            <source>Least confidence (0 to 1)</source>
            <translation type="unfinished" />
        </message>
        <message>
            <location filename="../algorithms/extract_roads.py" />
            <source>Edges with less are dropped. Empty: the value that was chosen for the weights.</source>
            <translation type="unfinished" />
        </message>
        <message>
            <location filename="../algorithms/extract_roads.py" />
            <source>Simplify by (m)</source>
            <translation type="unfinished" />
        </message>
        <message>
            <location filename="../algorithms/extract_roads.py" />
            <source>How far a line may move when it is simplified.</source>
            <translation type="unfinished" />
        </message>
        <message>
            <location filename="../algorithms/extract_roads.py" />
            <source>Drop dead ends shorter than (m)</source>
            <translation type="unfinished" />
        </message>
        <message>
            <location filename="../algorithms/extract_roads.py" />
            <source>Dead ends that begin at a junction.</source>
            <translation type="unfinished" />
        </message>
        <message>
            <location filename="../algorithms/extract_roads.py" />
            <source>Drop pieces shorter than (m)</source>
            <translation type="unfinished" />
        </message>
        <message>
            <location filename="../algorithms/extract_roads.py" />
            <source>Pieces of the network without connection to the rest.</source>
            <translation type="unfinished" />
        </message>
        <message>
            <location filename="../algorithms/feedback.py" />
            <source>Stopped. Nothing unfinished was left behind.</source>
            <translation type="unfinished" />
        </message>
        <message>
            <location filename="../algorithms/feedback.py" />
            <source>Waiting for the engine</source>
            <translation type="unfinished" />
        </message>
        <message>
            <location filename="../algorithms/feedback.py" />
            <source>Stopping the engine</source>
            <translation type="unfinished" />
        </message>
        <message>
            <location filename="../algorithms/footprints_to_ground.py" />
            <source>Move footprints to the ground</source>
            <translation type="unfinished" />
        </message>
        <message>
            <location filename="../algorithms/footprints_to_ground.py" />
            <source>building,footprint,roof,ground,height,volume,offset,lean</source>
            <translation type="unfinished" />
        </message>
        <message>
            <location filename="../algorithms/footprints_to_ground.py" />
            <source>Adds heights (m) and volumes (m³) to polygons of buildings, and moves each as a whole from its roof, as an oblique image shows it, to the ground, or back.

It needs the heights above ground (m) that Estimate heights writes, whose file also says from where the sensor looked; of other heights, give azimuth and angle off nadir (degrees).

Buildings: the polygons with all their attributes and the new ones height_median_m, height_p90_m, height_max_m, height_roof_m, volume_m3 and height_pixels (on how many pixels they rest); NULL where no height is known. Numbers: polygons and their volume (m³).</source>
            <translation type="unfinished" />
        </message>
        <message>
            <location filename="../algorithms/footprints_to_ground.py" />
            <source>Polygons of buildings</source>
            <translation type="unfinished" />
        </message>
        <message>
            <location filename="../algorithms/footprints_to_ground.py" />
            <source>In any reference system. Filters and selections of the layer hold.</source>
            <translation type="unfinished" />
        </message>
        <message>
            <location filename="../algorithms/footprints_to_ground.py" />
            <source>Metres above ground of what each pixel of the image shows, in a file.</source>
            <translation type="unfinished" />
        </message>
        <message>
            <location filename="../algorithms/footprints_to_ground.py" />
            <source>Move to</source>
            <translation type="unfinished" />
        </message>
        <message>
            <location filename="../algorithms/footprints_to_ground.py" />
            <source>ground: the polygons are drawn on roofs. roof: they lie on the ground. none: they are only measured.</source>
            <translation type="unfinished" />
        </message>
        <message>
            <location filename="../algorithms/footprints_to_ground.py" />
            <source>Buildings</source>
            <translation type="unfinished" />
        </message>
        <message>
            <location filename="../algorithms/footprints_to_ground.py" />
            <source>GeoPackage (.gpkg), in the reference system of the polygons.</source>
            <translation type="unfinished" />
        </message>
        <message>
            <location filename="../algorithms/footprints_to_ground.py" />
            <source>Number of polygons</source>
            <translation type="unfinished" />
        </message>
        <message>
            <location filename="../algorithms/footprints_to_ground.py" />
            <source>Volume of all buildings (m³)</source>
            <translation type="unfinished" />
        </message>
        <message>
            <location filename="../algorithms/image_algorithm.py" />
            <source>Results of more images</source>
            <translation type="unfinished" />
        </message>
        <message>
            <location filename="../algorithms/image_algorithm.py" />
            <source>Weights that were used</source>
            <translation type="unfinished" />
        </message>
        <message>
            <location filename="../algorithms/image_algorithm.py" />
            <source>Device that was used</source>
            <translation type="unfinished" />
        </message>
        <message>
            <location filename="../algorithms/image_algorithm.py" />
            <source>There are more images, but no folder for their results: give {name}.</source>
            <translation type="unfinished" />
        </message>
        <message>
            <location filename="../algorithms/image_algorithm.py" />
            <source>Image {number} of {count}: {image}</source>
            <translation type="unfinished" />
        </message>
        <message>
            <location filename="../algorithms/image_algorithm.py" />
            <source>{failed} of {count} images failed; the others are written.</source>
            <translation type="unfinished" />
        </message>
        <message>
            <location filename="../algorithms/image_algorithm.py" />
            <source>Any raster: files of any format that GDAL opens go as they are; web layers and other layers that are no files are rendered to a temporary image.</source>
            <translation type="unfinished" />
        </message>
        <message>
            <location filename="../algorithms/mask_to_graph.py" />
            <source>Road mask to graph</source>
            <translation type="unfinished" />
        </message>
        <message>
            <location filename="../algorithms/mask_to_graph.py" />
            <source>road,mask,segmentation,skeleton,thin,centreline,centerline,vectorize,graph</source>
            <translation type="unfinished" />
        </message>
        <message>
            <location filename="../algorithms/mask_to_graph.py" />
            <source>Thins a mask of roads, such as a segmentation, to its centre lines, and joins them to a network.

Roads: one line from junction to junction, with its length (m), in the reference system of the mask; the same file (GeoPackage) holds the layer junctions. No network is needed for it, and no confidence is known. Numbers: total length (m), segments, junctions and pieces of the network.</source>
            <translation type="unfinished" />
        </message>
        <message>
            <location filename="../algorithms/mask_to_graph.py" />
            <source>Mask</source>
            <translation type="unfinished" />
        </message>
        <message>
            <location filename="../algorithms/mask_to_graph.py" />
            <source>A file whose pixels are not 0 where there is road.</source>
            <translation type="unfinished" />
        </message>
        <message>
            <location filename="../algorithms/parameters.py" />
            <source>More images</source>
            <translation type="unfinished" />
        </message>
        <message>
            <location filename="../algorithms/parameters.py" />
            <source>Further images, worked on one after another by the same warm engine, with the same options.</source>
            <translation type="unfinished" />
        </message>
        <message>
            <location filename="../algorithms/parameters.py" />
            <source>Folder for the results of more images</source>
            <translation type="unfinished" />
        </message>
        <message>
            <location filename="../algorithms/parameters.py" />
            <source>For each of the further images, {what} is written here, named after the image.</source>
            <translation type="unfinished" />
        </message>
        <message>
            <location filename="../algorithms/parameters.py" />
            <source>Bands as red, green, blue</source>
            <translation type="unfinished" />
        </message>
        <message>
            <location filename="../algorithms/parameters.py" />
            <source>Numbers of one or three bands, counted from 1, such as 3,2,1. Empty: the bands that the layer shows, or that the file declares as colours.</source>
            <translation type="unfinished" />
        </message>
        <message>
            <location filename="../algorithms/parameters.py" />
            <source>As text: xmin,xmax,ymin,ymax [EPSG:n]; without a system, that of the project.</source>
            <translation type="unfinished" />
        </message>
        <message>
            <location filename="../algorithms/parameters.py" />
            <source>Extent</source>
            <translation type="unfinished" />
        </message>
        <message>
            <location filename="../algorithms/parameters.py" />
            <source>Ground size of a pixel (m)</source>
            <translation type="unfinished" />
        </message>
        <message>
            <location filename="../algorithms/parameters.py" />
            <source>Only for images without georeference; others know it.</source>
            <translation type="unfinished" />
        </message>
        <message>
            <location filename="../algorithms/parameters.py" />
            <source>Resolution of web layers (m per pixel)</source>
            <translation type="unfinished" />
        </message>
        <message>
            <location filename="../algorithms/parameters.py" />
            <source>True ground size at which layers that are no files (XYZ, WMS, WMTS, ArcGIS tiles, virtual layers) are rendered to a temporary image. Web layers need it; 0.3 to 1 suits the shipped weights. Files are used as they are.</source>
            <translation type="unfinished" />
        </message>
        <message>
            <location filename="../algorithms/parameters.py" />
            <source>Most pixels to render</source>
            <translation type="unfinished" />
        </message>
        <message>
            <location filename="../algorithms/parameters.py" />
            <source>Rendering more than this is refused; a smaller extent or a coarser resolution needs fewer.</source>
            <translation type="unfinished" />
        </message>
        <message>
            <location filename="../algorithms/parameters.py" />
            <source>Weights of the network</source>
            <translation type="unfinished" />
        </message>
        <message>
            <location filename="../algorithms/parameters.py" />
            <source>Weights (*.safetensors *.pt *.pth *.ckpt)</source>
            <translation type="unfinished" />
        </message>
        <message>
            <location filename="../algorithms/parameters.py" />
            <source>All files (*)</source>
            <translation type="unfinished" />
        </message>
        <message>
            <location filename="../algorithms/parameters.py" />
            <source>A name of shipped weights ({names}), or the path of a weights file (.safetensors).</source>
            <translation type="unfinished" />
        </message>
        <message>
            <location filename="../algorithms/parameters.py" />
            <source>One of the words auto, cpu and cuda. auto: the graphics card where there is one that works, else the processor.</source>
            <translation type="unfinished" />
        </message>
        <message>
            <location filename="../algorithms/parameters.py" />
            <source>Direction from the ground to the sensor, clockwise from north. Empty: as the file's metadata say, else as estimated.</source>
            <translation type="unfinished" />
        </message>
        <message>
            <location filename="../algorithms/parameters.py" />
            <source>At the ground, between the vertical and the line to the sensor; 0 is straight above. Empty: as the file's metadata say, else as estimated.</source>
            <translation type="unfinished" />
        </message>
        <message>
            <location filename="../algorithms/rectify.py" />
            <source>Rectify image by heights</source>
            <translation type="unfinished" />
        </message>
        <message>
            <location filename="../algorithms/rectify.py" />
            <source>rectify,true orthophoto,ortho,nadir,lean,oblique,heights</source>
            <translation type="unfinished" />
        </message>
        <message>
            <location filename="../algorithms/rectify.py" />
            <source>Moves everything that an oblique image shows to its place on the ground, as if seen from straight above: a true orthophoto.

It needs heights above ground (m) of the same place, such as those of Estimate heights, whose files also say from where the sensor looked; of other heights, give azimuth and angle off nadir (degrees).

Ground that the image does not show, behind something high, is outside the mask of the result. Its share of the image is returned as a number (0 to 1).</source>
            <translation type="unfinished" />
        </message>
        <message>
            <location filename="../algorithms/rectify.py" />
            <source>The oblique image, a file.</source>
            <translation type="unfinished" />
        </message>
        <message>
            <location filename="../algorithms/rectify.py" />
            <source>Metres above ground, in a file, on any grid of this place.</source>
            <translation type="unfinished" />
        </message>
        <message>
            <location filename="../algorithms/rectify.py" />
            <source>Heights lie</source>
            <translation type="unfinished" />
        </message>
        <message>
            <location filename="../algorithms/rectify.py" />
            <source>image: they are of what each pixel of the image shows, as Estimate heights writes them. ground: of what stands at each place, as those of a laser scan.</source>
            <translation type="unfinished" />
        </message>
        <message>
            <location filename="../algorithms/rectify.py" />
            <source>GeoTIFF with the bands of the image; its mask says what is hidden.</source>
            <translation type="unfinished" />
        </message>
        <message>
            <location filename="../algorithms/rectify.py" />
            <source>Share of the image that is hidden (0 to 1)</source>
            <translation type="unfinished" />
        </message>
        <message>
            <location filename="../algorithms/road_results.py" />
            <source>GeoPackage (.gpkg) with the layers roads and junctions, or GeoJSON with the roads.</source>
            <translation type="unfinished" />
        </message>
        <message>
            <location filename="../algorithms/road_results.py" />
            <source>Junctions</source>
            <translation type="unfinished" />
        </message>
        <message>
            <location filename="../algorithms/road_results.py" />
            <source>Length of all roads (m)</source>
            <translation type="unfinished" />
        </message>
        <message>
            <location filename="../algorithms/road_results.py" />
            <source>Number of road segments</source>
            <translation type="unfinished" />
        </message>
        <message>
            <location filename="../algorithms/road_results.py" />
            <source>Number of junctions, where three roads or more meet</source>
            <translation type="unfinished" />
        </message>
        <message>
            <location filename="../algorithms/road_results.py" />
            <source>Number of separate pieces of the network</source>
            <translation type="unfinished" />
        </message>
        <message>
            <location filename="../algorithms/road_results.py" />
            <source>Roads: {length:.0f} m, {segments:.0f} segments, {junctions:.0f} junctions</source>
            <translation type="unfinished" />
        </message>
        <message>
            <location filename="../algorithms/set_up_engine.py" />
            <source>Set up engine</source>
            <translation type="unfinished" />
        </message>
        <message>
            <location filename="../algorithms/set_up_engine.py" />
            <source>install,python,pip,torch,cuda,offline,repair</source>
            <translation type="unfinished" />
        </message>
        <message>
            <location filename="../algorithms/set_up_engine.py" />
            <source>Installs what Plumbline's engine needs, PyTorch above all, into a Python environment of its own in your data folder. QGIS and its Python stay as they are.

Nothing is downloaded or written before you agree: run it without consent to read what would be installed, where, and how large it is. A set-up that was interrupted is continued by the next one; after an update of Plumbline a new environment is made beside the old one, which goes when the new one is whole.

Without a network, name a folder of wheels. To use a Python that you look after yourself, name it in Plumbline's options or in the environment variable PLUMBLINE_PYTHON instead.</source>
            <translation type="unfinished" />
        </message>
        <message>
            <location filename="../algorithms/set_up_engine.py" />
            <source>What to do</source>
            <translation type="unfinished" />
        </message>
        <message>
            <location filename="../algorithms/set_up_engine.py" />
            <source>install: make the environment, continue an interrupted one or update it. repair: make it anew. remove: delete it. check: only look.</source>
            <translation type="unfinished" />
        </message>
        <message>
            <location filename="../algorithms/set_up_engine.py" />
            <source>I agree to what will happen</source>
            <translation type="unfinished" />
        </message>
        <message>
            <location filename="../algorithms/set_up_engine.py" />
            <source>Without it nothing happens, and you are told what would.</source>
            <translation type="unfinished" />
        </message>
        <message>
            <location filename="../algorithms/set_up_engine.py" />
            <location filename="../gui/set_up_form.py" />
            <source>Build of PyTorch</source>
            <translation type="unfinished" />
        </message>
        <message>
            <location filename="../algorithms/set_up_engine.py" />
            <source>auto: CUDA where an NVIDIA card with a fitting driver is found, else CPU.</source>
            <translation type="unfinished" />
        </message>
        <message>
            <location filename="../algorithms/set_up_engine.py" />
            <location filename="../gui/set_up_form.py" />
            <location filename="../set_up.py" />
            <source>Folder</source>
            <translation type="unfinished" />
        </message>
        <message>
            <location filename="../algorithms/set_up_engine.py" />
            <source>Where environments are kept; a new or an empty folder. Empty: your data folder.</source>
            <translation type="unfinished" />
        </message>
        <message>
            <location filename="../algorithms/set_up_engine.py" />
            <location filename="../gui/set_up_form.py" />
            <source>Folder of wheels</source>
            <translation type="unfinished" />
        </message>
        <message>
            <location filename="../algorithms/set_up_engine.py" />
            <source>Install from these files only, without any network.</source>
            <translation type="unfinished" />
        </message>
        <message>
            <location filename="../algorithms/set_up_engine.py" />
            <location filename="../gui/set_up_form.py" />
            <source>Index of PyTorch builds</source>
            <translation type="unfinished" />
        </message>
        <message>
            <location filename="../algorithms/set_up_engine.py" />
            <source>Address of one more package index, asked beside the one that pip is set to.</source>
            <translation type="unfinished" />
        </message>
        <message>
            <location filename="../algorithms/set_up_engine.py" />
            <location filename="../gui/set_up_form.py" />
            <source>Python to build on</source>
            <translation type="unfinished" />
        </message>
        <message>
            <location filename="../algorithms/set_up_engine.py" />
            <source>Python 3.11 to 3.13 with venv and pip. Empty: the first one that is found.</source>
            <translation type="unfinished" />
        </message>
        <message>
            <location filename="../algorithms/set_up_engine.py" />
            <source>Interpreter of the engine</source>
            <translation type="unfinished" />
        </message>
        <message>
            <location filename="../algorithms/set_up_engine.py" />
            <source>Version of Plumbline</source>
            <translation type="unfinished" />
        </message>
        <message>
            <location filename="../algorithms/set_up_engine.py" />
            <source>Log file</source>
            <translation type="unfinished" />
        </message>
        <message>
            <location filename="../algorithms/set_up_engine.py" />
            <source>State: absent, broken, outdated or ready</source>
            <translation type="unfinished" />
        </message>
        <message>
            <location filename="../algorithms/set_up_engine.py" />
            <source>Cancelled. What was installed so far is kept: run Set up engine again to go on.</source>
            <translation type="unfinished" />
        </message>
        <message>
            <location filename="../algorithms/set_up_engine.py" />
            <source>To agree, tick "I agree to what will happen" (CONSENT=true).</source>
            <translation type="unfinished" />
        </message>
        <message>
            <location filename="../algorithms/set_up_engine.py" />
            <source>The engine's environment in {folder} would be deleted.</source>
            <translation type="unfinished" />
        </message>
        <message>
            <location filename="../algorithms/set_up_engine.py" />
            <source>Nothing was installed yet. This would be:</source>
            <translation type="unfinished" />
        </message>
        <message>
            <location filename="../algorithms/sources.py" />
            <source>{name} cannot be used as it is: only {copied} of {wanted} features can be copied. Where values of a field fid repeat, rename or remove that field.</source>
            <translation type="unfinished" />
        </message>
        <message>
            <location filename="../algorithms/sources.py" />
            <source>{name} cannot be opened as a layer of features: repair it.</source>
            <translation type="unfinished" />
        </message>
        <message>
            <location filename="../algorithms/sources.py" />
            <source>The layer {} cannot be read: repair its source.</source>
            <translation type="unfinished" />
        </message>
        <message>
            <location filename="../algorithms/sources.py" />
            <source>The layer {} is not in a file: export it (Export, Save As) and give the file.</source>
            <translation type="unfinished" />
        </message>
        <message>
            <location filename="../algorithms/sources.py" />
            <source>{name} cannot be opened: give a layer of the project, a file or a folder.</source>
            <translation type="unfinished" />
        </message>
        <message>
            <location filename="../algorithms/values.py" />
            <source>The extent's reference system has no EPSG number: give the extent in one that has.</source>
            <translation type="unfinished" />
        </message>
        <message>
            <location filename="../algorithms/values.py" />
            <source>The folder {folder} ({name}) cannot be made: {problem}. Choose another one.</source>
            <translation type="unfinished" />
        </message>
        <message>
            <location filename="../click_tool/colours.py" />
            <location filename="../click_tool/table.py" />
            <source>unknown</source>
            <translation type="unfinished" />
        </message>
        <message>
            <location filename="../click_tool/colours.py" />
            <source>from {} %</source>
            <translation type="unfinished" />
        </message>
        <message>
            <location filename="../click_tool/colours.py" />
            <source>below</source>
            <translation type="unfinished" />
        </message>
        <message>
            <location filename="../click_tool/commands.py" />
            <source>Extract this view</source>
            <translation type="unfinished" />
        </message>
        <message>
            <location filename="../click_tool/commands.py" />
            <source>Extract all that the map shows now</source>
            <translation type="unfinished" />
        </message>
        <message>
            <location filename="../click_tool/commands.py" />
            <location filename="../gui/set_up_dialog.py" />
            <source>Cancel</source>
            <translation type="unfinished" />
        </message>
        <message>
            <location filename="../click_tool/commands.py" />
            <source>Stop what runs and forget what waits; else select nothing</source>
            <translation type="unfinished" />
        </message>
        <message>
            <location filename="../click_tool/commands.py" />
            <source>Esc</source>
            <translation type="unfinished" />
        </message>
        <message>
            <location filename="../click_tool/commands.py" />
            <source>Accept all</source>
            <translation type="unfinished" />
        </message>
        <message>
            <location filename="../click_tool/commands.py" />
            <source>Put all roads shown into the layer</source>
            <translation type="unfinished" />
        </message>
        <message>
            <location filename="../click_tool/commands.py" />
            <source>Accept</source>
            <translation type="unfinished" />
        </message>
        <message>
            <location filename="../click_tool/commands.py" />
            <source>Put the selected roads into the layer</source>
            <translation type="unfinished" />
        </message>
        <message>
            <location filename="../click_tool/commands.py" />
            <source>Enter</source>
            <translation type="unfinished" />
        </message>
        <message>
            <location filename="../click_tool/commands.py" />
            <source>Drop</source>
            <translation type="unfinished" />
        </message>
        <message>
            <location filename="../click_tool/commands.py" />
            <source>Take the selected roads away; they are not offered again</source>
            <translation type="unfinished" />
        </message>
        <message>
            <location filename="../click_tool/commands.py" />
            <source>Del</source>
            <translation type="unfinished" />
        </message>
        <message>
            <location filename="../click_tool/commands.py" />
            <source>Restore</source>
            <translation type="unfinished" />
        </message>
        <message>
            <location filename="../click_tool/commands.py" />
            <source>Offer again what was dropped</source>
            <translation type="unfinished" />
        </message>
        <message>
            <location filename="../click_tool/extractions.py" />
            <source>Reading the map</source>
            <translation type="unfinished" />
        </message>
        <message>
            <location filename="../click_tool/found.py" />
            <source>The engine's result {} holds no layer of roads.</source>
            <translation type="unfinished" />
        </message>
        <message>
            <location filename="../click_tool/offer_list.py" />
            <source>Roads less certain are neither shown nor accepted</source>
            <translation type="unfinished" />
        </message>
        <message>
            <location filename="../click_tool/offer_list.py" />
            <source>Double click shows a road on the map</source>
            <translation type="unfinished" />
        </message>
        <message>
            <location filename="../click_tool/offer_list.py" />
            <source>Least confidence</source>
            <translation type="unfinished" />
        </message>
        <message>
            <location filename="../click_tool/offering.py" />
            <source>The roads found do not fit into {}, the CRS of the target layer: choose another.</source>
            <translation type="unfinished" />
        </message>
        <message>
            <location filename="../click_tool/panel.py" />
            <source>Plumbline: roads by click</source>
            <translation type="unfinished" />
        </message>
        <message>
            <location filename="../click_tool/panel.py" />
            <location filename="../gui/engine_report.py" />
            <location filename="../gui/tools.py" />
            <source>Set up engine…</source>
            <translation type="unfinished" />
        </message>
        <message>
            <location filename="../click_tool/panel.py" />
            <source>Click on a road, or drag a rectangle. On an offered road: click selects, double click accepts, right click drops.</source>
            <translation type="unfinished" />
        </message>
        <message>
            <location filename="../click_tool/panel.py" />
            <source>Accept all {}</source>
            <translation type="unfinished" />
        </message>
        <message>
            <location filename="../click_tool/panel.py" />
            <source>Restore {}</source>
            <translation type="unfinished" />
        </message>
        <message>
            <location filename="../click_tool/panel.py" />
            <source>Ready</source>
            <translation type="unfinished" />
        </message>
        <message>
            <location filename="../click_tool/panel.py" />
            <source>{what}, {count} waiting</source>
            <translation type="unfinished" />
        </message>
        <message>
            <location filename="../click_tool/review.py" />
            <source>{} new roads.</source>
            <translation type="unfinished" />
        </message>
        <message>
            <location filename="../click_tool/review.py" />
            <source>No new roads here.</source>
            <translation type="unfinished" />
        </message>
        <message>
            <location filename="../click_tool/review.py" />
            <source>There is nothing to accept: click on a road first.</source>
            <translation type="unfinished" />
        </message>
        <message>
            <location filename="../click_tool/review.py" />
            <source>Choose the layer that accepted roads go into, or make a new one.</source>
            <translation type="unfinished" />
        </message>
        <message>
            <location filename="../click_tool/review.py" />
            <source>{} roads accepted into {}.</source>
            <translation type="unfinished" />
        </message>
        <message>
            <location filename="../click_tool/session.py" />
            <source>Choose the raster to extract roads from.</source>
            <translation type="unfinished" />
        </message>
        <message>
            <location filename="../click_tool/session.py" />
            <source>The raster {} has no CRS: set it in its properties, under Source.</source>
            <translation type="unfinished" />
        </message>
        <message>
            <location filename="../click_tool/session.py" />
            <source>Cancelled.</source>
            <translation type="unfinished" />
        </message>
        <message>
            <location filename="../click_tool/sources.py" />
            <source>The image to find roads in: a file, or a web layer</source>
            <translation type="unfinished" />
        </message>
        <message>
            <location filename="../click_tool/sources.py" />
            <source>The layer of lines that accepted roads go into; only what is not there is offered</source>
            <translation type="unfinished" />
        </message>
        <message>
            <location filename="../click_tool/sources.py" />
            <source> m</source>
            <translation type="unfinished" />
        </message>
        <message>
            <location filename="../click_tool/sources.py" />
            <source>Side of the square round a click, on the ground</source>
            <translation type="unfinished" />
        </message>
        <message>
            <location filename="../click_tool/sources.py" />
            <source>New…</source>
            <translation type="unfinished" />
        </message>
        <message>
            <location filename="../click_tool/sources.py" />
            <source>Make a GeoPackage for accepted roads</source>
            <translation type="unfinished" />
        </message>
        <message>
            <location filename="../click_tool/sources.py" />
            <source>Raster</source>
            <translation type="unfinished" />
        </message>
        <message>
            <location filename="../click_tool/sources.py" />
            <source>Into</source>
            <translation type="unfinished" />
        </message>
        <message>
            <location filename="../click_tool/sources.py" />
            <source>Window</source>
            <translation type="unfinished" />
        </message>
        <message>
            <location filename="../click_tool/sources.py" />
            <source>GeoPackage for accepted roads</source>
            <translation type="unfinished" />
        </message>
        <message>
            <location filename="../click_tool/sources.py" />
            <source>Choose the raster to extract roads from first: its CRS is the new layer's.</source>
            <translation type="unfinished" />
        </message>
        <message>
            <location filename="../click_tool/table.py" />
            <source>{} m</source>
            <translation type="unfinished" />
        </message>
        <message>
            <location filename="../click_tool/table.py" />
            <source>Confidence</source>
            <translation type="unfinished" />
        </message>
        <message>
            <location filename="../click_tool/table.py" />
            <source>Length</source>
            <translation type="unfinished" />
        </message>
        <message>
            <location filename="../click_tool/target.py" />
            <source>No layer could be made in {path}: {problem}. Choose another place.</source>
            <translation type="unfinished" />
        </message>
        <message>
            <location filename="../click_tool/target.py" />
            <source>it cannot be read back</source>
            <translation type="unfinished" />
        </message>
        <message>
            <location filename="../click_tool/target.py" />
            <source>{} is no GeoPackage: choose another name.</source>
            <translation type="unfinished" />
        </message>
        <message>
            <location filename="../click_tool/target.py" />
            <source>The layer {} cannot be read: repair its data source.</source>
            <translation type="unfinished" />
        </message>
        <message>
            <location filename="../click_tool/target.py" />
            <source>The layer {} holds no lines: choose a layer of lines.</source>
            <translation type="unfinished" />
        </message>
        <message>
            <location filename="../click_tool/target.py" />
            <source>The layer {} has no CRS: set it in its properties.</source>
            <translation type="unfinished" />
        </message>
        <message>
            <location filename="../click_tool/target.py" />
            <source>The layer {} is read-only: save it as a GeoPackage (Export &gt; Save Features As), or choose another layer.</source>
            <translation type="unfinished" />
        </message>
        <message>
            <location filename="../click_tool/target.py" />
            <source>The layer {} cannot be edited now: it may be open elsewhere.</source>
            <translation type="unfinished" />
        </message>
        <message>
            <location filename="../click_tool/target.py" />
            <source>Finish what you draw in the layer {} first.</source>
            <translation type="unfinished" />
        </message>
        <message>
            <location filename="../click_tool/target.py" />
            <source>Accept roads</source>
            <translation type="unfinished" />
        </message>
        <message>
            <location filename="../click_tool/target.py" />
            <source>The layer {} does not take new lines now.</source>
            <translation type="unfinished" />
        </message>
        <message>
            <location filename="../click_tool/windows.py" />
            <source>There is no ground at this place of {}.</source>
            <translation type="unfinished" />
        </message>
        <message>
            <location filename="../click_tool/windows.py" />
            <source>This place of the map is not in the CRS of the raster.</source>
            <translation type="unfinished" />
        </message>
        <message>
            <location filename="../click_tool/windows.py" />
            <source>The raster does not reach here: click inside it, or choose another raster.</source>
            <translation type="unfinished" />
        </message>
        <message>
            <location filename="../engine_words.py" />
            <source>Reading the image and predicting</source>
            <translation type="unfinished" />
        </message>
        <message>
            <location filename="../engine_words.py" />
            <source>Tracing the roads</source>
            <translation type="unfinished" />
        </message>
        <message>
            <location filename="../engine_words.py" />
            <source>Writing the heights</source>
            <translation type="unfinished" />
        </message>
        <message>
            <location filename="../engine_words.py" />
            <source>Writing the flow</source>
            <translation type="unfinished" />
        </message>
        <message>
            <location filename="../engine_words.py" />
            <source>Looking for what is high</source>
            <translation type="unfinished" />
        </message>
        <message>
            <location filename="../engine_words.py" />
            <source>Moving pixels to the ground</source>
            <translation type="unfinished" />
        </message>
        <message>
            <location filename="../engine_words.py" />
            <source>Measuring buildings</source>
            <translation type="unfinished" />
        </message>
        <message>
            <location filename="../engine_words.py" />
            <source>Comparing</source>
            <translation type="unfinished" />
        </message>
        <message>
            <location filename="../engine_words.py" />
            <source>Writing</source>
            <translation type="unfinished" />
        </message>
        <message>
            <location filename="../gui/engine_report.py" />
            <source>Plumbline: check engine</source>
            <translation type="unfinished" />
        </message>
        <message>
            <location filename="../gui/engine_report.py" />
            <source>Starting the engine and letting each network predict a small image…</source>
            <translation type="unfinished" />
        </message>
        <message>
            <location filename="../gui/engine_report.py" />
            <source>Copy</source>
            <translation type="unfinished" />
        </message>
        <message>
            <location filename="../gui/engine_report.py" />
            <source>The engine works.</source>
            <translation type="unfinished" />
        </message>
        <message>
            <location filename="../gui/messages.py" />
            <source>Details…</source>
            <translation type="unfinished" />
        </message>
        <message>
            <location filename="../gui/messages.py" />
            <source>Set up…</source>
            <translation type="unfinished" />
        </message>
        <message>
            <location filename="../gui/options_page.py" />
            <source>Python interpreter with the engine's requirements</source>
            <translation type="unfinished" />
        </message>
        <message>
            <location filename="../gui/options_page.py" />
            <source>the private environment that Set up engine makes</source>
            <translation type="unfinished" />
        </message>
        <message>
            <location filename="../gui/options_page.py" />
            <source>Folder of the private environment</source>
            <translation type="unfinished" />
        </message>
        <message>
            <location filename="../gui/options_page.py" />
            <source> min</source>
            <translation type="unfinished" />
        </message>
        <message>
            <location filename="../gui/options_page.py" />
            <source>GPU if there is one, else the processor</source>
            <translation type="unfinished" />
        </message>
        <message>
            <location filename="../gui/options_page.py" />
            <source>Processor</source>
            <translation type="unfinished" />
        </message>
        <message>
            <location filename="../gui/options_page.py" />
            <source>GPU (CUDA)</source>
            <translation type="unfinished" />
        </message>
        <message>
            <location filename="../gui/options_page.py" />
            <source>Interpreter</source>
            <translation type="unfinished" />
        </message>
        <message>
            <location filename="../gui/options_page.py" />
            <source>Private environment</source>
            <translation type="unfinished" />
        </message>
        <message>
            <location filename="../gui/options_page.py" />
            <source>Ends when idle for</source>
            <translation type="unfinished" />
        </message>
        <message>
            <location filename="../gui/options_page.py" />
            <source>Click-to-extract runs on</source>
            <translation type="unfinished" />
        </message>
        <message>
            <location filename="../gui/options_page.py" />
            <source>The engine runs beside QGIS as a program of its own, and keeps its networks in memory until it has been idle for so long. Everything stays on this machine.</source>
            <translation type="unfinished" />
        </message>
        <message>
            <location filename="../gui/set_up_dialog.py" />
            <source>Plumbline: set up engine</source>
            <translation type="unfinished" />
        </message>
        <message>
            <location filename="../gui/set_up_dialog.py" />
            <source>Agree and install</source>
            <translation type="unfinished" />
        </message>
        <message>
            <location filename="../gui/set_up_dialog.py" />
            <source>Repair</source>
            <translation type="unfinished" />
        </message>
        <message>
            <location filename="../gui/set_up_dialog.py" />
            <source>Remove…</source>
            <translation type="unfinished" />
        </message>
        <message>
            <location filename="../gui/set_up_dialog.py" />
            <source>Make the environment anew</source>
            <translation type="unfinished" />
        </message>
        <message>
            <location filename="../gui/set_up_dialog.py" />
            <source>Plumbline's engine runs beside QGIS in a Python environment of its own, which is made here. QGIS and its Python stay as they are, and nothing happens before you agree.</source>
            <translation type="unfinished" />
        </message>
        <message>
            <location filename="../gui/set_up_dialog.py" />
            <source>The engine is being set up…</source>
            <translation type="unfinished" />
        </message>
        <message>
            <location filename="../gui/set_up_dialog.py" />
            <source>Agree and continue</source>
            <translation type="unfinished" />
        </message>
        <message>
            <location filename="../gui/set_up_dialog.py" />
            <source>Agree and update</source>
            <translation type="unfinished" />
        </message>
        <message>
            <location filename="../gui/set_up_dialog.py" />
            <source>Check</source>
            <translation type="unfinished" />
        </message>
        <message>
            <location filename="../gui/set_up_dialog.py" />
            <location filename="../gui/set_up_form.py" />
            <source>Looking at this computer…</source>
            <translation type="unfinished" />
        </message>
        <message>
            <location filename="../gui/set_up_dialog.py" />
            <source>Plumbline: looking at what the engine needs</source>
            <translation type="unfinished" />
        </message>
        <message>
            <location filename="../gui/set_up_dialog.py" />
            <source>Plumbline: setting up the engine</source>
            <translation type="unfinished" />
        </message>
        <message>
            <location filename="../gui/set_up_dialog.py" />
            <source>Delete the engine's environment in {folder}?</source>
            <translation type="unfinished" />
        </message>
        <message>
            <location filename="../gui/set_up_dialog.py" />
            <source>Plumbline: removing the engine</source>
            <translation type="unfinished" />
        </message>
        <message>
            <location filename="../gui/set_up_dialog.py" />
            <source>Cancelling…</source>
            <translation type="unfinished" />
        </message>
        <message>
            <location filename="../gui/set_up_dialog.py" />
            <source>Cancelled. What was installed so far is kept for the next time.</source>
            <translation type="unfinished" />
        </message>
        <message>
            <location filename="../gui/set_up_dialog.py" />
            <source>Done: the engine works.</source>
            <translation type="unfinished" />
        </message>
        <message>
            <location filename="../gui/set_up_dialog.py" />
            <source>Removed.</source>
            <translation type="unfinished" />
        </message>
        <message>
            <location filename="../gui/set_up_form.py" />
            <source>Options</source>
            <translation type="unfinished" />
        </message>
        <message>
            <location filename="../gui/set_up_form.py" />
            <source>by what this computer has</source>
            <translation type="unfinished" />
        </message>
        <message>
            <location filename="../gui/set_up_form.py" />
            <source>CPU</source>
            <translation type="unfinished" />
        </message>
        <message>
            <location filename="../gui/set_up_form.py" />
            <source>CUDA (NVIDIA graphics cards)</source>
            <translation type="unfinished" />
        </message>
        <message>
            <location filename="../gui/set_up_form.py" />
            <source>Folder of the engine</source>
            <translation type="unfinished" />
        </message>
        <message>
            <location filename="../gui/set_up_form.py" />
            <source>none: packages are downloaded</source>
            <translation type="unfinished" />
        </message>
        <message>
            <location filename="../gui/set_up_form.py" />
            <source>none besides the one that pip is set to</source>
            <translation type="unfinished" />
        </message>
        <message>
            <location filename="../gui/set_up_form.py" />
            <source>the first Python 3.11 to 3.13 that is found</source>
            <translation type="unfinished" />
        </message>
        <message>
            <location filename="../gui/set_up_form.py" />
            <source>Install from wheels in</source>
            <translation type="unfinished" />
        </message>
        <message>
            <location filename="../gui/set_up_form.py" />
            <source>What a set-up installs</source>
            <translation type="unfinished" />
        </message>
        <message>
            <location filename="../gui/tools.py" />
            <source>Extract roads by clicking</source>
            <translation type="unfinished" />
        </message>
        <message>
            <location filename="../gui/tools.py" />
            <source>Click on a road to be offered the network around it</source>
            <translation type="unfinished" />
        </message>
        <message>
            <location filename="../gui/tools.py" />
            <source>Check engine…</source>
            <translation type="unfinished" />
        </message>
        <message>
            <location filename="../gui/tools.py" />
            <source>Options…</source>
            <translation type="unfinished" />
        </message>
        <message>
            <location filename="../input_raster/files.py" />
            <source>The file of the layer '{}' is not there: {}. Bring it back, or repair the layer's data source.</source>
            <translation type="unfinished" />
        </message>
        <message>
            <location filename="../input_raster/files.py" />
            <source>The layer '{}' cannot be read: repair its data source ({}).</source>
            <translation type="unfinished" />
        </message>
        <message>
            <location filename="../input_raster/files.py" />
            <source>The layer '{}' has ranges of additional no-data values; only single values are used.</source>
            <translation type="unfinished" />
        </message>
        <message>
            <location filename="../input_raster/rendering.py" />
            <source>The layer '{}' holds values that are no brightness: convert it to 8 or 16 bits first.</source>
            <translation type="unfinished" />
        </message>
        <message>
            <location filename="../input_raster/rendering.py" />
            <source>The layer '{}' could not be fetched at {}, rows {}–{}, columns {}–{}: {}. Try again later, make the extent smaller or the resolution coarser, or see whether QGIS shows the layer there.</source>
            <translation type="unfinished" />
        </message>
        <message>
            <location filename="../input_raster/rendering.py" />
            <source>there was no answer</source>
            <translation type="unfinished" />
        </message>
        <message>
            <location filename="../input_raster/rendering.py" />
            <source>The layer '{}' has no image at {} in pixels of {:g} units: check the extent, or make the resolution coarser.</source>
            <translation type="unfinished" />
        </message>
        <message>
            <location filename="../input_raster/replies.py" />
            <source>no answer in time</source>
            <translation type="unfinished" />
        </message>
        <message>
            <location filename="../input_raster/replies.py" />
            <source>the answer is a text, not an image</source>
            <translation type="unfinished" />
        </message>
        <message>
            <location filename="../input_raster/request.py" />
            <source>The extent {} holds no area: make it larger, or leave it out for the whole layer.</source>
            <translation type="unfinished" />
        </message>
        <message>
            <location filename="../input_raster/request.py" />
            <source>The extent {} lies outside the layer '{}', which covers {}: choose another one.</source>
            <translation type="unfinished" />
        </message>
        <message>
            <location filename="../input_raster/request.py" />
            <source>The extent {} cannot be shown in the system of the layer '{}': choose another one.</source>
            <translation type="unfinished" />
        </message>
        <message>
            <location filename="../input_raster/request.py" />
            <source>The layer '{}' comes from a map server, without an end and without pixels of its own: give {}.</source>
            <translation type="unfinished" />
        </message>
        <message>
            <location filename="../input_raster/request.py" />
            <source>the extent to use (EXTENT)</source>
            <translation type="unfinished" />
        </message>
        <message>
            <location filename="../input_raster/request.py" />
            <source>the ground size of a pixel in metres (RESOLUTION)</source>
            <translation type="unfinished" />
        </message>
        <message>
            <location filename="../input_raster/request.py" />
            <source> and </source>
            <translation type="unfinished" />
        </message>
        <message>
            <location filename="../input_raster/request.py" />
            <source>The layer '{}' would be rendered with {:,} × {:,} = {:,} pixels, and {:,} are allowed: make the extent smaller (EXTENT), the pixels larger (RESOLUTION), or the limit higher (MAX_PIXELS).</source>
            <translation type="unfinished" />
        </message>
        <message>
            <location filename="../input_raster/request.py" />
            <source>The layer '{}' is rendered: {:,} × {:,} pixels.</source>
            <translation type="unfinished" />
        </message>
        <message>
            <location filename="../input_raster/request.py" />
            <source>The layer '{}' is rendered: {:,} × {:,} pixels of {:.3g} × {:.3g} m on the ground.</source>
            <translation type="unfinished" />
        </message>
        <message>
            <location filename="../input_raster/source.py" />
            <source>The layer's pixels could not be written to {}: {}. Make room, or set another temporary folder.</source>
            <translation type="unfinished" />
        </message>
        <message>
            <location filename="../set_up.py" />
            <source>QGIS runs the engine with {python}, which PLUMBLINE_PYTHON or a setting names.</source>
            <translation type="unfinished" />
        </message>
        <message>
            <location filename="../set_up.py" />
            <source>The engine is not installed yet.</source>
            <translation type="unfinished" />
        </message>
        <message>
            <location filename="../set_up.py" />
            <source>A set-up was interrupted: the next one continues it.</source>
            <translation type="unfinished" />
        </message>
        <message>
            <location filename="../set_up.py" />
            <source>The engine is of another version of Plumbline and needs an update.</source>
            <translation type="unfinished" />
        </message>
        <message>
            <location filename="../set_up.py" />
            <source>The engine is installed.</source>
            <translation type="unfinished" />
        </message>
        <message>
            <location filename="../set_up.py" />
            <source>driver</source>
            <translation type="unfinished" />
        </message>
        <message>
            <location filename="../set_up.py" />
            <source>as you chose</source>
            <translation type="unfinished" />
        </message>
        <message>
            <location filename="../set_up.py" />
            <source>no NVIDIA graphics card was found</source>
            <translation type="unfinished" />
        </message>
        <message>
            <location filename="../set_up.py" />
            <source>the graphics driver is too old for CUDA: {gpu}</source>
            <translation type="unfinished" />
        </message>
        <message>
            <location filename="../set_up.py" />
            <source>for {gpu}, name an index of PyTorch builds for CUDA</source>
            <translation type="unfinished" />
        </message>
        <message>
            <location filename="../set_up.py" />
            <source>about {download} to download, {disk} on disk</source>
            <translation type="unfinished" />
        </message>
        <message>
            <location filename="../set_up.py" />
            <source>{free} are free</source>
            <translation type="unfinished" />
        </message>
        <message>
            <location filename="../set_up.py" />
            <source>Where no CPU build is offered, Linux's default one with CUDA is taken: {cost}</source>
            <translation type="unfinished" />
        </message>
        <message>
            <location filename="../set_up.py" />
            <source>the folder {folder}, without network</source>
            <translation type="unfinished" />
        </message>
        <message>
            <location filename="../set_up.py" />
            <source>the package index that pip is set to</source>
            <translation type="unfinished" />
        </message>
        <message>
            <location filename="../set_up.py" />
            <source>and {index}</source>
            <translation type="unfinished" />
        </message>
        <message>
            <location filename="../set_up.py" />
            <source>through QGIS's proxy {host}</source>
            <translation type="unfinished" />
        </message>
        <message>
            <location filename="../set_up.py" />
            <source>Size</source>
            <translation type="unfinished" />
        </message>
        <message>
            <location filename="../set_up.py" />
            <source>Source</source>
            <translation type="unfinished" />
        </message>
        <message>
            <location filename="../set_up.py" />
            <source>Packages</source>
            <translation type="unfinished" />
        </message>
        <message>
            <location filename="../set_up.py" />
            <source>Downloading {package}: {done} of {total}</source>
            <translation type="unfinished" />
        </message>
        <message>
            <location filename="../set_up.py" />
            <source>Making a Python environment</source>
            <translation type="unfinished" />
        </message>
        <message>
            <location filename="../set_up.py" />
            <source>Gathering packages</source>
            <translation type="unfinished" />
        </message>
        <message>
            <location filename="../set_up.py" />
            <source>Installing packages</source>
            <translation type="unfinished" />
        </message>
        <message>
            <location filename="../set_up.py" />
            <source>Checking that the engine works</source>
            <translation type="unfinished" />
        </message>
        <message>
            <location filename="../shared_engine.py" />
            <source>the setting of the engine's interpreter</source>
            <translation type="unfinished" />
        </message>
        <message>
            <location filename="../shared_engine.py" />
            <source>There is no Python at {path}, which {where} names: correct it, or clear it and run "Set up engine" (plumbline:setupengine).</source>
            <translation type="unfinished" />
        </message>
    </context>
</TS>
