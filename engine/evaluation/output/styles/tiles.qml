<!DOCTYPE qgis PUBLIC 'http://mrcc.com/qgis.dtd' 'SYSTEM'>
<qgis version="3.22.0" styleCategories="Symbology|Labeling|MapTips" labelsEnabled="1">
  <renderer-v2 type="singleSymbol" symbollevels="0" enableorderby="0" forceraster="0" referencescale="-1">
    <symbols>
      <symbol name="0" type="fill" alpha="1" clip_to_extent="1" force_rhr="0">
        <layer class="SimpleLine" enabled="1" locked="0" pass="0">
         <Option type="Map">
          <Option name="line_color" type="QString" value="27,27,27,255"/>
          <Option name="line_width" type="QString" value="0.8"/>
          <Option name="line_width_unit" type="QString" value="MM"/>
          <Option name="line_style" type="QString" value="solid"/>
          <Option name="joinstyle" type="QString" value="miter"/>
         </Option>
        </layer>
        <layer class="SimpleLine" enabled="1" locked="0" pass="0">
         <Option type="Map">
          <Option name="line_color" type="QString" value="255,255,255,255"/>
          <Option name="line_width" type="QString" value="0.3"/>
          <Option name="line_width_unit" type="QString" value="MM"/>
          <Option name="line_style" type="QString" value="solid"/>
          <Option name="joinstyle" type="QString" value="miter"/>
         </Option>
        </layer>
      </symbol>
    </symbols>
  </renderer-v2>
  <labeling type="simple">
    <settings calloutType="simple">
      <text-style fieldName="&quot;tile&quot; || coalesce('\nF1 ' || format_number(&quot;topo_f1&quot;, 3), '')" isExpression="1" fontFamily="Sans Serif" fontSize="9" fontSizeUnit="Point" textColor="27,27,27,255" textOpacity="1" fontWeight="50" fontItalic="0" multilineHeight="1">
        <text-buffer bufferDraw="1" bufferSize="1" bufferSizeUnits="MM" bufferColor="255,255,255,255" bufferOpacity="1" bufferNoFill="0" bufferJoinStyle="128"/>
      </text-style>
      <text-format multilineAlign="0" wrapChar="" autoWrapLength="0" plussign="0" formatNumbers="0"/>
      <placement placement="1" quadOffset="8" centroidWhole="1" centroidInside="0" fitInPolygonOnly="0" polygonPlacementFlags="2" geometryGeneratorEnabled="1" geometryGenerator="make_point(x_min($geometry), y_max($geometry))" geometryGeneratorType="PointGeometry" xOffset="1" yOffset="1" offsetUnits="MM" dist="0" distUnits="MM" priority="5"/>
      <rendering drawLabels="1" scaleVisibility="0" fontLimitPixelSize="0" obstacle="0" displayAll="0" labelPerPart="0" mergeLines="0" zIndex="0" limitNumLabels="0" maxNumLabels="2000" minFeatureSize="0"/>
    </settings>
  </labeling>
  <mapTip>Tile [% "tile" %]: TOPO F1 [% format_number("topo_f1", 3) %], APLS [% format_number("apls", 3) %]</mapTip>
  <layerGeometryType>2</layerGeometryType>
</qgis>
