<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="de" sourcelanguage="en">
    <context>
        <name>Plumbline</name>
        <message>
            <location filename="../algorithms/base.py" />
            <location filename="../algorithms/road_results.py" />
            <source>Roads</source>
            <translation>Straßen</translation>
        </message>
        <message>
            <location filename="../algorithms/base.py" />
            <location filename="../algorithms/estimate_heights.py" />
            <location filename="../algorithms/footprints_to_ground.py" />
            <location filename="../algorithms/rectify.py" />
            <source>Heights</source>
            <translation>Höhen</translation>
        </message>
        <message>
            <location filename="../algorithms/base.py" />
            <source>Evaluation</source>
            <translation>Bewertung</translation>
        </message>
        <message>
            <location filename="../algorithms/base.py" />
            <location filename="../gui/options_page.py" />
            <source>Engine</source>
            <translation>Rechenkern</translation>
        </message>
        <message>
            <location filename="../algorithms/base.py" />
            <source>Rasters are rendered while an algorithm runs.</source>
            <translation>Raster werden gezeichnet, während ein Algorithmus läuft.</translation>
        </message>
        <message>
            <location filename="../algorithms/check_engine.py" />
            <source>Check engine</source>
            <translation>Rechenkern prüfen</translation>
        </message>
        <message>
            <location filename="../algorithms/check_engine.py" />
            <source>doctor,diagnostics,install,version,device,GPU,CUDA,report</source>
            <translation>Diagnose,Installation,Version,Gerät,GPU,CUDA,Bericht</translation>
        </message>
        <message>
            <location filename="../algorithms/check_engine.py" />
            <source>Says what runs here: versions, the device, the weights and their checksums; and lets a network predict a tiny image, so that it is known whether all of it works. Give the report along with a question.

Results: the report and its parts as text, and how long the tiny prediction took (s).</source>
            <translation>Sagt, was hier läuft: Versionen, das Gerät, die Gewichte und ihre Prüfsummen; und lässt ein Netz ein winziges Bild auswerten, damit feststeht, ob alles funktioniert. Legen Sie den Bericht einer Frage bei.

Ergebnisse: der Bericht und seine Teile als Text, und wie lange die winzige Auswertung dauerte (s).</translation>
        </message>
        <message>
            <location filename="../algorithms/check_engine.py" />
            <location filename="../algorithms/evaluate_heights.py" />
            <location filename="../algorithms/evaluate_roads.py" />
            <source>Report</source>
            <translation>Bericht</translation>
        </message>
        <message>
            <location filename="../algorithms/check_engine.py" />
            <source>Version of the engine</source>
            <translation>Version des Rechenkerns</translation>
        </message>
        <message>
            <location filename="../algorithms/check_engine.py" />
            <source>Python that runs it</source>
            <translation>Python, mit dem er läuft</translation>
        </message>
        <message>
            <location filename="../algorithms/check_engine.py" />
            <location filename="../algorithms/parameters.py" />
            <source>Device</source>
            <translation>Gerät</translation>
        </message>
        <message>
            <location filename="../algorithms/check_engine.py" />
            <source>Weights and their checksums</source>
            <translation>Gewichte und ihre Prüfsummen</translation>
        </message>
        <message>
            <location filename="../algorithms/check_engine.py" />
            <source>Time of a tiny prediction (s)</source>
            <translation>Dauer einer winzigen Auswertung (s)</translation>
        </message>
        <message>
            <location filename="../algorithms/check_engine.py" />
            <location filename="../gui/engine_report.py" />
            <source>The engine does not work yet.</source>
            <translation>Der Rechenkern funktioniert noch nicht.</translation>
        </message>
        <message>
            <location filename="../algorithms/complaints.py" />
            <source>give a number from {least:g} to {most:g}</source>
            <translation>geben Sie eine Zahl von {least:g} bis {most:g} an</translation>
        </message>
        <message>
            <location filename="../algorithms/complaints.py" />
            <source>give a number from {least:g} up</source>
            <translation>geben Sie eine Zahl ab {least:g} an</translation>
        </message>
        <message>
            <location filename="../algorithms/complaints.py" />
            <source>give one of {values}</source>
            <translation>geben Sie eines von {values} an</translation>
        </message>
        <message>
            <location filename="../algorithms/complaints.py" />
            <source>give xmin,xmax,ymin,ymax [EPSG:n], or a layer</source>
            <translation>geben Sie xmin,xmax,ymin,ymax [EPSG:n] oder einen Layer an</translation>
        </message>
        <message>
            <location filename="../algorithms/complaints.py" />
            <source>give the path of a file to write, or TEMPORARY_OUTPUT</source>
            <translation>geben Sie den Pfad der zu schreibenden Datei oder TEMPORARY_OUTPUT an</translation>
        </message>
        <message>
            <location filename="../algorithms/complaints.py" />
            <source>give a layer of the project, or a file that can be opened as one</source>
            <translation>geben Sie einen Layer des Projekts an oder eine Datei, die sich als Layer öffnen lässt</translation>
        </message>
        <message>
            <location filename="../algorithms/complaints.py" />
            <source>{title} is missing: {wanted}.</source>
            <translation>{title} fehlt: {wanted}.</translation>
        </message>
        <message>
            <location filename="../algorithms/complaints.py" />
            <source>{title} cannot be {value}: {wanted}.</source>
            <translation>{title} kann nicht {value} sein: {wanted}.</translation>
        </message>
        <message>
            <location filename="../algorithms/complaints.py" />
            <source>{title} cannot be written to {value}: the engine writes files. Give the path of one, or TEMPORARY_OUTPUT, and copy the result into the database afterwards.</source>
            <translation>{title} kann nicht nach {value} geschrieben werden: Der Rechenkern schreibt Dateien. Geben Sie den Pfad einer Datei oder TEMPORARY_OUTPUT an, und kopieren Sie das Ergebnis danach in die Datenbank.</translation>
        </message>
        <message>
            <location filename="../algorithms/complaints.py" />
            <source>{title} cannot be written as {value}: end its name with {suffixes}.</source>
            <translation>{title} kann nicht als {value} geschrieben werden: Lassen Sie den Namen auf {suffixes} enden.</translation>
        </message>
        <message>
            <location filename="../algorithms/complaints.py" />
            <source> or </source>
            <translation> oder </translation>
        </message>
        <message>
            <location filename="../algorithms/complaints.py" />
            <source>The bands ({name}) cannot be {value}: give one or three numbers from 1, such as 3,2,1.</source>
            <translation>Die Kanäle ({name}) können nicht {value} sein: Geben Sie eine oder drei Nummern ab 1 an, etwa 3,2,1.</translation>
        </message>
        <message>
            <location filename="../algorithms/complaints.py" />
            <source>There is no weights file {value} ({name}): give a file that exists, or one of {names}.</source>
            <translation>Es gibt keine Gewichtsdatei {value} ({name}): Geben Sie eine vorhandene Datei an oder eines von {names}.</translation>
        </message>
        <message>
            <location filename="../algorithms/complaints.py" />
            <source>There are no weights {value} ({name}): give one of {names}, or a file.</source>
            <translation>Es gibt keine Gewichte {value} ({name}): Geben Sie eines von {names} oder eine Datei an.</translation>
        </message>
        <message>
            <location filename="../algorithms/estimate_heights.py" />
            <source>Estimate heights</source>
            <translation>Höhen schätzen</translation>
        </message>
        <message>
            <location filename="../algorithms/estimate_heights.py" />
            <source>height,elevation,building,above ground,agl,ndsm,oblique,off nadir,deep learning</source>
            <translation>Höhe,Gebäude,über Grund,nDOM,Schrägbild,Nadir,Deep Learning</translation>
        </message>
        <message>
            <location filename="../algorithms/estimate_heights.py" />
            <source>Estimates from a single aerial or satellite image how high above the ground everything stands, and from where the sensor looked.

Heights: metres above ground of what each pixel of the image shows, on the image's own grid; a Cloud-Optimised GeoTIFF, nodata -9999. In an oblique image roofs lie away from their ground floors: the further results, if asked for, show everything at its place on the ground.

Images in which a pixel is 0.25 to 1 m suit the shipped weights. Known heights, if there are some, correct the result by one factor.

Numbers: angle of the flow in the image (radians, counted as in its file tags), scale (pixels that one metre of height leans), azimuth and angle off nadir of the sensor (degrees), largest and mean height (m).</source>
            <translation>Schätzt aus einem einzigen Luft- oder Satellitenbild, wie hoch alles über dem Boden steht, und von wo der Sensor blickte.

Höhen: Meter über Grund dessen, was jedes Pixel des Bildes zeigt, auf dem Gitter des Bildes; ein Cloud-Optimised GeoTIFF, NoData -9999. In einem Schrägbild liegen Dächer neben ihren Erdgeschossen: Die weiteren Ergebnisse zeigen, falls gewünscht, alles an seinem Ort am Boden.

Bilder mit Pixeln von 0,25 bis 1 m passen zu den mitgelieferten Gewichten. Bekannte Höhen, wenn es welche gibt, berichtigen das Ergebnis um einen Faktor.

