<!DOCTYPE qgis PUBLIC 'http://mrcc.com/qgis.dtd' 'SYSTEM'>
<qgis version="3.22.0" styleCategories="Symbology|MapTips">
  <renderer-v2 type="singleSymbol" symbollevels="1" enableorderby="0" forceraster="0" referencescale="-1">
    <symbols>
      <symbol name="0" type="line" alpha="1" clip_to_extent="1" force_rhr="0">
        <layer class="SimpleLine" enabled="1" locked="0" pass="0">
         <Option type="Map">
          <Option name="line_color" type="QString" value="27,27,27,255"/>
          <Option name="line_width" type="QString" value="1.3"/>
          <Option name="line_width_unit" type="QString" value="MM"/>
          <Option name="line_style" type="QString" value="solid"/>
          <Option name="capstyle" type="QString" value="round"/>
          <Option name="joinstyle" type="QString" value="round"/>
         </Option>
        </layer>
        <layer class="SimpleLine" enabled="1" locked="0" pass="1">
         <Option type="Map">
          <Option name="line_color" type="QString" value="255,200,0,255"/>
          <Option name="line_width" type="QString" value="0.8"/>
          <Option name="line_width_unit" type="QString" value="MM"/>
          <Option name="line_style" type="QString" value="solid"/>
          <Option name="capstyle" type="QString" value="flat"/>
          <Option name="joinstyle" type="QString" value="round"/>
          <Option name="customdash" type="QString" value="3;1.5"/>
          <Option name="customdash_unit" type="QString" value="MM"/>
          <Option name="use_custom_dash" type="QString" value="1"/>
         </Option>
        </layer>
      </symbol>
    </symbols>
  </renderer-v2>
  <mapTip>Missing: true road without a predicted road beside it: [% round("length_m") %] m, tile [% "tile" %]</mapTip>
  <layerGeometryType>1</layerGeometryType>
</qgis>
