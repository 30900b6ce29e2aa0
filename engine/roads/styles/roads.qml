<!DOCTYPE qgis PUBLIC 'http://mrcc.com/qgis.dtd' 'SYSTEM'>
<!-- Bridges are lines only where there is a feature, so that the legend shows a road on the ground. -->
<qgis version="3.22.0" styleCategories="Symbology|MapTips">
  <renderer-v2 type="RuleRenderer" symbollevels="1" enableorderby="1" forceraster="0" referencescale="-1">
    <rules key="{root}">
      <rule key="high" symbol="0" label="Confidence 0.75 and more" filter='"confidence" &gt;= 0.75'/>
      <rule key="medium" symbol="1" label="Confidence 0.5 to 0.75" filter='"confidence" &gt;= 0.5 and "confidence" &lt; 0.75'/>
      <rule key="low" symbol="2" label="Confidence below 0.5" filter='"confidence" &lt; 0.5'/>
      <rule key="unknown" symbol="3" label="Confidence unknown" filter='"confidence" is null'/>
    </rules>
    <symbols>
      <symbol name="0" type="line" alpha="1" clip_to_extent="1" force_rhr="0">
       <layer class="SimpleLine" enabled="1" locked="0" pass="0">
        <Option type="Map">
          <Option name="line_color" type="QString" value="255,214,10,255"/>
          <Option name="line_width" type="QString" value="0.9"/>
          <Option name="line_width_unit" type="QString" value="MM"/>
          <Option name="line_style" type="QString" value="solid"/>
          <Option name="capstyle" type="QString" value="flat"/>
          <Option name="joinstyle" type="QString" value="round"/>
          <Option name="customdash" type="QString" value="1.8;0.9"/>
          <Option name="customdash_unit" type="QString" value="MM"/>
          <Option name="use_custom_dash" type="QString" value="1"/>
        </Option>
        <data_defined_properties>
         <Option type="Map">
          <Option name="name" type="QString" value=""/>
          <Option name="properties" type="Map">
           <Option name="enabled" type="Map">
            <Option name="active" type="bool" value="true"/>
            <Option name="expression" type="QString" value='coalesce("tunnel", false)'/>
            <Option name="type" type="int" value="3"/>
           </Option>
          </Option>
          <Option name="type" type="QString" value="collection"/>
         </Option>
        </data_defined_properties>
       </layer>
       <layer class="SimpleLine" enabled="1" locked="0" pass="1">
        <Option type="Map">
          <Option name="line_color" type="QString" value="27,27,27,255"/>
          <Option name="line_width" type="QString" value="1.4"/>
          <Option name="line_width_unit" type="QString" value="MM"/>
          <Option name="line_style" type="QString" value="solid"/>
          <Option name="capstyle" type="QString" value="round"/>
          <Option name="joinstyle" type="QString" value="round"/>
        </Option>
        <data_defined_properties>
         <Option type="Map">
          <Option name="name" type="QString" value=""/>
          <Option name="properties" type="Map">
           <Option name="enabled" type="Map">
            <Option name="active" type="bool" value="true"/>
            <Option name="expression" type="QString" value='not coalesce("bridge" or "tunnel", false)'/>
            <Option name="type" type="int" value="3"/>
           </Option>
          </Option>
          <Option name="type" type="QString" value="collection"/>
         </Option>
        </data_defined_properties>
       </layer>
       <layer class="SimpleLine" enabled="1" locked="0" pass="2">
        <Option type="Map">
          <Option name="line_color" type="QString" value="255,214,10,255"/>
          <Option name="line_width" type="QString" value="0.9"/>
          <Option name="line_width_unit" type="QString" value="MM"/>
          <Option name="line_style" type="QString" value="solid"/>
          <Option name="capstyle" type="QString" value="round"/>
          <Option name="joinstyle" type="QString" value="round"/>
        </Option>
        <data_defined_properties>
         <Option type="Map">
          <Option name="name" type="QString" value=""/>
          <Option name="properties" type="Map">
           <Option name="enabled" type="Map">
            <Option name="active" type="bool" value="true"/>
            <Option name="expression" type="QString" value='not coalesce("bridge" or "tunnel", false)'/>
            <Option name="type" type="int" value="3"/>
           </Option>
          </Option>
          <Option name="type" type="QString" value="collection"/>
         </Option>
        </data_defined_properties>
       </layer>
       <layer class="SimpleLine" enabled="1" locked="0" pass="3">
        <Option type="Map">
          <Option name="line_color" type="QString" value="27,27,27,255"/>
          <Option name="line_width" type="QString" value="2.5"/>
          <Option name="line_width_unit" type="QString" value="MM"/>
          <Option name="line_style" type="QString" value="no"/>
          <Option name="capstyle" type="QString" value="flat"/>
          <Option name="joinstyle" type="QString" value="round"/>
        </Option>
        <data_defined_properties>
         <Option type="Map">
          <Option name="name" type="QString" value=""/>
          <Option name="properties" type="Map">
           <Option name="enabled" type="Map">
            <Option name="active" type="bool" value="true"/>
            <Option name="expression" type="QString" value='coalesce("bridge", false)'/>
            <Option name="type" type="int" value="3"/>
           </Option>
           <Option name="outlineStyle" type="Map">
            <Option name="active" type="bool" value="true"/>
            <Option name="expression" type="QString" value="if(coalesce(try(&quot;bridge&quot;), false), 'solid', 'no')"/>
            <Option name="type" type="int" value="3"/>
           </Option>
          </Option>
          <Option name="type" type="QString" value="collection"/>
         </Option>
        </data_defined_properties>
       </layer>
       <layer class="SimpleLine" enabled="1" locked="0" pass="4">
        <Option type="Map">
          <Option name="line_color" type="QString" value="255,255,255,255"/>
          <Option name="line_width" type="QString" value="1.9"/>
          <Option name="line_width_unit" type="QString" value="MM"/>
          <Option name="line_style" type="QString" value="no"/>
          <Option name="capstyle" type="QString" value="flat"/>
          <Option name="joinstyle" type="QString" value="round"/>
        </Option>
        <data_defined_properties>
         <Option type="Map">
          <Option name="name" type="QString" value=""/>
          <Option name="properties" type="Map">
           <Option name="enabled" type="Map">
            <Option name="active" type="bool" value="true"/>
            <Option name="expression" type="QString" value='coalesce("bridge", false)'/>
            <Option name="type" type="int" value="3"/>
           </Option>
           <Option name="outlineStyle" type="Map">
            <Option name="active" type="bool" value="true"/>
            <Option name="expression" type="QString" value="if(coalesce(try(&quot;bridge&quot;), false), 'solid', 'no')"/>
            <Option name="type" type="int" value="3"/>
           </Option>
          </Option>
          <Option name="type" type="QString" value="collection"/>
         </Option>
        </data_defined_properties>
       </layer>
       <layer class="SimpleLine" enabled="1" locked="0" pass="5">
        <Option type="Map">
          <Option name="line_color" type="QString" value="255,214,10,255"/>
          <Option name="line_width" type="QString" value="0.9"/>
          <Option name="line_width_unit" type="QString" value="MM"/>
          <Option name="line_style" type="QString" value="no"/>
          <Option name="capstyle" type="QString" value="flat"/>
          <Option name="joinstyle" type="QString" value="round"/>
        </Option>
        <data_defined_properties>
         <Option type="Map">
          <Option name="name" type="QString" value=""/>
          <Option name="properties" type="Map">
           <Option name="enabled" type="Map">
            <Option name="active" type="bool" value="true"/>
            <Option name="expression" type="QString" value='coalesce("bridge", false)'/>
            <Option name="type" type="int" value="3"/>
           </Option>
           <Option name="outlineStyle" type="Map">
            <Option name="active" type="bool" value="true"/>
            <Option name="expression" type="QString" value="if(coalesce(try(&quot;bridge&quot;), false), 'solid', 'no')"/>
            <Option name="type" type="int" value="3"/>
           </Option>
          </Option>
          <Option name="type" type="QString" value="collection"/>
         </Option>
        </data_defined_properties>
       </layer>
      </symbol>
      <symbol name="1" type="line" alpha="1" clip_to_extent="1" force_rhr="0">
       <layer class="SimpleLine" enabled="1" locked="0" pass="0">
        <Option type="Map">
          <Option name="line_color" type="QString" value="255,140,26,255"/>
          <Option name="line_width" type="QString" value="0.75"/>
          <Option name="line_width_unit" type="QString" value="MM"/>
          <Option name="line_style" type="QString" value="solid"/>
          <Option name="capstyle" type="QString" value="flat"/>
          <Option name="joinstyle" type="QString" value="round"/>
          <Option name="customdash" type="QString" value="1.8;0.9"/>
          <Option name="customdash_unit" type="QString" value="MM"/>
          <Option name="use_custom_dash" type="QString" value="1"/>
        </Option>
        <data_defined_properties>
         <Option type="Map">
          <Option name="name" type="QString" value=""/>
          <Option name="properties" type="Map">
           <Option name="enabled" type="Map">
            <Option name="active" type="bool" value="true"/>
            <Option name="expression" type="QString" value='coalesce("tunnel", false)'/>
            <Option name="type" type="int" value="3"/>
           </Option>
          </Option>
          <Option name="type" type="QString" value="collection"/>
         </Option>
        </data_defined_properties>
       </layer>
       <layer class="SimpleLine" enabled="1" locked="0" pass="1">
        <Option type="Map">
          <Option name="line_color" type="QString" value="27,27,27,255"/>
          <Option name="line_width" type="QString" value="1.25"/>
          <Option name="line_width_unit" type="QString" value="MM"/>
          <Option name="line_style" type="QString" value="solid"/>
          <Option name="capstyle" type="QString" value="round"/>
          <Option name="joinstyle" type="QString" value="round"/>
        </Option>
        <data_defined_properties>
         <Option type="Map">
          <Option name="name" type="QString" value=""/>
          <Option name="properties" type="Map">
           <Option name="enabled" type="Map">
            <Option name="active" type="bool" value="true"/>
            <Option name="expression" type="QString" value='not coalesce("bridge" or "tunnel", false)'/>
            <Option name="type" type="int" value="3"/>
           </Option>
          </Option>
          <Option name="type" type="QString" value="collection"/>
         </Option>
        </data_defined_properties>
       </layer>
       <layer class="SimpleLine" enabled="1" locked="0" pass="2">
        <Option type="Map">
          <Option name="line_color" type="QString" value="255,140,26,255"/>
          <Option name="line_width" type="QString" value="0.75"/>
          <Option name="line_width_unit" type="QString" value="MM"/>
          <Option name="line_style" type="QString" value="solid"/>
          <Option name="capstyle" type="QString" value="round"/>
          <Option name="joinstyle" type="QString" value="round"/>
        </Option>
        <data_defined_properties>
         <Option type="Map">
          <Option name="name" type="QString" value=""/>
          <Option name="properties" type="Map">
           <Option name="enabled" type="Map">
            <Option name="active" type="bool" value="true"/>
            <Option name="expression" type="QString" value='not coalesce("bridge" or "tunnel", false)'/>
            <Option name="type" type="int" value="3"/>
           </Option>
          </Option>
          <Option name="type" type="QString" value="collection"/>
         </Option>
        </data_defined_properties>
       </layer>
       <layer class="SimpleLine" enabled="1" locked="0" pass="3">
        <Option type="Map">
          <Option name="line_color" type="QString" value="27,27,27,255"/>
          <Option name="line_width" type="QString" value="2.35"/>
          <Option name="line_width_unit" type="QString" value="MM"/>
          <Option name="line_style" type="QString" value="no"/>
          <Option name="capstyle" type="QString" value="flat"/>
          <Option name="joinstyle" type="QString" value="round"/>
        </Option>
        <data_defined_properties>
         <Option type="Map">
          <Option name="name" type="QString" value=""/>
          <Option name="properties" type="Map">
           <Option name="enabled" type="Map">
            <Option name="active" type="bool" value="true"/>
            <Option name="expression" type="QString" value='coalesce("bridge", false)'/>
            <Option name="type" type="int" value="3"/>
           </Option>
           <Option name="outlineStyle" type="Map">
            <Option name="active" type="bool" value="true"/>
            <Option name="expression" type="QString" value="if(coalesce(try(&quot;bridge&quot;), false), 'solid', 'no')"/>
            <Option name="type" type="int" value="3"/>
           </Option>
          </Option>
          <Option name="type" type="QString" value="collection"/>
         </Option>
        </data_defined_properties>
       </layer>
       <layer class="SimpleLine" enabled="1" locked="0" pass="4">
        <Option type="Map">
          <Option name="line_color" type="QString" value="255,255,255,255"/>
          <Option name="line_width" type="QString" value="1.75"/>
          <Option name="line_width_unit" type="QString" value="MM"/>
          <Option name="line_style" type="QString" value="no"/>
          <Option name="capstyle" type="QString" value="flat"/>
          <Option name="joinstyle" type="QString" value="round"/>
        </Option>
        <data_defined_properties>
         <Option type="Map">
          <Option name="name" type="QString" value=""/>
          <Option name="properties" type="Map">
           <Option name="enabled" type="Map">
            <Option name="active" type="bool" value="true"/>
            <Option name="expression" type="QString" value='coalesce("bridge", false)'/>
            <Option name="type" type="int" value="3"/>
           </Option>
           <Option name="outlineStyle" type="Map">
            <Option name="active" type="bool" value="true"/>
            <Option name="expression" type="QString" value="if(coalesce(try(&quot;bridge&quot;), false), 'solid', 'no')"/>
            <Option name="type" type="int" value="3"/>
           </Option>
          </Option>
          <Option name="type" type="QString" value="collection"/>
         </Option>
        </data_defined_properties>
       </layer>
       <layer class="SimpleLine" enabled="1" locked="0" pass="5">
        <Option type="Map">
          <Option name="line_color" type="QString" value="255,140,26,255"/>
          <Option name="line_width" type="QString" value="0.75"/>
          <Option name="line_width_unit" type="QString" value="MM"/>
          <Option name="line_style" type="QString" value="no"/>
          <Option name="capstyle" type="QString" value="flat"/>
          <Option name="joinstyle" type="QString" value="round"/>
        </Option>
        <data_defined_properties>
         <Option type="Map">
          <Option name="name" type="QString" value=""/>
          <Option name="properties" type="Map">
           <Option name="enabled" type="Map">
            <Option name="active" type="bool" value="true"/>
            <Option name="expression" type="QString" value='coalesce("bridge", false)'/>
            <Option name="type" type="int" value="3"/>
           </Option>
           <Option name="outlineStyle" type="Map">
            <Option name="active" type="bool" value="true"/>
            <Option name="expression" type="QString" value="if(coalesce(try(&quot;bridge&quot;), false), 'solid', 'no')"/>
            <Option name="type" type="int" value="3"/>
           </Option>
          </Option>
          <Option name="type" type="QString" value="collection"/>
         </Option>
        </data_defined_properties>
       </layer>
      </symbol>
      <symbol name="2" type="line" alpha="1" clip_to_extent="1" force_rhr="0">
       <layer class="SimpleLine" enabled="1" locked="0" pass="0">
        <Option type="Map">
          <Option name="line_color" type="QString" value="229,56,59,255"/>
          <Option name="line_width" type="QString" value="0.6"/>
          <Option name="line_width_unit" type="QString" value="MM"/>
          <Option name="line_style" type="QString" value="solid"/>
          <Option name="capstyle" type="QString" value="flat"/>
          <Option name="joinstyle" type="QString" value="round"/>
          <Option name="customdash" type="QString" value="1.8;0.9"/>
          <Option name="customdash_unit" type="QString" value="MM"/>
          <Option name="use_custom_dash" type="QString" value="1"/>
        </Option>
        <data_defined_properties>
         <Option type="Map">
          <Option name="name" type="QString" value=""/>
          <Option name="properties" type="Map">
           <Option name="enabled" type="Map">
            <Option name="active" type="bool" value="true"/>
            <Option name="expression" type="QString" value='coalesce("tunnel", false)'/>
            <Option name="type" type="int" value="3"/>
           </Option>
          </Option>
          <Option name="type" type="QString" value="collection"/>
         </Option>
        </data_defined_properties>
       </layer>
       <layer class="SimpleLine" enabled="1" locked="0" pass="1">
        <Option type="Map">
          <Option name="line_color" type="QString" value="27,27,27,255"/>
          <Option name="line_width" type="QString" value="1.1"/>
          <Option name="line_width_unit" type="QString" value="MM"/>
          <Option name="line_style" type="QString" value="solid"/>
          <Option name="capstyle" type="QString" value="round"/>
          <Option name="joinstyle" type="QString" value="round"/>
        </Option>
        <data_defined_properties>
         <Option type="Map">
          <Option name="name" type="QString" value=""/>
          <Option name="properties" type="Map">
           <Option name="enabled" type="Map">
            <Option name="active" type="bool" value="true"/>
            <Option name="expression" type="QString" value='not coalesce("bridge" or "tunnel", false)'/>
            <Option name="type" type="int" value="3"/>
           </Option>
          </Option>
          <Option name="type" type="QString" value="collection"/>
         </Option>
        </data_defined_properties>
       </layer>
       <layer class="SimpleLine" enabled="1" locked="0" pass="2">
        <Option type="Map">
          <Option name="line_color" type="QString" value="229,56,59,255"/>
          <Option name="line_width" type="QString" value="0.6"/>
          <Option name="line_width_unit" type="QString" value="MM"/>
          <Option name="line_style" type="QString" value="solid"/>
          <Option name="capstyle" type="QString" value="round"/>
          <Option name="joinstyle" type="QString" value="round"/>
        </Option>
        <data_defined_properties>
         <Option type="Map">
          <Option name="name" type="QString" value=""/>
          <Option name="properties" type="Map">
           <Option name="enabled" type="Map">
            <Option name="active" type="bool" value="true"/>
            <Option name="expression" type="QString" value='not coalesce("bridge" or "tunnel", false)'/>
            <Option name="type" type="int" value="3"/>
           </Option>
          </Option>
          <Option name="type" type="QString" value="collection"/>
         </Option>
        </data_defined_properties>
       </layer>
       <layer class="SimpleLine" enabled="1" locked="0" pass="3">
        <Option type="Map">
          <Option name="line_color" type="QString" value="27,27,27,255"/>
          <Option name="line_width" type="QString" value="2.2"/>
          <Option name="line_width_unit" type="QString" value="MM"/>
          <Option name="line_style" type="QString" value="no"/>
          <Option name="capstyle" type="QString" value="flat"/>
          <Option name="joinstyle" type="QString" value="round"/>
        </Option>
        <data_defined_properties>
         <Option type="Map">
          <Option name="name" type="QString" value=""/>
          <Option name="properties" type="Map">
           <Option name="enabled" type="Map">
            <Option name="active" type="bool" value="true"/>
            <Option name="expression" type="QString" value='coalesce("bridge", false)'/>
            <Option name="type" type="int" value="3"/>
           </Option>
           <Option name="outlineStyle" type="Map">
            <Option name="active" type="bool" value="true"/>
            <Option name="expression" type="QString" value="if(coalesce(try(&quot;bridge&quot;), false), 'solid', 'no')"/>
            <Option name="type" type="int" value="3"/>
           </Option>
          </Option>
          <Option name="type" type="QString" value="collection"/>
         </Option>
        </data_defined_properties>
       </layer>
       <layer class="SimpleLine" enabled="1" locked="0" pass="4">
        <Option type="Map">
          <Option name="line_color" type="QString" value="255,255,255,255"/>
          <Option name="line_width" type="QString" value="1.6"/>
          <Option name="line_width_unit" type="QString" value="MM"/>
          <Option name="line_style" type="QString" value="no"/>
          <Option name="capstyle" type="QString" value="flat"/>
          <Option name="joinstyle" type="QString" value="round"/>
        </Option>
        <data_defined_properties>
         <Option type="Map">
          <Option name="name" type="QString" value=""/>
          <Option name="properties" type="Map">
           <Option name="enabled" type="Map">
            <Option name="active" type="bool" value="true"/>
            <Option name="expression" type="QString" value='coalesce("bridge", false)'/>
            <Option name="type" type="int" value="3"/>
           </Option>
           <Option name="outlineStyle" type="Map">
            <Option name="active" type="bool" value="true"/>
            <Option name="expression" type="QString" value="if(coalesce(try(&quot;bridge&quot;), false), 'solid', 'no')"/>
            <Option name="type" type="int" value="3"/>
           </Option>
          </Option>
          <Option name="type" type="QString" value="collection"/>
         </Option>
        </data_defined_properties>
       </layer>
       <layer class="SimpleLine" enabled="1" locked="0" pass="5">
        <Option type="Map">
          <Option name="line_color" type="QString" value="229,56,59,255"/>
          <Option name="line_width" type="QString" value="0.6"/>
          <Option name="line_width_unit" type="QString" value="MM"/>
          <Option name="line_style" type="QString" value="no"/>
          <Option name="capstyle" type="QString" value="flat"/>
          <Option name="joinstyle" type="QString" value="round"/>
        </Option>
        <data_defined_properties>
         <Option type="Map">
          <Option name="name" type="QString" value=""/>
          <Option name="properties" type="Map">
           <Option name="enabled" type="Map">
            <Option name="active" type="bool" value="true"/>
            <Option name="expression" type="QString" value='coalesce("bridge", false)'/>
            <Option name="type" type="int" value="3"/>
           </Option>
           <Option name="outlineStyle" type="Map">
            <Option name="active" type="bool" value="true"/>
            <Option name="expression" type="QString" value="if(coalesce(try(&quot;bridge&quot;), false), 'solid', 'no')"/>
            <Option name="type" type="int" value="3"/>
           </Option>
          </Option>
          <Option name="type" type="QString" value="collection"/>
         </Option>
        </data_defined_properties>
       </layer>
      </symbol>
      <symbol name="3" type="line" alpha="1" clip_to_extent="1" force_rhr="0">
       <layer class="SimpleLine" enabled="1" locked="0" pass="0">
        <Option type="Map">
          <Option name="line_color" type="QString" value="76,201,240,255"/>
          <Option name="line_width" type="QString" value="0.75"/>
          <Option name="line_width_unit" type="QString" value="MM"/>
          <Option name="line_style" type="QString" value="solid"/>
          <Option name="capstyle" type="QString" value="flat"/>
          <Option name="joinstyle" type="QString" value="round"/>
          <Option name="customdash" type="QString" value="1.8;0.9"/>
          <Option name="customdash_unit" type="QString" value="MM"/>
          <Option name="use_custom_dash" type="QString" value="1"/>
        </Option>
        <data_defined_properties>
         <Option type="Map">
          <Option name="name" type="QString" value=""/>
          <Option name="properties" type="Map">
           <Option name="enabled" type="Map">
            <Option name="active" type="bool" value="true"/>
            <Option name="expression" type="QString" value='coalesce("tunnel", false)'/>
            <Option name="type" type="int" value="3"/>
           </Option>
          </Option>
          <Option name="type" type="QString" value="collection"/>
         </Option>
        </data_defined_properties>
       </layer>
       <layer class="SimpleLine" enabled="1" locked="0" pass="1">
        <Option type="Map">
          <Option name="line_color" type="QString" value="27,27,27,255"/>
          <Option name="line_width" type="QString" value="1.25"/>
          <Option name="line_width_unit" type="QString" value="MM"/>
          <Option name="line_style" type="QString" value="solid"/>
          <Option name="capstyle" type="QString" value="round"/>
          <Option name="joinstyle" type="QString" value="round"/>
        </Option>
        <data_defined_properties>
         <Option type="Map">
          <Option name="name" type="QString" value=""/>
          <Option name="properties" type="Map">
           <Option name="enabled" type="Map">
            <Option name="active" type="bool" value="true"/>
            <Option name="expression" type="QString" value='not coalesce("bridge" or "tunnel", false)'/>
            <Option name="type" type="int" value="3"/>
           </Option>
          </Option>
          <Option name="type" type="QString" value="collection"/>
         </Option>
        </data_defined_properties>
       </layer>
       <layer class="SimpleLine" enabled="1" locked="0" pass="2">
        <Option type="Map">
          <Option name="line_color" type="QString" value="76,201,240,255"/>
          <Option name="line_width" type="QString" value="0.75"/>
          <Option name="line_width_unit" type="QString" value="MM"/>
          <Option name="line_style" type="QString" value="solid"/>
          <Option name="capstyle" type="QString" value="round"/>
          <Option name="joinstyle" type="QString" value="round"/>
        </Option>
        <data_defined_properties>
         <Option type="Map">
          <Option name="name" type="QString" value=""/>
          <Option name="properties" type="Map">
           <Option name="enabled" type="Map">
            <Option name="active" type="bool" value="true"/>
            <Option name="expression" type="QString" value='not coalesce("bridge" or "tunnel", false)'/>
            <Option name="type" type="int" value="3"/>
           </Option>
          </Option>
          <Option name="type" type="QString" value="collection"/>
         </Option>
        </data_defined_properties>
       </layer>
       <layer class="SimpleLine" enabled="1" locked="0" pass="3">
        <Option type="Map">
          <Option name="line_color" type="QString" value="27,27,27,255"/>
          <Option name="line_width" type="QString" value="2.35"/>
          <Option name="line_width_unit" type="QString" value="MM"/>
          <Option name="line_style" type="QString" value="no"/>
          <Option name="capstyle" type="QString" value="flat"/>
          <Option name="joinstyle" type="QString" value="round"/>
        </Option>
        <data_defined_properties>
         <Option type="Map">
          <Option name="name" type="QString" value=""/>
          <Option name="properties" type="Map">
           <Option name="enabled" type="Map">
            <Option name="active" type="bool" value="true"/>
            <Option name="expression" type="QString" value='coalesce("bridge", false)'/>
            <Option name="type" type="int" value="3"/>
           </Option>
           <Option name="outlineStyle" type="Map">
            <Option name="active" type="bool" value="true"/>
            <Option name="expression" type="QString" value="if(coalesce(try(&quot;bridge&quot;), false), 'solid', 'no')"/>
            <Option name="type" type="int" value="3"/>
           </Option>
          </Option>
          <Option name="type" type="QString" value="collection"/>
         </Option>
        </data_defined_properties>
       </layer>
       <layer class="SimpleLine" enabled="1" locked="0" pass="4">
        <Option type="Map">
          <Option name="line_color" type="QString" value="255,255,255,255"/>
          <Option name="line_width" type="QString" value="1.75"/>
          <Option name="line_width_unit" type="QString" value="MM"/>
          <Option name="line_style" type="QString" value="no"/>
          <Option name="capstyle" type="QString" value="flat"/>
          <Option name="joinstyle" type="QString" value="round"/>
        </Option>
        <data_defined_properties>
         <Option type="Map">
          <Option name="name" type="QString" value=""/>
          <Option name="properties" type="Map">
           <Option name="enabled" type="Map">
            <Option name="active" type="bool" value="true"/>
            <Option name="expression" type="QString" value='coalesce("bridge", false)'/>
            <Option name="type" type="int" value="3"/>
           </Option>
           <Option name="outlineStyle" type="Map">
            <Option name="active" type="bool" value="true"/>
            <Option name="expression" type="QString" value="if(coalesce(try(&quot;bridge&quot;), false), 'solid', 'no')"/>
            <Option name="type" type="int" value="3"/>
           </Option>
          </Option>
          <Option name="type" type="QString" value="collection"/>
         </Option>
        </data_defined_properties>
       </layer>
       <layer class="SimpleLine" enabled="1" locked="0" pass="5">
        <Option type="Map">
          <Option name="line_color" type="QString" value="76,201,240,255"/>
          <Option name="line_width" type="QString" value="0.75"/>
          <Option name="line_width_unit" type="QString" value="MM"/>
          <Option name="line_style" type="QString" value="no"/>
          <Option name="capstyle" type="QString" value="flat"/>
          <Option name="joinstyle" type="QString" value="round"/>
        </Option>
        <data_defined_properties>
         <Option type="Map">
          <Option name="name" type="QString" value=""/>
          <Option name="properties" type="Map">
           <Option name="enabled" type="Map">
            <Option name="active" type="bool" value="true"/>
            <Option name="expression" type="QString" value='coalesce("bridge", false)'/>
            <Option name="type" type="int" value="3"/>
           </Option>
           <Option name="outlineStyle" type="Map">
            <Option name="active" type="bool" value="true"/>
            <Option name="expression" type="QString" value="if(coalesce(try(&quot;bridge&quot;), false), 'solid', 'no')"/>
            <Option name="type" type="int" value="3"/>
           </Option>
          </Option>
          <Option name="type" type="QString" value="collection"/>
         </Option>
        </data_defined_properties>
       </layer>
      </symbol>
    </symbols>
    <orderby>
      <orderByClause asc="1" nullsFirst="1">"layer"</orderByClause>
    </orderby>
  </renderer-v2>
  <mapTip>Road [% &quot;fid&quot; %]: [% round(&quot;length_m&quot;, 1) %] m, confidence [% coalesce(round(&quot;confidence&quot;, 2), &#x27;unknown&#x27;) %]</mapTip>
  <layerGeometryType>1</layerGeometryType>
</qgis>