Zahlen: Winkel des Versatzes im Bild (Radiant, gezählt wie in den Tags der Datei), Maßstab (Pixel, um die ein Meter Höhe versetzt ist), Azimut und Nadirwinkel des Sensors (Grad), größte und mittlere Höhe (m).</translation>
        </message>
        <message>
            <location filename="../algorithms/estimate_heights.py" />
            <source>Only this part is worked on; the whole image if empty.</source>
            <translation>Nur dieser Teil wird bearbeitet; das ganze Bild, wenn leer.</translation>
        </message>
        <message>
            <location filename="../algorithms/estimate_heights.py" />
            <source>Working pixel size (m)</source>
            <translation>Pixelgröße der Bearbeitung (m)</translation>
        </message>
        <message>
            <location filename="../algorithms/estimate_heights.py" />
            <source>Ground size of the pixels that the network sees. Empty: chosen by the weights. Twice the image's own is four times as fast.</source>
            <translation>Größe der Pixel am Boden, die das Netz sieht. Leer: wie die Gewichte es wählen. Das Doppelte der Pixel des Bildes geht viermal so schnell.</translation>
        </message>
        <message>
            <location filename="../algorithms/estimate_heights.py" />
            <source>a GeoTIFF with heights</source>
            <translation>ein GeoTIFF mit Höhen</translation>
        </message>
        <message>
            <location filename="../algorithms/estimate_heights.py" />
            <source>GeoTIFF: metres above ground of what each pixel shows.</source>
            <translation>GeoTIFF: Meter über Grund dessen, was jedes Pixel zeigt.</translation>
        </message>
        <message>
            <location filename="../algorithms/estimate_heights.py" />
            <source>Angle of the flow (radians)</source>
            <translation>Winkel des Versatzes (Radiant)</translation>
        </message>
        <message>
            <location filename="../algorithms/estimate_heights.py" />
            <source>Scale: pixels of lean per metre of height</source>
            <translation>Maßstab: Pixel Versatz je Meter Höhe</translation>
        </message>
        <message>
            <location filename="../algorithms/estimate_heights.py" />
            <location filename="../algorithms/parameters.py" />
            <source>Azimuth of the sensor (degrees)</source>
            <translation>Azimut des Sensors (Grad)</translation>
        </message>
        <message>
            <location filename="../algorithms/estimate_heights.py" />
            <location filename="../algorithms/parameters.py" />
            <source>Angle off nadir (degrees)</source>
            <translation>Nadirwinkel (Grad)</translation>
        </message>
        <message>
            <location filename="../algorithms/estimate_heights.py" />
            <source>Largest height (m)</source>
            <translation>Größte Höhe (m)</translation>
        </message>
        <message>
            <location filename="../algorithms/estimate_heights.py" />
            <source>Mean height (m)</source>
            <translation>Mittlere Höhe (m)</translation>
        </message>
        <message>
            <location filename="../algorithms/estimate_heights.py" />
            <source>Where the view comes from: options, metadata or network</source>
            <translation>Woher die Blickrichtung stammt: Optionen, Metadaten oder Netz</translation>
        </message>
        <message>
            <location filename="../algorithms/estimate_heights.py" />
            <source>Relief</source>
            <translation>Relief</translation>
        </message>
        <message>
            <location filename="../algorithms/estimate_heights.py" />
            <source>Largest height: {:.1f} m</source>
            <translation>Größte Höhe: {:.1f} m</translation>
        </message>
        <message>
            <location filename="../algorithms/estimate_heights.py" />
            <source>Azimuth of the sensor: {:.0f}°</source>
            <translation>Azimut des Sensors: {:.0f}°</translation>
        </message>
        <message>
            <location filename="../algorithms/estimate_heights.py" />
            <source>Angle off nadir: {:.1f}°</source>
            <translation>Nadirwinkel: {:.1f}°</translation>
        </message>
        <message>
            <location filename="../algorithms/estimate_heights.py" />
            <source>Known heights to correct by</source>
            <translation>Bekannte Höhen zum Berichtigen</translation>
        </message>
        <message>
            <location filename="../algorithms/estimate_heights.py" />
            <source>Points with measured heights, or a raster of heights above ground, anywhere in the image.</source>
            <translation>Punkte mit gemessenen Höhen oder ein Raster von Höhen über Grund, irgendwo im Bild.</translation>
        </message>
        <message>
            <location filename="../algorithms/estimate_heights.py" />
            <source>Field of known heights</source>
            <translation>Feld der bekannten Höhen</translation>
        </message>
        <message>
            <location filename="../algorithms/estimate_heights.py" />
            <source>Of points: the attribute with metres above ground.</source>
            <translation>Bei Punkten: das Attribut mit den Metern über Grund.</translation>
        </message>
        <message>
            <location filename="../algorithms/estimate_heights.py" />
            <location filename="../algorithms/rectify.py" />
            <source>Heights seen from nadir</source>
            <translation>Höhen, aus dem Nadir gesehen</translation>
        </message>
        <message>
            <location filename="../algorithms/estimate_heights.py" />
            <location filename="../algorithms/rectify.py" />
            <source>GeoTIFF: the heights at their places on the ground; what is hidden is nodata.</source>
            <translation>GeoTIFF: die Höhen an ihren Orten am Boden; Verdecktes ist NoData.</translation>
        </message>
        <message>
            <location filename="../algorithms/estimate_heights.py" />
            <location filename="../algorithms/rectify.py" />
            <source>Image seen from nadir</source>
            <translation>Bild, aus dem Nadir gesehen</translation>
        </message>
        <message>
            <location filename="../algorithms/estimate_heights.py" />
            <source>GeoTIFF: the image moved to the ground likewise; its mask says what is hidden.</source>
            <translation>GeoTIFF: das Bild, ebenso auf den Boden verschoben; seine Maske sagt, was verdeckt ist.</translation>
        </message>
        <message>
            <location filename="../algorithms/estimate_heights.py" />
            <source>Flow</source>
            <translation>Versatzfeld</translation>
        </message>
        <message>
            <location filename="../algorithms/estimate_heights.py" />
            <source>GeoTIFF with two bands: where the ground below each pixel lies, in pixels down and right.</source>
            <translation>GeoTIFF mit zwei Kanälen: wo der Boden unter jedem Pixel liegt, in Pixeln nach unten und nach rechts.</translation>
        </message>
        <message>
            <location filename="../algorithms/evaluate_heights.py" />
            <source>Score: mean of height R² and flow R²</source>
            <translation>Wertung: Mittel aus R² der Höhen und R² des Versatzes</translation>
        </message>
        <message>
            <location filename="../algorithms/evaluate_heights.py" />
            <source>Height R²</source>
            <translation>R² der Höhen</translation>
        </message>
        <message>
            <location filename="../algorithms/evaluate_heights.py" />
            <source>Flow R²</source>
            <translation>R² des Versatzes</translation>
        </message>
        <message>
            <location filename="../algorithms/evaluate_heights.py" />
            <source>Height RMSE (m)</source>
            <translation>RMSE der Höhen (m)</translation>
        </message>
        <message>
            <location filename="../algorithms/evaluate_heights.py" />
            <source>Height, mean error without sign (m)</source>
            <translation>Höhe, mittlerer Fehler ohne Vorzeichen (m)</translation>
        </message>
        <message>
            <location filename="../algorithms/evaluate_heights.py" />
            <source>Height, mean of predicted − true (m)</source>
            <translation>Höhe, Mittel von geschätzt − wahr (m)</translation>
        </message>
        <message>
            <location filename="../algorithms/evaluate_heights.py" />
            <source>Slope of predicted against true heights</source>
            <translation>Steigung der geschätzten gegen die wahren Höhen</translation>
        </message>
        <message>
            <location filename="../algorithms/evaluate_heights.py" />
            <source>Mean distance of ground positions (pixels)</source>
            <translation>Mittlerer Abstand der Bodenpositionen (Pixel)</translation>
        </message>
        <message>
            <location filename="../algorithms/evaluate_heights.py" />
            <source>Mean error of the flow's length (pixels)</source>
            <translation>Mittlerer Fehler der Versatzlänge (Pixel)</translation>
        </message>
        <message>
            <location filename="../algorithms/evaluate_heights.py" />
            <source>Mean error of the angle (degrees)</source>
            <translation>Mittlerer Fehler des Winkels (Grad)</translation>
        </message>
        <message>
            <location filename="../algorithms/evaluate_heights.py" />
            <source>RMS error of the angle (degrees)</source>
            <translation>RMS-Fehler des Winkels (Grad)</translation>
        </message>
        <message>
            <location filename="../algorithms/evaluate_heights.py" />
            <source>Mean error of the scale (pixels per metre)</source>
            <translation>Mittlerer Fehler des Maßstabs (Pixel je Meter)</translation>
        </message>
        <message>
            <location filename="../algorithms/evaluate_heights.py" />
            <source>Share of pixels without a predicted height</source>
            <translation>Anteil der Pixel ohne geschätzte Höhe</translation>
        </message>
        <message>
            <location filename="../algorithms/evaluate_heights.py" />
            <source>Number of compared images</source>
            <translation>Anzahl verglichener Bilder</translation>
        </message>
        <message>
            <location filename="../algorithms/evaluate_heights.py" />
            <source>Number of images that are not predicted</source>
            <translation>Anzahl nicht geschätzter Bilder</translation>
        </message>
        <message>
            <location filename="../algorithms/evaluate_heights.py" />
            <source>Evaluate heights</source>
            <translation>Höhen bewerten</translation>
        </message>
        <message>
            <location filename="../algorithms/evaluate_heights.py" />
            <source>height,quality,accuracy,RMSE,R2,flow,angle,benchmark</source>
            <translation>Höhe,Güte,Genauigkeit,RMSE,R2,Versatz,Winkel,Benchmark</translation>
        </message>
        <message>
            <location filename="../algorithms/evaluate_heights.py" />
            <source>Compares predicted heights above ground with true ones: two rasters on any grids, of which the coarser one is compared on, or two folders of rasters that are paired by name. Folders with the files of the Overhead Geopose Challenge are scored as the challenge does.

Numbers: R² (1 is best), errors in metres, pixels and degrees. Those of the flow need files that know their view; what is not defined stays empty. A picture and a page with all figures are written if asked for.</source>
            <translation>Vergleicht geschätzte Höhen über Grund mit wahren: zwei Raster auf beliebigen Gittern, von denen das gröbere gilt, oder zwei Ordner mit Rastern, die nach Namen gepaart werden. Ordner mit den Dateien der Overhead Geopose Challenge werden gewertet wie in der Challenge.

Zahlen: R² (1 ist am besten), Fehler in Metern, Pixeln und Grad. Die des Versatzes brauchen Dateien, die ihre Blickrichtung kennen; was nicht definiert ist, bleibt leer. Ein Bild und eine Seite mit allen Zahlen werden auf Wunsch geschrieben.</translation>
        </message>
        <message>
            <location filename="../algorithms/evaluate_heights.py" />
            <source>Predicted heights</source>
            <translation>Geschätzte Höhen</translation>
        </message>
        <message>
            <location filename="../algorithms/evaluate_heights.py" />
            <source>Raster of metres above ground, or a folder of rasters.</source>
            <translation>Raster mit Metern über Grund oder ein Ordner mit Rastern.</translation>
        </message>
        <message>
            <location filename="../algorithms/evaluate_heights.py" />
            <source>True heights</source>
            <translation>Wahre Höhen</translation>
        </message>
        <message>
            <location filename="../algorithms/evaluate_heights.py" />
            <location filename="../algorithms/evaluate_roads.py" />
            <source>Likewise; of the same place.</source>
            <translation>Ebenso; vom selben Ort.</translation>
        </message>
        <message>
            <location filename="../algorithms/evaluate_heights.py" />
            <location filename="../algorithms/evaluate_roads.py" />
            <location filename="../algorithms/image_algorithm.py" />
            <location filename="../algorithms/rectify.py" />
            <source>Image</source>
            <translation>Bild</translation>
        </message>
        <message>
            <location filename="../algorithms/evaluate_heights.py" />
            <source>What the sensor saw, shown in the report.</source>
            <translation>Was der Sensor sah; wird im Bericht gezeigt.</translation>
        </message>
        <message>
            <location filename="../algorithms/evaluate_heights.py" />
            <source>Unit of whole numbers</source>
            <translation>Einheit ganzer Zahlen</translation>
        </message>
        <message>
            <location filename="../algorithms/evaluate_heights.py" />
            <source>Of rasters of whole numbers that do not state it. Empty: as the files say.</source>
            <translation>Bei Rastern ganzer Zahlen, die sie nicht nennen. Leer: wie die Dateien sagen.</translation>
        </message>
        <message>
            <location filename="../algorithms/evaluate_heights.py" />
            <location filename="../algorithms/evaluate_roads.py" />
            <source>Picture</source>
            <translation>Abbildung</translation>
        </message>
        <message>
            <location filename="../algorithms/evaluate_heights.py" />
            <location filename="../algorithms/evaluate_roads.py" />
            <source>PNG image (*.png)</source>
            <translation>PNG-Bild (*.png)</translation>
        </message>
        <message>
            <location filename="../algorithms/evaluate_heights.py" />
            <source>Predicted against true heights, and where the errors are.</source>
            <translation>Geschätzte gegen wahre Höhen, und wo die Fehler liegen.</translation>
        </message>
        <message>
            <location filename="../algorithms/evaluate_heights.py" />
            <location filename="../algorithms/evaluate_roads.py" />
            <source>Web page (*.html)</source>
            <translation>Webseite (*.html)</translation>
        </message>
        <message>
            <location filename="../algorithms/evaluate_heights.py" />
            <source>A page with all figures, charts and maps.</source>
            <translation>Eine Seite mit allen Zahlen, Diagrammen und Karten.</translation>
        </message>
        <message>
            <location filename="../algorithms/evaluate_roads.py" />
            <source>TOPO precision</source>
            <translation>TOPO, Genauigkeit</translation>
        </message>
        <message>
            <location filename="../algorithms/evaluate_roads.py" />
            <source>TOPO recall</source>
            <translation>TOPO, Trefferquote</translation>
        </message>
        <message>
            <location filename="../algorithms/evaluate_roads.py" />
            <source>TOPO F1</source>
            <translation>TOPO, F1</translation>
        </message>
        <message>
            <location filename="../algorithms/evaluate_roads.py" />
            <source>Proposal precision</source>
            <translation>Genauigkeit der Vorschläge</translation>
        </message>
        <message>
            <location filename="../algorithms/evaluate_roads.py" />
            <source>APLS, as measured by the Sat2Graph code</source>
            <translation>APLS, gemessen wie im Sat2Graph-Code</translation>
        </message>
        <message>
            <location filename="../algorithms/evaluate_roads.py" />
            <source>APLS, true routes in the prediction</source>
            <translation>APLS, wahre Routen in der Vorhersage</translation>
        </message>
        <message>
            <location filename="../algorithms/evaluate_roads.py" />
            <source>APLS, predicted routes in the truth</source>
            <translation>APLS, vorhergesagte Routen in der Wahrheit</translation>
        </message>
        <message>
            <location filename="../algorithms/evaluate_roads.py" />
            <source>APLS, as measured by the SpaceNet code</source>
            <translation>APLS, gemessen wie im SpaceNet-Code</translation>
        </message>
        <message>
            <location filename="../algorithms/evaluate_roads.py" />
            <source>Share of true routes whose length differs by at most 5 %</source>
            <translation>Anteil wahrer Routen, deren Länge um höchstens 5 % abweicht</translation>
        </message>
        <message>
            <location filename="../algorithms/evaluate_roads.py" />
            <source>Completeness: share of the true length that is found</source>
            <translation>Vollständigkeit: gefundener Anteil der wahren Länge</translation>
        </message>
        <message>
            <location filename="../algorithms/evaluate_roads.py" />
            <source>Correctness: share of the predicted length that is true</source>
            <translation>Korrektheit: wahrer Anteil der vorhergesagten Länge</translation>
        </message>
        <message>
            <location filename="../algorithms/evaluate_roads.py" />
            <source>Quality: completeness and correctness in one</source>
            <translation>Qualität: Vollständigkeit und Korrektheit in einem</translation>
        </message>
        <message>
            <location filename="../algorithms/evaluate_roads.py" />
            <source>Junctions, precision</source>
            <translation>Kreuzungen, Genauigkeit</translation>
        </message>
        <message>
            <location filename="../algorithms/evaluate_roads.py" />
            <source>Junctions, recall</source>
            <translation>Kreuzungen, Trefferquote</translation>
        </message>
        <message>
            <location filename="../algorithms/evaluate_roads.py" />
            <source>Junctions, F1</source>
            <translation>Kreuzungen, F1</translation>
        </message>
        <message>
            <location filename="../algorithms/evaluate_roads.py" />
            <source>Ends, F1</source>
            <translation>Straßenenden, F1</translation>
        </message>
        <message>
            <location filename="../algorithms/evaluate_roads.py" />
            <source>Number of true crossings on different levels</source>
            <translation>Anzahl wahrer Überführungen</translation>
        </message>
        <message>
            <location filename="../algorithms/evaluate_roads.py" />
            <source>Share of those crossings that are kept apart</source>
            <translation>Anteil der Überführungen, die getrennt bleiben</translation>
        </message>
        <message>
            <location filename="../algorithms/evaluate_roads.py" />
            <source>Share of those with the right road on top</source>
            <translation>Anteil der Überführungen, bei denen die richtige Straße oben liegt</translation>
        </message>
        <message>
            <location filename="../algorithms/evaluate_roads.py" />
            <source>True length (km)</source>
            <translation>Wahre Länge (km)</translation>
        </message>
        <message>
            <location filename="../algorithms/evaluate_roads.py" />
            <source>Predicted length (km)</source>
            <translation>Vorhergesagte Länge (km)</translation>
        </message>
        <message>
            <location filename="../algorithms/evaluate_roads.py" />
            <source>Number of compared pairs</source>
            <translation>Anzahl verglichener Paare</translation>
        </message>
        <message>
            <location filename="../algorithms/evaluate_roads.py" />
            <source>Evaluate roads</source>
            <translation>Straßen bewerten</translation>
        </message>
        <message>
            <location filename="../algorithms/evaluate_roads.py" />
            <source>road,quality,accuracy,TOPO,APLS,F1,completeness,correctness,benchmark</source>
            <translation>Straße,Güte,Genauigkeit,TOPO,APLS,F1,Vollständigkeit,Korrektheit,Benchmark</translation>
        </message>
        <message>
            <location filename="../algorithms/evaluate_roads.py" />
            <source>Compares predicted roads with true ones by the published measures of the field: TOPO, APLS as two codes measure it, completeness and correctness, junctions, and crossings on levels.

