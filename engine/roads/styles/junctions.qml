<!DOCTYPE qgis PUBLIC 'http://mrcc.com/qgis.dtd' 'SYSTEM'>
<qgis version="3.22.0" styleCategories="Symbology|MapTips">
  <renderer-v2 type="RuleRenderer" symbollevels="0" enableorderby="0" forceraster="0" referencescale="-1">
    <rules key="{root}">
      <rule key="junction" symbol="0" label="Junction" filter="&quot;kind&quot; = 'junction' and &quot;degree&quot; &gt; 2"/>
      <rule key="end" symbol="1" label="Dead end" filter="&quot;kind&quot; = 'end'"/>
      <rule key="division" symbol="2" label="Division of a ring, a bridge or a crossing line" filter="&quot;kind&quot; = 'junction' and &quot;degree&quot; = 2"/>
    </rules>
    <symbols>
      <symbol name="0" type="marker" alpha="1" clip_to_extent="1" force_rhr="0">
       <layer class="SimpleMarker" enabled="1" locked="0" pass="0">
        <Option type="Map">
          <Option name="name" type="QString" value="circle"/>
          <Option name="color" type="QString" value="255,255,255,255"/>
          <Option name="outline_color" type="QString" value="27,27,27,255"/>
          <Option name="outline_style" type="QString" value="solid"/>
          <Option name="outline_width" type="QString" value="0.2"/>
          <Option name="outline_width_unit" type="QString" value="MM"/>
          <Option name="size" type="QString" value="1.6"/>
          <Option name="size_unit" type="QString" value="MM"/>
          <Option name="scale_method" type="QString" value="diameter"/>
        </Option>
       </layer>
      </symbol>
      <symbol name="1" type="marker" alpha="1" clip_to_extent="1" force_rhr="0">
       <layer class="SimpleMarker" enabled="1" locked="0" pass="0">
        <Option type="Map">
          <Option name="name" type="QString" value="circle"/>
          <Option name="color" type="QString" value="27,27,27,255"/>
          <Option name="outline_color" type="QString" value="255,255,255,255"/>
          <Option name="outline_style" type="QString" value="solid"/>
          <Option name="outline_width" type="QString" value="0.2"/>
          <Option name="outline_width_unit" type="QString" value="MM"/>
          <Option name="size" type="QString" value="1.1"/>
          <Option name="size_unit" type="QString" value="MM"/>
          <Option name="scale_method" type="QString" value="diameter"/>
        </Option>
       </layer>
      </symbol>
      <symbol name="2" type="marker" alpha="1" clip_to_extent="1" force_rhr="0">
       <layer class="SimpleMarker" enabled="1" locked="0" pass="0">
        <Option type="Map">
          <Option name="name" type="QString" value="circle"/>
          <Option name="color" type="QString" value="160,160,160,255"/>
          <Option name="outline_color" type="QString" value="27,27,27,255"/>
          <Option name="outline_style" type="QString" value="solid"/>
          <Option name="outline_width" type="QString" value="0.2"/>
          <Option name="outline_width_unit" type="QString" value="MM"/>
          <Option name="size" type="QString" value="0.8"/>
          <Option name="size_unit" type="QString" value="MM"/>
          <Option name="scale_method" type="QString" value="diameter"/>
        </Option>
       </layer>
      </symbol>
    </symbols>
  </renderer-v2>
  <mapTip>Node [% &quot;node_id&quot; %], degree [% &quot;degree&quot; %]</mapTip>
  <layerGeometryType>0</layerGeometryType>
</qgis>
