<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="de" sourcelanguage="en">
    <context>
        <name>Plumbline</name>
        <message>
            <location filename="../algorithms/feedback.py" />
            <source>Stopped. Nothing unfinished was left behind.</source>
            <translation type="unfinished" />
        </message>
        <message>
            <location filename="../algorithms/feedback.py" />
            <source>Reading the image and predicting</source>
            <translation type="unfinished" />
        </message>
        <message>
            <location filename="../algorithms/feedback.py" />
            <source>Tracing the roads</source>
            <translation type="unfinished" />
        </message>
        <message>
            <location filename="../algorithms/feedback.py" />
            <source>Writing the heights</source>
            <translation type="unfinished" />
        </message>
        <message>
            <location filename="../algorithms/feedback.py" />
            <source>Writing the flow</source>
            <translation type="unfinished" />
        </message>
        <message>
            <location filename="../algorithms/feedback.py" />
            <source>Looking for what is high</source>
            <translation type="unfinished" />
        </message>
        <message>
            <location filename="../algorithms/feedback.py" />
            <source>Moving pixels to the ground</source>
            <translation type="unfinished" />
        </message>
        <message>
            <location filename="../algorithms/feedback.py" />
            <source>Measuring buildings</source>
            <translation type="unfinished" />
        </message>
        <message>
            <location filename="../algorithms/feedback.py" />
            <source>Comparing</source>
            <translation type="unfinished" />
        </message>
        <message>
            <location filename="../algorithms/feedback.py" />
            <source>Writing</source>
            <translation type="unfinished" />
        </message>
        <message>
            <location filename="../algorithms/feedback.py" />
            <source>Stopping the engine</source>
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
            <location filename="../gui/tools.py" />
            <source>Set up engine…</source>
            <translation type="unfinished" />
        </message>
        <message>
            <location filename="../gui/engine_report.py" />
            <source>The engine works.</source>
            <translation type="unfinished" />
        </message>
        <message>
            <location filename="../gui/engine_report.py" />
            <source>The engine does not work yet.</source>
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
            <source>GPU if there is one, else processor</source>
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
            <source>Engine</source>
            <translation type="unfinished" />
        </message>
        <message>
            <location filename="../gui/options_page.py" />
            <source>Python interpreter</source>
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
            <source>The engine runs beside QGIS as a program of its own and keeps its networks in memory until it has been idle for this long. Everything stays on this machine.</source>
            <translation type="unfinished" />
        </message>
        <message>
            <location filename="../gui/tools.py" />
            <source>Extract roads by clicking</source>
            <translation type="unfinished" />
        </message>
        <message>
            <location filename="../gui/tools.py" />
            <source>&lt;b&gt;Extract roads by clicking&lt;/b&gt;&lt;br&gt;Click on a road to be offered the network around it</source>
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
            <location filename="../input_raster/request.py" />
            <source>This layer is not a file.</source>
            <translation type="unfinished" />
        </message>
        <message>
            <location filename="../input_raster/request.py" />
            <source>The layer {} cannot be read: repair its data source.</source>
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