Both may be line layers in any reference system, raster masks of roads, files of research graphs (.json, .p), or two folders of such files that are paired by name.

Numbers: shares from 0 to 1, 1 is best; lengths in km. What is not defined, such as levels where no roads cross, stays empty. A map of matched, missing and false roads, a picture and a page with all figures are written if asked for.</source>
            <translation>Vergleicht vorhergesagte Straßen mit wahren nach den veröffentlichten Maßen des Fachs: TOPO, APLS wie zwei Programme es messen, Vollständigkeit und Korrektheit, Kreuzungen und Überführungen.

Beide können Linienlayer in beliebigen Bezugssystemen sein, Rastermasken von Straßen, Dateien mit Graphen aus der Forschung (.json, .p) oder zwei Ordner mit solchen Dateien, die nach Namen gepaart werden.

Zahlen: Anteile von 0 bis 1, 1 ist am besten; Längen in km. Was nicht definiert ist, etwa Ebenen, wo keine Straßen sich überqueren, bleibt leer. Eine Karte der getroffenen, fehlenden und falschen Straßen, ein Bild und eine Seite mit allen Zahlen werden auf Wunsch geschrieben.</translation>
        </message>
        <message>
            <location filename="../algorithms/evaluate_roads.py" />
            <source>Missing roads</source>
            <translation>Fehlende Straßen</translation>
        </message>
        <message>
            <location filename="../algorithms/evaluate_roads.py" />
            <source>False roads</source>
            <translation>Falsche Straßen</translation>
        </message>
        <message>
            <location filename="../algorithms/evaluate_roads.py" />
            <source>Predicted roads</source>
            <translation>Vorhergesagte Straßen</translation>
        </message>
        <message>
            <location filename="../algorithms/evaluate_roads.py" />
            <source>Lines, a mask of roads, a file of any format that the engine reads, or a folder of files.</source>
            <translation>Linien, eine Straßenmaske, eine Datei in einem Format, das der Rechenkern liest, oder ein Ordner mit Dateien.</translation>
        </message>
        <message>
            <location filename="../algorithms/evaluate_roads.py" />
            <source>True roads</source>
            <translation>Wahre Straßen</translation>
        </message>
        <message>
            <location filename="../algorithms/evaluate_roads.py" />
            <source>On whose pixels research graphs lie; only where it is valid is compared. Also shown in pictures.</source>
            <translation>Auf dessen Pixeln Graphen aus der Forschung liegen; verglichen wird nur, wo es gültig ist. Wird auch in Abbildungen gezeigt.</translation>
        </message>
        <message>
            <location filename="../algorithms/evaluate_roads.py" />
            <source>Mask of what to compare</source>
            <translation>Maske dessen, was verglichen wird</translation>
        </message>
        <message>
            <location filename="../algorithms/evaluate_roads.py" />
            <source>Only places where it is not 0 are compared.</source>
            <translation>Nur Orte, an denen sie nicht 0 ist, werden verglichen.</translation>
        </message>
        <message>
            <location filename="../algorithms/evaluate_roads.py" />
            <source>Only this part is compared; where both are known if empty.</source>
            <translation>Nur dieser Teil wird verglichen; wenn leer, wo beide bekannt sind.</translation>
        </message>
        <message>
            <location filename="../algorithms/evaluate_roads.py" />
            <source>Protocol</source>
            <translation>Verfahren</translation>
        </message>
        <message>
            <location filename="../algorithms/evaluate_roads.py" />
            <source>Parameters for large tiles (sat2graph), for small ones (spacenet), or by the size (auto).</source>
            <translation>Parameter für große Kacheln (sat2graph), für kleine (spacenet) oder nach der Größe (auto).</translation>
        </message>
        <message>
            <location filename="../algorithms/evaluate_roads.py" />
            <source>Buffer (m)</source>
            <translation>Puffer (m)</translation>
        </message>
        <message>
            <location filename="../algorithms/evaluate_roads.py" />
            <source>How far a road may lie from its partner and still count as found.</source>
            <translation>Wie weit eine Straße von ihrem Gegenstück liegen darf und noch als gefunden gilt.</translation>
        </message>
        <message>
            <location filename="../algorithms/evaluate_roads.py" />
            <source>White areas of the image are blank</source>
            <translation>Weiße Flächen des Bildes sind leer</translation>
        </message>
        <message>
            <location filename="../algorithms/evaluate_roads.py" />
            <source>Large white areas are paper, not image, and are not compared.</source>
            <translation>Große weiße Flächen sind Papier, nicht Bild, und werden nicht verglichen.</translation>
        </message>
        <message>
            <location filename="../algorithms/evaluate_roads.py" />
            <source>Matched roads</source>
            <translation>Getroffene Straßen</translation>
        </message>
        <message>
            <location filename="../algorithms/evaluate_roads.py" />
            <source>GeoPackage (.gpkg) with the layers matched, missing, false (roads) and tiles (figures).</source>
            <translation>GeoPackage (.gpkg) mit den Layern matched, missing, false (Straßen) und tiles (Zahlen).</translation>
        </message>
        <message>
            <location filename="../algorithms/evaluate_roads.py" />
            <source>The same drawn over the image.</source>
            <translation>Dasselbe, über das Bild gezeichnet.</translation>
        </message>
        <message>
            <location filename="../algorithms/evaluate_roads.py" />
            <source>A page with all figures and the worst tiles.</source>
            <translation>Eine Seite mit allen Zahlen und den schlechtesten Kacheln.</translation>
        </message>
        <message>
            <location filename="../algorithms/extract_roads.py" />
            <source>Extract roads</source>
            <translation>Straßen extrahieren</translation>
        </message>
        <message>
            <location filename="../algorithms/extract_roads.py" />
            <source>road,street,network,graph,centreline,centerline,vectorize,imagery,deep learning</source>
            <translation>Straße,Weg,Netz,Graph,Mittellinie,vektorisieren,Luftbild,Satellitenbild,Deep Learning</translation>
        </message>
        <message>
            <location filename="../algorithms/extract_roads.py" />
            <source>Extracts the roads that an aerial or satellite image shows, as a network that routing can use.

Roads: one line from junction to junction, in the reference system of the image, with its length (m) and its confidence (0 to 1). Lines that meet share their end point exactly; roads that cross on different levels share none. The same file (GeoPackage) holds a second layer, junctions: where roads meet or end.

Images in which a pixel is 0.3 to 1 m suit the shipped weights. The image is resampled to the ground resolution of the weights as it is read, whatever its size; nothing is uploaded.

Numbers: total length (m), segments, junctions and pieces of the network, mean confidence.</source>
            <translation>Extrahiert die Straßen, die ein Luft- oder Satellitenbild zeigt, als Netz, das sich zum Routing eignet.

Straßen: je eine Linie von Kreuzung zu Kreuzung, im Bezugssystem des Bildes, mit ihrer Länge (m) und ihrer Konfidenz (0 bis 1). Linien, die sich treffen, haben genau denselben Endpunkt; Straßen, die sich auf verschiedenen Ebenen überqueren, haben keinen gemeinsamen. Dieselbe Datei (GeoPackage) enthält einen zweiten Layer, junctions: wo Straßen sich treffen oder enden.

Bilder mit Pixeln von 0,3 bis 1 m passen zu den mitgelieferten Gewichten. Das Bild wird beim Lesen auf die Bodenauflösung der Gewichte umgerechnet, wie groß es auch ist; nichts wird hochgeladen.

Zahlen: Gesamtlänge (m), Abschnitte, Kreuzungen und Teile des Netzes, mittlere Konfidenz.</translation>
        </message>
        <message>
            <location filename="../algorithms/extract_roads.py" />
            <source>Only roads of this part are extracted; the whole image if empty.</source>
            <translation>Nur Straßen dieses Teils werden extrahiert; das ganze Bild, wenn leer.</translation>
        </message>
        <message>
            <location filename="../algorithms/extract_roads.py" />
            <source>a GeoPackage with roads and junctions</source>
            <translation>ein GeoPackage mit Straßen und Kreuzungen</translation>
        </message>
        <message>
            <location filename="../algorithms/extract_roads.py" />
            <source>Mean confidence, weighted by length (0 to 1)</source>
            <translation>Mittlere Konfidenz, nach Länge gewichtet (0 bis 1)</translation>
        </message>
        <message>
            <location filename="../algorithms/extract_roads.py" />
            <source>Least confidence (0 to 1)</source>
            <translation>Kleinste Konfidenz (0 bis 1)</translation>
        </message>
        <message>
            <location filename="../algorithms/extract_roads.py" />
            <source>Edges with less are dropped. Empty: the value that was chosen for the weights.</source>
            <translation>Kanten mit weniger entfallen. Leer: der Wert, der für die Gewichte gewählt wurde.</translation>
        </message>
        <message>
            <location filename="../algorithms/extract_roads.py" />
            <source>Simplify by (m)</source>
            <translation>Vereinfachen um (m)</translation>
        </message>
        <message>
            <location filename="../algorithms/extract_roads.py" />
            <source>How far a line may move when it is simplified.</source>
            <translation>Wie weit sich eine Linie beim Vereinfachen verschieben darf.</translation>
        </message>
        <message>
            <location filename="../algorithms/extract_roads.py" />
            <source>Drop dead ends shorter than (m)</source>
            <translation>Kürzere Sackgassen weglassen (m)</translation>
        </message>
        <message>
            <location filename="../algorithms/extract_roads.py" />
            <source>Dead ends that begin at a junction.</source>
            <translation>Sackgassen, die an einer Kreuzung beginnen.</translation>
        </message>
        <message>
            <location filename="../algorithms/extract_roads.py" />
            <source>Drop pieces shorter than (m)</source>
            <translation>Kürzere Teilnetze weglassen (m)</translation>
        </message>
        <message>
            <location filename="../algorithms/extract_roads.py" />
            <source>Pieces of the network without connection to the rest.</source>
            <translation>Teile des Netzes ohne Verbindung zum Rest.</translation>
        </message>
        <message>
            <location filename="../algorithms/feedback.py" />
            <source>Stopped. Nothing unfinished was left behind.</source>
            <translation>Abgebrochen. Nichts Unfertiges blieb zurück.</translation>
        </message>
        <message>
            <location filename="../algorithms/feedback.py" />
            <source>Waiting for the engine</source>
            <translation>Auf den Rechenkern wird gewartet</translation>
        </message>
        <message>
            <location filename="../algorithms/feedback.py" />
            <source>Stopping the engine</source>
            <translation>Rechenkern anhalten</translation>
        </message>
        <message>
            <location filename="../algorithms/footprints_to_ground.py" />
            <source>Move footprints to the ground</source>
            <translation>Gebäudeumrisse auf den Boden verschieben</translation>
        </message>
        <message>
            <location filename="../algorithms/footprints_to_ground.py" />
            <source>building,footprint,roof,ground,height,volume,offset,lean</source>
            <translation>Gebäude,Umriss,Grundriss,Dach,Boden,Höhe,Volumen,Versatz</translation>
        </message>
        <message>
            <location filename="../algorithms/footprints_to_ground.py" />
            <source>Adds heights (m) and volumes (m³) to polygons of buildings, and moves each as a whole from its roof, as an oblique image shows it, to the ground, or back.

It needs the heights above ground (m) that Estimate heights writes, whose file also says from where the sensor looked; of other heights, give azimuth and angle off nadir (degrees).

Buildings: the polygons with all their attributes and the new ones height_median_m, height_p90_m, height_max_m, height_roof_m, volume_m3 and height_pixels (on how many pixels they rest); NULL where no height is known. Numbers: polygons and their volume (m³).</source>
            <translation>Ergänzt Gebäudepolygone um Höhen (m) und Volumen (m³) und verschiebt jedes als Ganzes von seinem Dach, wie ein Schrägbild es zeigt, auf den Boden oder zurück.

Gebraucht werden die Höhen über Grund (m), die „Höhen schätzen“ schreibt; deren Datei sagt auch, von wo der Sensor blickte. Für andere Höhen geben Sie Azimut und Nadirwinkel (Grad) an.

Gebäude: die Polygone mit allen Attributen und den neuen height_median_m, height_p90_m, height_max_m, height_roof_m, volume_m3 und height_pixels (auf wie vielen Pixeln sie beruhen); NULL, wo keine Höhe bekannt ist. Zahlen: Polygone und ihr Volumen (m³).</translation>
        </message>
        <message>
            <location filename="../algorithms/footprints_to_ground.py" />
            <source>Polygons of buildings</source>
            <translation>Gebäudepolygone</translation>
        </message>
        <message>
            <location filename="../algorithms/footprints_to_ground.py" />
            <source>In any reference system. Filters and selections of the layer hold.</source>
            <translation>In beliebigem Bezugssystem. Filter und Auswahl des Layers gelten.</translation>
        </message>
        <message>
            <location filename="../algorithms/footprints_to_ground.py" />
            <source>Metres above ground of what each pixel of the image shows, in a file.</source>
            <translation>Meter über Grund dessen, was jedes Pixel des Bildes zeigt, in einer Datei.</translation>
        </message>
        <message>
            <location filename="../algorithms/footprints_to_ground.py" />
            <source>Move to</source>
            <translation>Verschieben zu</translation>
        </message>
        <message>
            <location filename="../algorithms/footprints_to_ground.py" />
            <source>ground: the polygons are drawn on roofs. roof: they lie on the ground. none: they are only measured.</source>
            <translation>ground: Die Polygone sind auf Dächern gezeichnet. roof: Sie liegen auf dem Boden. none: Sie werden nur gemessen.</translation>
        </message>
        <message>
            <location filename="../algorithms/footprints_to_ground.py" />
            <source>Buildings</source>
            <translation>Gebäude</translation>
        </message>
        <message>
            <location filename="../algorithms/footprints_to_ground.py" />
            <source>GeoPackage (.gpkg), in the reference system of the polygons.</source>
            <translation>GeoPackage (.gpkg) im Bezugssystem der Polygone.</translation>
        </message>
        <message>
            <location filename="../algorithms/footprints_to_ground.py" />
            <source>Number of polygons</source>
            <translation>Anzahl der Polygone</translation>
        </message>
        <message>
            <location filename="../algorithms/footprints_to_ground.py" />
            <source>Volume of all buildings (m³)</source>
            <translation>Volumen aller Gebäude (m³)</translation>
        </message>
        <message>
            <location filename="../algorithms/image_algorithm.py" />
            <source>Results of more images</source>
            <translation>Ergebnisse weiterer Bilder</translation>
        </message>
        <message>
            <location filename="../algorithms/image_algorithm.py" />
            <source>Weights that were used</source>
            <translation>Benutzte Gewichte</translation>
        </message>
        <message>
            <location filename="../algorithms/image_algorithm.py" />
            <source>Device that was used</source>
            <translation>Benutztes Gerät</translation>
        </message>
        <message>
            <location filename="../algorithms/image_algorithm.py" />
            <source>There are more images, but no folder for their results: give {name}.</source>
            <translation>Es gibt weitere Bilder, aber keinen Ordner für ihre Ergebnisse: Geben Sie {name} an.</translation>
        </message>
        <message>
            <location filename="../algorithms/image_algorithm.py" />
            <source>Image {number} of {count}: {image}</source>
            <translation>Bild {number} von {count}: {image}</translation>
        </message>
        <message>
            <location filename="../algorithms/image_algorithm.py" />
            <source>{failed} of {count} images failed; the others are written.</source>
            <translation>{failed} von {count} Bildern sind misslungen; die anderen sind geschrieben.</translation>
        </message>
        <message>
            <location filename="../algorithms/image_algorithm.py" />
            <source>Any raster: files of any format that GDAL opens go as they are; web layers and other layers that are no files are rendered to a temporary image.</source>
            <translation>Jedes Raster: Dateien in allen Formaten, die GDAL öffnet, gehen, wie sie sind; Weblayer und andere Layer, die keine Dateien sind, werden in ein temporäres Bild gezeichnet.</translation>
        </message>
        <message>
            <location filename="../algorithms/mask_to_graph.py" />
            <source>Road mask to graph</source>
            <translation>Straßenmaske in Graph umwandeln</translation>
        </message>
        <message>
            <location filename="../algorithms/mask_to_graph.py" />
            <source>road,mask,segmentation,skeleton,thin,centreline,centerline,vectorize,graph</source>
            <translation>Straße,Maske,Segmentierung,Skelett,ausdünnen,Mittellinie,vektorisieren,Graph</translation>
        </message>
        <message>
            <location filename="../algorithms/mask_to_graph.py" />
            <source>Thins a mask of roads, such as a segmentation, to its centre lines, and joins them to a network.

Roads: one line from junction to junction, with its length (m), in the reference system of the mask; the same file (GeoPackage) holds the layer junctions. No network is needed for it, and no confidence is known. Numbers: total length (m), segments, junctions and pieces of the network.</source>
            <translation>Dünnt eine Straßenmaske, etwa eine Segmentierung, zu ihren Mittellinien aus und verbindet diese zu einem Netz.

Straßen: je eine Linie von Kreuzung zu Kreuzung mit ihrer Länge (m), im Bezugssystem der Maske; dieselbe Datei (GeoPackage) enthält den Layer junctions. Ein neuronales Netz wird dafür nicht gebraucht, und eine Konfidenz ist nicht bekannt. Zahlen: Gesamtlänge (m), Abschnitte, Kreuzungen und Teile des Netzes.</translation>
        </message>
        <message>
            <location filename="../algorithms/mask_to_graph.py" />
            <source>Mask</source>
            <translation>Maske</translation>
        </message>
        <message>
            <location filename="../algorithms/mask_to_graph.py" />
            <source>A file whose pixels are not 0 where there is road.</source>
            <translation>Eine Datei, deren Pixel nicht 0 sind, wo Straße ist.</translation>
        </message>
        <message>
            <location filename="../algorithms/parameters.py" />
            <source>More images</source>
            <translation>Weitere Bilder</translation>
        </message>
        <message>
            <location filename="../algorithms/parameters.py" />
            <source>Further images, worked on one after another by the same warm engine, with the same options.</source>
            <translation>Weitere Bilder, die derselbe warme Rechenkern nacheinander mit denselben Optionen bearbeitet.</translation>
        </message>
        <message>
            <location filename="../algorithms/parameters.py" />
            <source>Folder for the results of more images</source>
            <translation>Ordner für die Ergebnisse weiterer Bilder</translation>
        </message>
        <message>
            <location filename="../algorithms/parameters.py" />
            <source>For each of the further images, {what} is written here, named after the image.</source>
            <translation>Für jedes weitere Bild wird {what} hierhin geschrieben, benannt nach dem Bild.</translation>
        </message>
        <message>
            <location filename="../algorithms/parameters.py" />
            <source>Bands as red, green, blue</source>
            <translation>Kanäle als Rot, Grün, Blau</translation>
        </message>
        <message>
            <location filename="../algorithms/parameters.py" />
            <source>Numbers of one or three bands, counted from 1, such as 3,2,1. Empty: the bands that the layer shows, or that the file declares as colours.</source>
            <translation>Nummern eines oder dreier Kanäle, ab 1 gezählt, etwa 3,2,1. Leer: die Kanäle, die der Layer zeigt oder die Datei als Farben angibt.</translation>
        </message>
        <message>
            <location filename="../algorithms/parameters.py" />
            <source>As text: xmin,xmax,ymin,ymax [EPSG:n]; without a system, that of the project.</source>
            <translation>Als Text: xmin,xmax,ymin,ymax [EPSG:n]; ohne System das des Projekts.</translation>
        </message>
        <message>
            <location filename="../algorithms/parameters.py" />
            <source>Extent</source>
            <translation>Ausdehnung</translation>
        </message>
        <message>
            <location filename="../algorithms/parameters.py" />
            <source>Ground size of a pixel (m)</source>
            <translation>Größe eines Pixels am Boden (m)</translation>
        </message>
        <message>
            <location filename="../algorithms/parameters.py" />
            <source>Only for images without georeference; others know it.</source>
            <translation>Nur für Bilder ohne Georeferenz; andere kennen sie.</translation>
        </message>
        <message>
            <location filename="../algorithms/parameters.py" />
            <source>Resolution of web layers (m per pixel)</source>
            <translation>Auflösung von Weblayern (m je Pixel)</translation>
        </message>
        <message>
            <location filename="../algorithms/parameters.py" />
            <source>True ground size at which layers that are no files (XYZ, WMS, WMTS, ArcGIS tiles, virtual layers) are rendered to a temporary image. Web layers need it; 0.3 to 1 suits the shipped weights. Files are used as they are.</source>
            <translation>Wahre Größe am Boden, mit der Layer, die keine Dateien sind (XYZ, WMS, WMTS, ArcGIS-Kacheln, virtuelle Layer), in ein temporäres Bild gezeichnet werden. Weblayer brauchen sie; 0,3 bis 1 passt zu den mitgelieferten Gewichten. Dateien werden benutzt, wie sie sind.</translation>
        </message>
        <message>
            <location filename="../algorithms/parameters.py" />
            <source>Most pixels to render</source>
            <translation>Höchstzahl zu zeichnender Pixel</translation>
        </message>
        <message>
            <location filename="../algorithms/parameters.py" />
            <source>Rendering more than this is refused; a smaller extent or a coarser resolution needs fewer.</source>
            <translation>Mehr zu zeichnen wird abgelehnt; eine kleinere Ausdehnung oder gröbere Auflösung braucht weniger.</translation>
        </message>
        <message>
            <location filename="../algorithms/parameters.py" />
            <source>Weights of the network</source>
            <translation>Gewichte des Netzes</translation>
        </message>
        <message>
            <location filename="../algorithms/parameters.py" />
            <source>Weights (*.safetensors *.pt *.pth *.ckpt)</source>
            <translation>Gewichte (*.safetensors *.pt *.pth *.ckpt)</translation>
        </message>
        <message>
            <location filename="../algorithms/parameters.py" />
            <source>All files (*)</source>
            <translation>Alle Dateien (*)</translation>
        </message>
        <message>
            <location filename="../algorithms/parameters.py" />
            <source>A name of shipped weights ({names}), or the path of a weights file (.safetensors).</source>
            <translation>Ein Name mitgelieferter Gewichte ({names}) oder der Pfad einer Gewichtsdatei (.safetensors).</translation>
        </message>
        <message>
            <location filename="../algorithms/parameters.py" />
            <source>One of the words auto, cpu and cuda. auto: the graphics card where there is one that works, else the processor.</source>
            <translation>Eines der Wörter auto, cpu und cuda. auto: die Grafikkarte, wo es eine gibt, die arbeitet, sonst der Prozessor.</translation>
        </message>
        <message>
            <location filename="../algorithms/parameters.py" />
            <source>Direction from the ground to the sensor, clockwise from north. Empty: as the file's metadata say, else as estimated.</source>
            <translation>Richtung vom Boden zum Sensor, im Uhrzeigersinn von Norden. Leer: wie die Metadaten der Datei sagen, sonst wie geschätzt.</translation>
        </message>
        <message>
            <location filename="../algorithms/parameters.py" />
            <source>At the ground, between the vertical and the line to the sensor; 0 is straight above. Empty: as the file's metadata say, else as estimated.</source>
            <translation>Am Boden, zwischen der Senkrechten und der Linie zum Sensor; 0 ist genau von oben. Leer: wie die Metadaten der Datei sagen, sonst wie geschätzt.</translation>
        </message>
        <message>
            <location filename="../algorithms/rectify.py" />
            <source>Rectify image by heights</source>
            <translation>Bild mit Höhen entzerren</translation>
        </message>
        <message>
            <location filename="../algorithms/rectify.py" />
            <source>rectify,true orthophoto,ortho,nadir,lean,oblique,heights</source>
            <translation>entzerren,True Orthophoto,Ortho,Nadir,Versatz,Schrägbild,Höhen</translation>
        </message>
        <message>
            <location filename="../algorithms/rectify.py" />
            <source>Moves everything that an oblique image shows to its place on the ground, as if seen from straight above: a true orthophoto.

It needs heights above ground (m) of the same place, such as those of Estimate heights, whose files also say from where the sensor looked; of other heights, give azimuth and angle off nadir (degrees).

Ground that the image does not show, behind something high, is outside the mask of the result. Its share of the image is returned as a number (0 to 1).</source>
            <translation>Verschiebt alles, was ein Schrägbild zeigt, an seinen Ort am Boden, als sähe man es genau von oben: ein True Orthophoto.

Gebraucht werden Höhen über Grund (m) vom selben Ort, etwa die von „Höhen schätzen“, deren Dateien auch sagen, von wo der Sensor blickte; für andere Höhen geben Sie Azimut und Nadirwinkel (Grad) an.

Boden, den das Bild nicht zeigt, weil er hinter etwas Hohem liegt, ist außerhalb der Maske des Ergebnisses. Sein Anteil am Bild wird als Zahl zurückgegeben (0 bis 1).</translation>
        </message>
        <message>
            <location filename="../algorithms/rectify.py" />
            <source>The oblique image, a file.</source>
            <translation>Das Schrägbild, eine Datei.</translation>
        </message>
        <message>
            <location filename="../algorithms/rectify.py" />
            <source>Metres above ground, in a file, on any grid of this place.</source>
            <translation>Meter über Grund, in einer Datei, auf einem beliebigen Gitter dieses Ortes.</translation>
        </message>
        <message>
            <location filename="../algorithms/rectify.py" />
            <source>Heights lie</source>
            <translation>Höhen liegen</translation>
        </message>
        <message>
            <location filename="../algorithms/rectify.py" />
            <source>image: they are of what each pixel of the image shows, as Estimate heights writes them. ground: of what stands at each place, as those of a laser scan.</source>
            <translation>image: Sie gelten für das, was jedes Pixel des Bildes zeigt, wie „Höhen schätzen“ sie schreibt. ground: für das, was an jedem Ort steht, wie die eines Laserscans.</translation>
        </message>
        <message>
            <location filename="../algorithms/rectify.py" />
            <source>GeoTIFF with the bands of the image; its mask says what is hidden.</source>
            <translation>GeoTIFF mit den Kanälen des Bildes; seine Maske sagt, was verdeckt ist.</translation>
        </message>
        <message>
            <location filename="../algorithms/rectify.py" />
            <source>Share of the image that is hidden (0 to 1)</source>
            <translation>Verdeckter Anteil des Bildes (0 bis 1)</translation>
        </message>
        <message>
            <location filename="../algorithms/road_results.py" />
            <source>GeoPackage (.gpkg) with the layers roads and junctions, or GeoJSON with the roads.</source>
            <translation>GeoPackage (.gpkg) mit den Layern roads und junctions oder GeoJSON mit den Straßen.</translation>
        </message>
        <message>
            <location filename="../algorithms/road_results.py" />
            <source>Junctions</source>
            <translation>Kreuzungen</translation>
        </message>
        <message>
            <location filename="../algorithms/road_results.py" />
            <source>Length of all roads (m)</source>
            <translation>Länge aller Straßen (m)</translation>
        </message>
        <message>
            <location filename="../algorithms/road_results.py" />
            <source>Number of road segments</source>
            <translation>Anzahl der Straßenabschnitte</translation>
        </message>
        <message>
            <location filename="../algorithms/road_results.py" />
            <source>Number of junctions, where three roads or more meet</source>
            <translation>Anzahl der Kreuzungen, an denen drei oder mehr Straßen sich treffen</translation>
        </message>
        <message>
            <location filename="../algorithms/road_results.py" />
            <source>Number of separate pieces of the network</source>
            <translation>Anzahl getrennter Teile des Netzes</translation>
        </message>
        <message>
            <location filename="../algorithms/road_results.py" />
            <source>Roads: {length:.0f} m, {segments:.0f} segments, {junctions:.0f} junctions</source>
            <translation>Straßen: {length:.0f} m, {segments:.0f} Abschnitte, {junctions:.0f} Kreuzungen</translation>
        </message>
        <message>
            <location filename="../algorithms/set_up_engine.py" />
            <source>Set up engine</source>
            <translation>Rechenkern einrichten</translation>
        </message>
        <message>
            <location filename="../algorithms/set_up_engine.py" />
            <source>install,python,pip,torch,cuda,offline,repair</source>
            <translation>Installation,Python,pip,Torch,CUDA,offline,reparieren</translation>
        </message>
        <message>
            <location filename="../algorithms/set_up_engine.py" />
            <source>Installs what Plumbline's engine needs, PyTorch above all, into a Python environment of its own in your data folder. QGIS and its Python stay as they are.

Nothing is downloaded or written before you agree: run it without consent to read what would be installed, where, and how large it is. A set-up that was interrupted is continued by the next one; after an update of Plumbline a new environment is made beside the old one, which goes when the new one is whole.

Without a network, name a folder of wheels. To use a Python that you look after yourself, name it in Plumbline's options or in the environment variable PLUMBLINE_PYTHON instead.</source>
            <translation>Installiert, was der Rechenkern von Plumbline braucht, vor allem PyTorch, in eine eigene Python-Umgebung in Ihrem Datenordner. QGIS und sein Python bleiben, wie sie sind.

Bevor Sie zustimmen, wird nichts heruntergeladen oder geschrieben: Lassen Sie den Algorithmus ohne Zustimmung laufen, um zu lesen, was wohin installiert würde und wie groß es ist. Eine unterbrochene Einrichtung setzt die nächste fort; nach einer Aktualisierung von Plumbline entsteht eine neue Umgebung neben der alten, und diese verschwindet, wenn die neue vollständig ist.

Ohne Internet nennen Sie einen Ordner mit Wheels. Um ein Python zu benutzen, das Sie selbst pflegen, nennen Sie es stattdessen in den Optionen von Plumbline oder in der Umgebungsvariablen PLUMBLINE_PYTHON.</translation>
        </message>
        <message>
            <location filename="../algorithms/set_up_engine.py" />
            <source>What to do</source>
            <translation>Was zu tun ist</translation>
        </message>
        <message>
            <location filename="../algorithms/set_up_engine.py" />
            <source>install: make the environment, continue an interrupted one or update it. repair: make it anew. remove: delete it. check: only look.</source>
            <translation>install: die Umgebung anlegen, eine unterbrochene fortsetzen oder aktualisieren. repair: neu anlegen. remove: löschen. check: nur nachsehen.</translation>
        </message>
        <message>
            <location filename="../algorithms/set_up_engine.py" />
            <source>I agree to what will happen</source>
            <translation>Ich stimme dem zu, was geschehen wird</translation>
        </message>
        <message>
            <location filename="../algorithms/set_up_engine.py" />
            <source>Without it nothing happens, and you are told what would.</source>
            <translation>Ohne Zustimmung geschieht nichts, und Sie erfahren, was geschähe.</translation>
        </message>
        <message>
            <location filename="../algorithms/set_up_engine.py" />
            <location filename="../gui/set_up_form.py" />
            <source>Build of PyTorch</source>
            <translation>Ausgabe von PyTorch</translation>
        </message>
        <message>
            <location filename="../algorithms/set_up_engine.py" />
            <source>auto: CUDA where an NVIDIA card with a fitting driver is found, else CPU.</source>
            <translation>auto: CUDA, wo eine NVIDIA-Karte mit passendem Treiber gefunden wird, sonst CPU.</translation>
        </message>
        <message>
            <location filename="../algorithms/set_up_engine.py" />
            <location filename="../gui/set_up_form.py" />
            <location filename="../set_up.py" />
            <source>Folder</source>
            <translation>Ordner</translation>
        </message>
        <message>
            <location filename="../algorithms/set_up_engine.py" />
            <source>Where environments are kept; a new or an empty folder. Empty: your data folder.</source>
            <translation>Wo Umgebungen liegen; ein neuer oder leerer Ordner. Leer: Ihr Datenordner.</translation>
        </message>
        <message>
            <location filename="../algorithms/set_up_engine.py" />
            <location filename="../gui/set_up_form.py" />
            <source>Folder of wheels</source>
            <translation>Ordner mit Wheels</translation>
        </message>
        <message>
            <location filename="../algorithms/set_up_engine.py" />
            <source>Install from these files only, without any network.</source>
            <translation>Nur aus diesen Dateien installieren, ganz ohne Internet.</translation>
        </message>
        <message>
            <location filename="../algorithms/set_up_engine.py" />
            <location filename="../gui/set_up_form.py" />
            <source>Index of PyTorch builds</source>
            <translation>Index für Ausgaben von PyTorch</translation>
        </message>
        <message>
            <location filename="../algorithms/set_up_engine.py" />
            <source>Address of one more package index, asked beside the one that pip is set to.</source>
            <translation>Adresse eines weiteren Paketindex, der neben dem von pip gefragt wird.</translation>
        </message>
        <message>
            <location filename="../algorithms/set_up_engine.py" />
            <location filename="../gui/set_up_form.py" />
            <source>Python to build on</source>
            <translation>Python als Grundlage</translation>
        </message>
        <message>
            <location filename="../algorithms/set_up_engine.py" />
            <source>Python 3.11 to 3.13 with venv and pip. Empty: the first one that is found.</source>
            <translation>Python 3.11 bis 3.13 mit venv und pip. Leer: das erste, das gefunden wird.</translation>
        </message>
        <message>
            <location filename="../algorithms/set_up_engine.py" />
            <source>Interpreter of the engine</source>
            <translation>Interpreter des Rechenkerns</translation>
        </message>
        <message>
            <location filename="../algorithms/set_up_engine.py" />
            <source>Version of Plumbline</source>
            <translation>Version von Plumbline</translation>
        </message>
        <message>
            <location filename="../algorithms/set_up_engine.py" />
            <source>Log file</source>
            <translation>Protokolldatei</translation>
        </message>
        <message>
            <location filename="../algorithms/set_up_engine.py" />
            <source>State: absent, broken, outdated or ready</source>
            <translation>Zustand: absent (fehlt), broken (unvollständig), outdated (veraltet) oder ready (bereit)</translation>
        </message>
        <message>
            <location filename="../algorithms/set_up_engine.py" />
            <source>Cancelled. What was installed so far is kept: run Set up engine again to go on.</source>
            <translation>Abgebrochen. Was schon installiert ist, bleibt: Starten Sie „Rechenkern einrichten“ noch einmal, um fortzufahren.</translation>
        </message>
        <message>
            <location filename="../algorithms/set_up_engine.py" />
            <source>To agree, tick "I agree to what will happen" (CONSENT=true).</source>
            <translation>Um zuzustimmen, haken Sie „Ich stimme dem zu, was geschehen wird“ an (CONSENT=true).</translation>
        </message>
        <message>
            <location filename="../algorithms/set_up_engine.py" />
            <source>The engine's environment in {folder} would be deleted.</source>
            <translation>Die Umgebung des Rechenkerns in {folder} würde gelöscht.</translation>
        </message>
        <message>
            <location filename="../algorithms/set_up_engine.py" />
            <source>Nothing was installed yet. This would be:</source>
            <translation>Noch wurde nichts installiert. Dies würde es:</translation>
        </message>
        <message>
            <location filename="../algorithms/sources.py" />
            <source>{name} cannot be used as it is: only {copied} of {wanted} features can be copied. Where values of a field fid repeat, rename or remove that field.</source>
            <translation>{name} ist so nicht zu gebrauchen: Nur {copied} von {wanted} Objekten lassen sich kopieren. Wo sich Werte eines Feldes fid wiederholen, benennen Sie das Feld um oder entfernen Sie es.</translation>
        </message>
        <message>
            <location filename="../algorithms/sources.py" />
            <source>{name} cannot be opened as a layer of features: repair it.</source>
            <translation>{name} lässt sich nicht als Vektorlayer öffnen: Reparieren Sie die Datei.</translation>
        </message>
        <message>
            <location filename="../algorithms/sources.py" />
            <source>The layer {} cannot be read: repair its source.</source>
            <translation>Der Layer {} lässt sich nicht lesen: Reparieren Sie seine Quelle.</translation>
        </message>
        <message>
            <location filename="../algorithms/sources.py" />
            <source>The layer {} is not in a file: export it (Export, Save As) and give the file.</source>
            <translation>Der Layer {} liegt nicht in einer Datei: Exportieren Sie ihn (Export, Speichern als), und geben Sie die Datei an.</translation>
        </message>
        <message>
            <location filename="../algorithms/sources.py" />
            <source>{name} cannot be opened: give a layer of the project, a file or a folder.</source>
            <translation>{name} lässt sich nicht öffnen: Geben Sie einen Layer des Projekts, eine Datei oder einen Ordner an.</translation>
        </message>
        <message>
            <location filename="../algorithms/values.py" />
            <source>The extent's reference system has no EPSG number: give the extent in one that has.</source>
            <translation>Das Bezugssystem der Ausdehnung hat keine EPSG-Nummer: Geben Sie sie in einem an, das eine hat.</translation>
        </message>
        <message>
            <location filename="../algorithms/values.py" />
            <source>The folder {folder} ({name}) cannot be made: {problem}. Choose another one.</source>
            <translation>Der Ordner {folder} ({name}) lässt sich nicht anlegen: {problem}. Wählen Sie einen anderen.</translation>
        </message>
        <message>
            <location filename="../click_tool/colours.py" />
            <location filename="../click_tool/table.py" />
            <source>unknown</source>
            <translation>unbekannt</translation>
        </message>
        <message>
            <location filename="../click_tool/colours.py" />
            <source>from {} %</source>
            <translation>ab {} %</translation>
        </message>
        <message>
            <location filename="../click_tool/colours.py" />
            <source>below</source>
            <translation>darunter</translation>
        </message>
        <message>
            <location filename="../click_tool/commands.py" />
            <source>Extract this view</source>
            <translation>Diese Ansicht extrahieren</translation>
        </message>
        <message>
            <location filename="../click_tool/commands.py" />
            <source>Extract all that the map shows now</source>
            <translation>Alles extrahieren, was die Karte gerade zeigt</translation>
        </message>
        <message>
            <location filename="../click_tool/commands.py" />
            <location filename="../gui/set_up_dialog.py" />
            <source>Cancel</source>
            <translation>Abbrechen</translation>
        </message>
        <message>
            <location filename="../click_tool/commands.py" />
            <source>Stop what runs and forget what waits; else select nothing</source>
            <translation>Abbrechen, was läuft, und vergessen, was wartet; sonst Auswahl aufheben</translation>
        </message>
        <message>
            <location filename="../click_tool/commands.py" />
            <source>Esc</source>
            <translation>Esc</translation>
        </message>
        <message>
            <location filename="../click_tool/commands.py" />
            <source>Accept all</source>
            <translation>Alle übernehmen</translation>
        </message>
        <message>
            <location filename="../click_tool/commands.py" />
            <source>Put all roads shown into the layer</source>
            <translation>Alle gezeigten Straßen in den Layer übernehmen</translation>
        </message>
        <message>
            <location filename="../click_tool/commands.py" />
            <source>Accept</source>
            <translation>Übernehmen</translation>
        </message>
        <message>
            <location filename="../click_tool/commands.py" />
            <source>Put the selected roads into the layer</source>
            <translation>Die gewählten Straßen in den Layer übernehmen</translation>
        </message>
        <message>
            <location filename="../click_tool/commands.py" />
            <source>Enter</source>
            <translation>Eingabe</translation>
        </message>
        <message>
            <location filename="../click_tool/commands.py" />
            <source>Drop</source>
            <translation>Verwerfen</translation>
        </message>
        <message>
            <location filename="../click_tool/commands.py" />
            <source>Take the selected roads away; they are not offered again</source>
            <translation>Die gewählten Straßen wegnehmen; sie werden nicht wieder angeboten</translation>
        </message>
        <message>
            <location filename="../click_tool/commands.py" />
            <source>Del</source>
            <translation>Entf</translation>
        </message>
        <message>
            <location filename="../click_tool/commands.py" />
            <source>Restore</source>
            <translation>Zurückholen</translation>
        </message>
        <message>
            <location filename="../click_tool/commands.py" />
            <source>Offer again what was dropped</source>
            <translation>Verworfenes wieder anbieten</translation>
        </message>
        <message>
            <location filename="../click_tool/extractions.py" />
            <source>Reading the map</source>
            <translation>Karte lesen</translation>
        </message>
        <message>
            <location filename="../click_tool/found.py" />
            <source>The engine's result {} holds no layer of roads.</source>
            <translation>Das Ergebnis {} des Rechenkerns enthält keinen Straßenlayer.</translation>
        </message>
        <message>
            <location filename="../click_tool/offer_list.py" />
            <source>Roads less certain are neither shown nor accepted</source>
            <translation>Weniger sichere Straßen werden weder gezeigt noch übernommen</translation>
        </message>
        <message>
            <location filename="../click_tool/offer_list.py" />
            <source>Double click shows a road on the map</source>
            <translation>Ein Doppelklick zeigt eine Straße auf der Karte</translation>
        </message>
        <message>
            <location filename="../click_tool/offer_list.py" />
            <source>Least confidence</source>
            <translation>Kleinste Konfidenz</translation>
        </message>
        <message>
            <location filename="../click_tool/offering.py" />
            <source>The roads found do not fit into {}, the CRS of the target layer: choose another.</source>
            <translation>Die gefundenen Straßen passen nicht in {}, das KBS des Ziellayers: Wählen Sie ein anderes.</translation>
        </message>
        <message>
            <location filename="../click_tool/panel.py" />
            <source>Plumbline: roads by click</source>
            <translation>Plumbline: Straßen per Klick</translation>
        </message>
        <message>
            <location filename="../click_tool/panel.py" />
            <location filename="../gui/engine_report.py" />
            <location filename="../gui/tools.py" />
            <source>Set up engine…</source>
            <translation>Rechenkern einrichten…</translation>
        </message>
        <message>
            <location filename="../click_tool/panel.py" />
            <source>Click on a road, or drag a rectangle. On an offered road: click selects, double click accepts, right click drops.</source>
            <translation>Klicken Sie auf eine Straße, oder ziehen Sie ein Rechteck. Auf einer angebotenen Straße: Klick wählt, Doppelklick übernimmt, Rechtsklick verwirft.</translation>
        </message>
        <message>
            <location filename="../click_tool/panel.py" />
            <source>Accept all {}</source>
            <translation>Alle {} übernehmen</translation>
        </message>
        <message>
            <location filename="../click_tool/panel.py" />
            <source>Restore {}</source>
            <translation>{} zurückholen</translation>
        </message>
        <message>
            <location filename="../click_tool/panel.py" />
            <source>Ready</source>
            <translation>Bereit</translation>
        </message>
        <message>
            <location filename="../click_tool/panel.py" />
            <source>{what}, {count} waiting</source>
            <translation>{what}, {count} warten</translation>
        </message>
        <message>
            <location filename="../click_tool/review.py" />
            <source>{} new roads.</source>
            <translation>{} neue Straßen.</translation>
        </message>
        <message>
            <location filename="../click_tool/review.py" />
            <source>No new roads here.</source>
            <translation>Keine neuen Straßen hier.</translation>
        </message>
        <message>
            <location filename="../click_tool/review.py" />
            <source>There is nothing to accept: click on a road first.</source>
            <translation>Es gibt nichts zu übernehmen: Klicken Sie zuerst auf eine Straße.</translation>
        </message>
        <message>
            <location filename="../click_tool/review.py" />
            <source>Choose the layer that accepted roads go into, or make a new one.</source>
            <translation>Wählen Sie den Layer, in den übernommene Straßen kommen, oder legen Sie einen neuen an.</translation>
        </message>
        <message>
            <location filename="../click_tool/review.py" />
            <source>{} roads accepted into {}.</source>
            <translation>{} Straßen in {} übernommen.</translation>
        </message>
        <message>
            <location filename="../click_tool/session.py" />
            <source>Choose the raster to extract roads from.</source>
            <translation>Wählen Sie das Raster, aus dem Straßen extrahiert werden.</translation>
        </message>
        <message>
            <location filename="../click_tool/session.py" />
            <source>The raster {} has no CRS: set it in its properties, under Source.</source>
            <translation>Das Raster {} hat kein KBS: Setzen Sie es in seinen Eigenschaften unter Quelle.</translation>
        </message>
        <message>
            <location filename="../click_tool/session.py" />
            <source>Cancelled.</source>
            <translation>Abgebrochen.</translation>
        </message>
        <message>
            <location filename="../click_tool/sources.py" />
            <source>The image to find roads in: a file, or a web layer</source>
            <translation>Das Bild, in dem Straßen gesucht werden: eine Datei oder ein Weblayer</translation>
        </message>
        <message>
            <location filename="../click_tool/sources.py" />
            <source>The layer of lines that accepted roads go into; only what is not there is offered</source>
            <translation>Der Linienlayer, in den angenommene Straßen kommen; angeboten wird nur, was dort fehlt</translation>
        </message>
        <message>
            <location filename="../click_tool/sources.py" />
            <source> m</source>
            <translation> m</translation>
        </message>
        <message>
            <location filename="../click_tool/sources.py" />
            <source>Side of the square round a click, on the ground</source>
            <translation>Seite des Quadrats um einen Klick, am Boden</translation>
        </message>
        <message>
            <location filename="../click_tool/sources.py" />
            <source>New…</source>
            <translation>Neu…</translation>
        </message>
        <message>
            <location filename="../click_tool/sources.py" />
            <source>Make a GeoPackage for accepted roads</source>
            <translation>Ein GeoPackage für übernommene Straßen anlegen</translation>
        </message>
        <message>
            <location filename="../click_tool/sources.py" />
            <source>Raster</source>
            <translation>Raster</translation>
        </message>
        <message>
            <location filename="../click_tool/sources.py" />
            <source>Into</source>
            <translation>In</translation>
        </message>
        <message>
            <location filename="../click_tool/sources.py" />
            <source>Window</source>
            <translation>Fenster</translation>
        </message>
        <message>
            <location filename="../click_tool/sources.py" />
            <source>GeoPackage for accepted roads</source>
            <translation>GeoPackage für übernommene Straßen</translation>
        </message>
        <message>
            <location filename="../click_tool/sources.py" />
            <source>Choose the raster to extract roads from first: its CRS is the new layer's.</source>
            <translation>Wählen Sie zuerst das Raster, aus dem Straßen extrahiert werden: Sein KBS wird das des neuen Layers.</translation>
        </message>
        <message>
            <location filename="../click_tool/table.py" />
            <source>{} m</source>
            <translation>{} m</translation>
        </message>
        <message>
            <location filename="../click_tool/table.py" />
            <source>Confidence</source>
            <translation>Konfidenz</translation>
        </message>
        <message>
            <location filename="../click_tool/table.py" />
            <source>Length</source>
            <translation>Länge</translation>
        </message>
        <message>
            <location filename="../click_tool/target.py" />
            <source>No layer could be made in {path}: {problem}. Choose another place.</source>
            <translation>In {path} ließ sich kein Layer anlegen: {problem}. Wählen Sie einen anderen Ort.</translation>
        </message>
        <message>
            <location filename="../click_tool/target.py" />
            <source>it cannot be read back</source>
            <translation>er lässt sich nicht wieder lesen</translation>
        </message>
        <message>
            <location filename="../click_tool/target.py" />
            <source>{} is no GeoPackage: choose another name.</source>
            <translation>{} ist kein GeoPackage: Wählen Sie einen anderen Namen.</translation>
        </message>
        <message>
            <location filename="../click_tool/target.py" />
            <source>The layer {} cannot be read: repair its data source.</source>
            <translation>Der Layer {} lässt sich nicht lesen: Reparieren Sie seine Datenquelle.</translation>
        </message>
        <message>
            <location filename="../click_tool/target.py" />
            <source>The layer {} holds no lines: choose a layer of lines.</source>
            <translation>Der Layer {} enthält keine Linien: Wählen Sie einen Linienlayer.</translation>
        </message>
        <message>
            <location filename="../click_tool/target.py" />
            <source>The layer {} has no CRS: set it in its properties.</source>
            <translation>Der Layer {} hat kein KBS: Setzen Sie es in seinen Eigenschaften.</translation>
        </message>
        <message>
            <location filename="../click_tool/target.py" />
            <source>The layer {} is read-only: save it as a GeoPackage (Export &gt; Save Features As), or choose another layer.</source>
            <translation>Der Layer {} ist schreibgeschützt: Speichern Sie ihn als GeoPackage (Export &gt; Objekte speichern als), oder wählen Sie einen anderen Layer.</translation>
        </message>
        <message>
            <location filename="../click_tool/target.py" />
            <source>The layer {} cannot be edited now: it may be open elsewhere.</source>
            <translation>Der Layer {} lässt sich gerade nicht bearbeiten: Er ist vielleicht anderswo geöffnet.</translation>
        </message>
        <message>
            <location filename="../click_tool/target.py" />
            <source>Finish what you draw in the layer {} first.</source>
            <translation>Beenden Sie zuerst, was Sie im Layer {} zeichnen.</translation>
        </message>
        <message>
            <location filename="../click_tool/target.py" />
            <source>Accept roads</source>
            <translation>Straßen übernehmen</translation>
        </message>
        <message>
            <location filename="../click_tool/target.py" />
            <source>The layer {} does not take new lines now.</source>
            <translation>Der Layer {} nimmt gerade keine neuen Linien an.</translation>
        </message>
        <message>
            <location filename="../click_tool/windows.py" />
            <source>There is no ground at this place of {}.</source>
            <translation>An dieser Stelle von {} gibt es keinen Boden.</translation>
        </message>
        <message>
            <location filename="../click_tool/windows.py" />
            <source>This place of the map is not in the CRS of the raster.</source>
            <translation>Diese Stelle der Karte liegt nicht im KBS des Rasters.</translation>
        </message>
        <message>
            <location filename="../click_tool/windows.py" />
            <source>The raster does not reach here: click inside it, or choose another raster.</source>
            <translation>Das Raster reicht nicht hierher: Klicken Sie hinein, oder wählen Sie ein anderes Raster.</translation>
        </message>
        <message>
            <location filename="../engine_words.py" />
            <source>Reading the image and predicting</source>
            <translation>Bild lesen und auswerten</translation>
        </message>
        <message>
            <location filename="../engine_words.py" />
            <source>Tracing the roads</source>
            <translation>Straßen nachzeichnen</translation>
        </message>
        <message>
            <location filename="../engine_words.py" />
            <source>Writing the heights</source>
            <translation>Höhen schreiben</translation>
        </message>
        <message>
            <location filename="../engine_words.py" />
            <source>Writing the flow</source>
            <translation>Versatzfeld schreiben</translation>
        </message>
        <message>
            <location filename="../engine_words.py" />
            <source>Looking for what is high</source>
            <translation>Hohes suchen</translation>
        </message>
        <message>
            <location filename="../engine_words.py" />
            <source>Moving pixels to the ground</source>
            <translation>Pixel auf den Boden verschieben</translation>
        </message>
        <message>
            <location filename="../engine_words.py" />
            <source>Measuring buildings</source>
            <translation>Gebäude messen</translation>
        </message>
        <message>
            <location filename="../engine_words.py" />
            <source>Comparing</source>
            <translation>Vergleichen</translation>
        </message>
        <message>
            <location filename="../engine_words.py" />
            <source>Writing</source>
            <translation>Schreiben</translation>
        </message>
        <message>
            <location filename="../gui/engine_report.py" />
            <source>Plumbline: check engine</source>
            <translation>Plumbline: Rechenkern prüfen</translation>
        </message>
        <message>
            <location filename="../gui/engine_report.py" />
            <source>Starting the engine and letting each network predict a small image…</source>
            <translation>Der Rechenkern startet und lässt jedes Netz ein kleines Bild auswerten…</translation>
        </message>
        <message>
            <location filename="../gui/engine_report.py" />
            <source>Copy</source>
            <translation>Kopieren</translation>
        </message>
        <message>
            <location filename="../gui/engine_report.py" />
            <source>The engine works.</source>
            <translation>Der Rechenkern funktioniert.</translation>
        </message>
        <message>
            <location filename="../gui/messages.py" />
            <source>Details…</source>
            <translation>Einzelheiten…</translation>
        </message>
        <message>
            <location filename="../gui/messages.py" />
            <source>Set up…</source>
            <translation>Einrichten…</translation>
        </message>
        <message>
            <location filename="../gui/options_page.py" />
            <source>Python interpreter with the engine's requirements</source>
            <translation>Python-Interpreter mit allem, was der Rechenkern braucht</translation>
        </message>
        <message>
            <location filename="../gui/options_page.py" />
            <source>the private environment that Set up engine makes</source>
            <translation>die eigene Umgebung, die „Rechenkern einrichten“ anlegt</translation>
        </message>
        <message>
            <location filename="../gui/options_page.py" />
            <source>Folder of the private environment</source>
            <translation>Ordner der eigenen Umgebung</translation>
        </message>
        <message>
            <location filename="../gui/options_page.py" />
            <source> min</source>
            <translation> min</translation>
        </message>
        <message>
            <location filename="../gui/options_page.py" />
            <source>GPU if there is one, else the processor</source>
            <translation>GPU, wenn es eine gibt, sonst der Prozessor</translation>
        </message>
        <message>
            <location filename="../gui/options_page.py" />
            <source>Processor</source>
            <translation>Prozessor</translation>
        </message>
        <message>
            <location filename="../gui/options_page.py" />
            <source>GPU (CUDA)</source>
            <translation>GPU (CUDA)</translation>
        </message>
        <message>
            <location filename="../gui/options_page.py" />
            <source>Interpreter</source>
            <translation>Interpreter</translation>
        </message>
        <message>
            <location filename="../gui/options_page.py" />
            <source>Private environment</source>
            <translation>Eigene Umgebung</translation>
        </message>
        <message>
            <location filename="../gui/options_page.py" />
            <source>Ends when idle for</source>
            <translation>Endet ohne Arbeit nach</translation>
        </message>
        <message>
            <location filename="../gui/options_page.py" />
            <source>Click-to-extract runs on</source>
            <translation>Extrahieren per Klick läuft auf</translation>
        </message>
        <message>
            <location filename="../gui/options_page.py" />
            <source>The engine runs beside QGIS as a program of its own, and keeps its networks in memory until it has been idle for so long. Everything stays on this machine.</source>
            <translation>Der Rechenkern läuft als eigenes Programm neben QGIS und behält seine Netze im Speicher, bis er so lange ohne Arbeit war. Alles bleibt auf diesem Rechner.</translation>
        </message>
        <message>
            <location filename="../gui/set_up_dialog.py" />
            <source>Plumbline: set up engine</source>
            <translation>Plumbline: Rechenkern einrichten</translation>
        </message>
        <message>
            <location filename="../gui/set_up_dialog.py" />
            <source>Agree and install</source>
            <translation>Zustimmen und installieren</translation>
        </message>
        <message>
            <location filename="../gui/set_up_dialog.py" />
            <source>Repair</source>
            <translation>Reparieren</translation>
        </message>
        <message>
            <location filename="../gui/set_up_dialog.py" />
            <source>Remove…</source>
            <translation>Entfernen…</translation>
        </message>
        <message>
            <location filename="../gui/set_up_dialog.py" />
            <source>Make the environment anew</source>
            <translation>Die Umgebung neu anlegen</translation>
        </message>
        <message>
            <location filename="../gui/set_up_dialog.py" />
            <source>Plumbline's engine runs beside QGIS in a Python environment of its own, which is made here. QGIS and its Python stay as they are, and nothing happens before you agree.</source>
            <translation>Der Rechenkern von Plumbline läuft neben QGIS in einer eigenen Python-Umgebung, die hier angelegt wird. QGIS und sein Python bleiben, wie sie sind, und nichts geschieht, bevor Sie zustimmen.</translation>
        </message>
        <message>
            <location filename="../gui/set_up_dialog.py" />
            <source>The engine is being set up…</source>
            <translation>Der Rechenkern wird eingerichtet…</translation>
        </message>
        <message>
            <location filename="../gui/set_up_dialog.py" />
            <source>Agree and continue</source>
            <translation>Zustimmen und fortsetzen</translation>
        </message>
        <message>
            <location filename="../gui/set_up_dialog.py" />
            <source>Agree and update</source>
            <translation>Zustimmen und aktualisieren</translation>
        </message>
        <message>
            <location filename="../gui/set_up_dialog.py" />
            <source>Check</source>
            <translation>Prüfen</translation>
        </message>
        <message>
            <location filename="../gui/set_up_dialog.py" />
            <location filename="../gui/set_up_form.py" />
            <source>Looking at this computer…</source>
            <translation>Dieser Rechner wird untersucht…</translation>
        </message>
        <message>
            <location filename="../gui/set_up_dialog.py" />
            <source>Plumbline: looking at what the engine needs</source>
            <translation>Plumbline: Bedarf des Rechenkerns feststellen</translation>
        </message>
        <message>
            <location filename="../gui/set_up_dialog.py" />
            <source>Plumbline: setting up the engine</source>
            <translation>Plumbline: Rechenkern einrichten</translation>
        </message>
        <message>
            <location filename="../gui/set_up_dialog.py" />
            <source>Delete the engine's environment in {folder}?</source>
            <translation>Die Umgebung des Rechenkerns in {folder} löschen?</translation>
        </message>
        <message>
            <location filename="../gui/set_up_dialog.py" />
            <source>Plumbline: removing the engine</source>
            <translation>Plumbline: Rechenkern entfernen</translation>
        </message>
        <message>
            <location filename="../gui/set_up_dialog.py" />
            <source>Cancelling…</source>
            <translation>Wird abgebrochen…</translation>
        </message>
        <message>
            <location filename="../gui/set_up_dialog.py" />
            <source>Cancelled. What was installed so far is kept for the next time.</source>
            <translation>Abgebrochen. Was schon installiert ist, bleibt für das nächste Mal.</translation>
        </message>
        <message>
            <location filename="../gui/set_up_dialog.py" />
            <source>Done: the engine works.</source>
            <translation>Fertig: Der Rechenkern funktioniert.</translation>
        </message>
        <message>
            <location filename="../gui/set_up_dialog.py" />
            <source>Removed.</source>
            <translation>Entfernt.</translation>
        </message>
        <message>
            <location filename="../gui/set_up_form.py" />
            <source>Options</source>
            <translation>Optionen</translation>
        </message>
        <message>
            <location filename="../gui/set_up_form.py" />
            <source>by what this computer has</source>
            <translation>nach dem, was dieser Rechner hat</translation>
        </message>
        <message>
            <location filename="../gui/set_up_form.py" />
            <source>CPU</source>
            <translation>CPU</translation>
        </message>
        <message>
            <location filename="../gui/set_up_form.py" />
            <source>CUDA (NVIDIA graphics cards)</source>
            <translation>CUDA (Grafikkarten von NVIDIA)</translation>
        </message>
        <message>
            <location filename="../gui/set_up_form.py" />
            <source>Folder of the engine</source>
            <translation>Ordner des Rechenkerns</translation>
        </message>
        <message>
            <location filename="../gui/set_up_form.py" />
            <source>none: packages are downloaded</source>
            <translation>keiner: Pakete werden heruntergeladen</translation>
        </message>
        <message>
            <location filename="../gui/set_up_form.py" />
            <source>none besides the one that pip is set to</source>
            <translation>keiner außer dem, den pip benutzt</translation>
        </message>
        <message>
            <location filename="../gui/set_up_form.py" />
            <source>the first Python 3.11 to 3.13 that is found</source>
            <translation>das erste Python 3.11 bis 3.13, das gefunden wird</translation>
        </message>
        <message>
            <location filename="../gui/set_up_form.py" />
            <source>Install from wheels in</source>
            <translation>Aus Wheels installieren, die hier liegen</translation>
        </message>
        <message>
            <location filename="../gui/set_up_form.py" />
            <source>What a set-up installs</source>
            <translation>Was eine Einrichtung installiert</translation>
        </message>
        <message>
            <location filename="../gui/tools.py" />
            <source>Extract roads by clicking</source>
            <translation>Straßen per Klick extrahieren</translation>
        </message>
        <message>
            <location filename="../gui/tools.py" />
            <source>Click on a road to be offered the network around it</source>
            <translation>Klicken Sie auf eine Straße, und das Netz ringsum wird Ihnen angeboten</translation>
        </message>
        <message>
            <location filename="../gui/tools.py" />
            <source>Check engine…</source>
            <translation>Rechenkern prüfen…</translation>
        </message>
        <message>
            <location filename="../gui/tools.py" />
            <source>Options…</source>
            <translation>Optionen…</translation>
        </message>
        <message>
            <location filename="../input_raster/files.py" />
            <source>The file of the layer '{}' is not there: {}. Bring it back, or repair the layer's data source.</source>
            <translation>Die Datei des Layers „{}“ ist nicht da: {}. Bringen Sie sie zurück, oder reparieren Sie die Datenquelle des Layers.</translation>
        </message>
        <message>
            <location filename="../input_raster/files.py" />
            <source>The layer '{}' cannot be read: repair its data source ({}).</source>
            <translation>Der Layer „{}“ lässt sich nicht lesen: Reparieren Sie seine Datenquelle ({}).</translation>
        </message>
        <message>
            <location filename="../input_raster/files.py" />
            <source>The layer '{}' has ranges of additional no-data values; only single values are used.</source>
            <translation>Der Layer „{}“ hat Bereiche zusätzlicher NoData-Werte; nur einzelne Werte werden benutzt.</translation>
        </message>
        <message>
            <location filename="../input_raster/rendering.py" />
            <source>The layer '{}' holds values that are no brightness: convert it to 8 or 16 bits first.</source>
            <translation>Der Layer „{}“ enthält Werte, die keine Helligkeit sind: Wandeln Sie ihn zuerst in 8 oder 16 Bit um.</translation>
        </message>
        <message>
            <location filename="../input_raster/rendering.py" />
            <source>The layer '{}' could not be fetched at {}, rows {}–{}, columns {}–{}: {}. Try again later, make the extent smaller or the resolution coarser, or see whether QGIS shows the layer there.</source>
            <translation>Der Layer „{}“ ließ sich bei {}, Zeilen {}–{}, Spalten {}–{} nicht abrufen: {}. Versuchen Sie es später noch einmal, verkleinern Sie die Ausdehnung, vergröbern Sie die Auflösung, oder sehen Sie nach, ob QGIS den Layer dort zeigt.</translation>
        </message>
        <message>
            <location filename="../input_raster/rendering.py" />
            <source>there was no answer</source>
            <translation>es kam keine Antwort</translation>
        </message>
        <message>
            <location filename="../input_raster/rendering.py" />
            <source>The layer '{}' has no image at {} in pixels of {:g} units: check the extent, or make the resolution coarser.</source>
            <translation>Der Layer „{}“ hat bei {} kein Bild mit Pixeln von {:g} Einheiten: Prüfen Sie die Ausdehnung, oder vergröbern Sie die Auflösung.</translation>
        </message>
        <message>
            <location filename="../input_raster/replies.py" />
            <source>no answer in time</source>
            <translation>keine Antwort in der Zeit</translation>
        </message>
        <message>
            <location filename="../input_raster/replies.py" />
            <source>the answer is a text, not an image</source>
            <translation>die Antwort ist ein Text, kein Bild</translation>
        </message>
        <message>
            <location filename="../input_raster/request.py" />
            <source>The extent {} holds no area: make it larger, or leave it out for the whole layer.</source>
            <translation>Die Ausdehnung {} hat keine Fläche: Machen Sie sie größer, oder lassen Sie sie für den ganzen Layer weg.</translation>
        </message>
        <message>
            <location filename="../input_raster/request.py" />
            <source>The extent {} lies outside the layer '{}', which covers {}: choose another one.</source>
            <translation>Die Ausdehnung {} liegt außerhalb des Layers „{}“, der {} abdeckt: Wählen Sie eine andere.</translation>
        </message>
        <message>
            <location filename="../input_raster/request.py" />
            <source>The extent {} cannot be shown in the system of the layer '{}': choose another one.</source>
            <translation>Die Ausdehnung {} lässt sich im Bezugssystem des Layers „{}“ nicht darstellen: Wählen Sie eine andere.</translation>
        </message>
        <message>
            <location filename="../input_raster/request.py" />
            <source>The layer '{}' comes from a map server, without an end and without pixels of its own: give {}.</source>
            <translation>Der Layer „{}“ kommt von einem Kartenserver, ohne Ende und ohne eigene Pixel: Geben Sie {} an.</translation>
        </message>
        <message>
            <location filename="../input_raster/request.py" />
            <source>the extent to use (EXTENT)</source>
            <translation>die Ausdehnung (EXTENT)</translation>
        </message>
        <message>
            <location filename="../input_raster/request.py" />
            <source>the ground size of a pixel in metres (RESOLUTION)</source>
            <translation>die Größe eines Pixels am Boden in Metern (RESOLUTION)</translation>
        </message>
        <message>
            <location filename="../input_raster/request.py" />
            <source> and </source>
            <translation> und </translation>
        </message>
        <message>
            <location filename="../input_raster/request.py" />
            <source>The layer '{}' would be rendered with {:,} × {:,} = {:,} pixels, and {:,} are allowed: make the extent smaller (EXTENT), the pixels larger (RESOLUTION), or the limit higher (MAX_PIXELS).</source>
            <translation>Der Layer „{}“ würde mit {:,} × {:,} = {:,} Pixeln gezeichnet, und {:,} sind erlaubt: Verkleinern Sie die Ausdehnung (EXTENT), vergrößern Sie die Pixel (RESOLUTION), oder erhöhen Sie die Grenze (MAX_PIXELS).</translation>
        </message>
        <message>
            <location filename="../input_raster/request.py" />
            <source>The layer '{}' is rendered: {:,} × {:,} pixels.</source>
            <translation>Der Layer „{}“ wird gezeichnet: {:,} × {:,} Pixel.</translation>
        </message>
        <message>
            <location filename="../input_raster/request.py" />
            <source>The layer '{}' is rendered: {:,} × {:,} pixels of {:.3g} × {:.3g} m on the ground.</source>
            <translation>Der Layer „{}“ wird gezeichnet: {:,} × {:,} Pixel von {:.3g} × {:.3g} m am Boden.</translation>
        </message>
        <message>
            <location filename="../input_raster/source.py" />
            <source>The layer's pixels could not be written to {}: {}. Make room, or set another temporary folder.</source>
            <translation>Die Pixel des Layers ließen sich nicht nach {} schreiben: {}. Schaffen Sie Platz, oder setzen Sie einen anderen temporären Ordner.</translation>
        </message>
        <message>
            <location filename="../set_up.py" />
            <source>QGIS runs the engine with {python}, which PLUMBLINE_PYTHON or a setting names.</source>
            <translation>QGIS führt die Engine mit {python} aus, das PLUMBLINE_PYTHON oder eine Einstellung nennt.</translation>
        </message>
        <message>
            <location filename="../set_up.py" />
            <source>The engine is not installed yet.</source>
            <translation>Der Rechenkern ist noch nicht installiert.</translation>
        </message>
        <message>
            <location filename="../set_up.py" />
            <source>A set-up was interrupted: the next one continues it.</source>
            <translation>Eine Einrichtung wurde unterbrochen: Die nächste setzt sie fort.</translation>
        </message>
        <message>
            <location filename="../set_up.py" />
            <source>The engine is of another version of Plumbline and needs an update.</source>
            <translation>Der Rechenkern gehört zu einer anderen Version von Plumbline und muss aktualisiert werden.</translation>
        </message>
        <message>
            <location filename="../set_up.py" />
            <source>The engine is installed.</source>
            <translation>Der Rechenkern ist installiert.</translation>
        </message>
        <message>
            <location filename="../set_up.py" />
            <source>driver</source>
            <translation>Treiber</translation>
        </message>
        <message>
            <location filename="../set_up.py" />
            <source>as you chose</source>
            <translation>wie von Ihnen gewählt</translation>
        </message>
        <message>
            <location filename="../set_up.py" />
            <source>no NVIDIA graphics card was found</source>
            <translation>keine Grafikkarte von NVIDIA wurde gefunden</translation>
        </message>
        <message>
            <location filename="../set_up.py" />
            <source>the graphics driver is too old for CUDA: {gpu}</source>
            <translation>der Grafiktreiber ist zu alt für CUDA: {gpu}</translation>
        </message>
        <message>
            <location filename="../set_up.py" />
            <source>for {gpu}, name an index of PyTorch builds for CUDA</source>
            <translation>für {gpu} nennen Sie einen Index mit PyTorch-Ausgaben für CUDA</translation>
        </message>
        <message>
            <location filename="../set_up.py" />
            <source>about {download} to download, {disk} on disk</source>
            <translation>etwa {download} herunterzuladen, {disk} auf der Festplatte</translation>
        </message>
        <message>
            <location filename="../set_up.py" />
            <source>{free} are free</source>
            <translation>{free} sind frei</translation>
        </message>
        <message>
            <location filename="../set_up.py" />
            <source>Where no CPU build is offered, Linux's default one with CUDA is taken: {cost}</source>
            <translation>Wo keine Ausgabe für CPU angeboten wird, wird die übliche für Linux mit CUDA genommen: {cost}</translation>
        </message>
        <message>
            <location filename="../set_up.py" />
            <source>the folder {folder}, without network</source>
            <translation>der Ordner {folder}, ohne Internet</translation>
        </message>
        <message>
            <location filename="../set_up.py" />
            <source>the package index that pip is set to</source>
            <translation>der Paketindex, den pip benutzt</translation>
        </message>
        <message>
            <location filename="../set_up.py" />
            <source>and {index}</source>
            <translation>und {index}</translation>
        </message>
        <message>
            <location filename="../set_up.py" />
            <source>through QGIS's proxy {host}</source>
            <translation>über den Proxy {host} von QGIS</translation>
        </message>
        <message>
            <location filename="../set_up.py" />
            <source>Size</source>
            <translation>Größe</translation>
        </message>
        <message>
            <location filename="../set_up.py" />
            <source>Source</source>
            <translation>Quelle</translation>
        </message>
        <message>
            <location filename="../set_up.py" />
            <source>Packages</source>
            <translation>Pakete</translation>
        </message>
        <message>
            <location filename="../set_up.py" />
            <source>Downloading {package}: {done} of {total}</source>
            <translation>{package} wird heruntergeladen: {done} von {total}</translation>
        </message>
        <message>
            <location filename="../set_up.py" />
            <source>Making a Python environment</source>
            <translation>Python-Umgebung wird angelegt</translation>
        </message>
        <message>
            <location filename="../set_up.py" />
            <source>Gathering packages</source>
            <translation>Pakete werden gesammelt</translation>
        </message>
        <message>
            <location filename="../set_up.py" />
            <source>Installing packages</source>
            <translation>Pakete werden installiert</translation>
        </message>
        <message>
            <location filename="../set_up.py" />
            <source>Checking that the engine works</source>
            <translation>Es wird geprüft, ob der Rechenkern funktioniert</translation>
        </message>
        <message>
            <location filename="../shared_engine.py" />
            <source>the setting of the engine's interpreter</source>
            <translation>die Einstellung des Interpreters</translation>
        </message>
        <message>
            <location filename="../shared_engine.py" />
            <source>There is no Python at {path}, which {where} names: correct it, or clear it and run "Set up engine" (plumbline:setupengine).</source>
            <translation>Es gibt kein Python unter {path}, das {where} nennt: Berichtigen Sie die Angabe, oder leeren Sie sie und starten Sie „Rechenkern einrichten“ (plumbline:setupengine).</translation>
        </message>
        <message>
            <source>reading the map</source>
            <translation type="vanished">Karte lesen</translation>
        </message>
        <message>
            <source>ready</source>
            <translation type="vanished">bereit</translation>
        </message>
        <message>
            <source>auto: the graphics card where there is one that works, else the processor.</source>
            <translation type="vanished">auto: die Grafikkarte, wo eine funktioniert, sonst der Prozessor.</translation>
        </message>
        <message>
            <source>QGIS still runs the engine with {python}, which PLUMBLINE_PYTHON or a setting names.</source>
            <translation type="vanished">QGIS startet den Rechenkern weiterhin mit {python}, das PLUMBLINE_PYTHON oder eine Einstellung nennt.</translation>
        </message>
        <message>
            <source>The layer of lines that accepted roads go into; only new roads are offered</source>
            <translation type="vanished">Der Linienlayer, in den übernommene Straßen kommen; nur neue Straßen werden angeboten</translation>
        </message>
        <message>
            <source>Python interpreter</source>
            <translation type="vanished">Python-Interpreter</translation>
        </message>
        <message>
            <source>Done, but QGIS runs the engine with {python}, which PLUMBLINE_PYTHON or a setting names.</source>
            <translation type="vanished">Fertig, aber QGIS startet den Rechenkern mit {python}, das PLUMBLINE_PYTHON oder eine Einstellung nennt.</translation>
        </message>
    </context>
</TS>
