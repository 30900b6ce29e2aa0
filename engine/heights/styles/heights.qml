<!DOCTYPE qgis PUBLIC 'http://mrcc.com/qgis.dtd' 'SYSTEM'>
<qgis version="3.22.0" styleCategories="Symbology">
  <pipe>
    <provider>
      <resampling enabled="true" zoomedInResamplingMethod="nearestNeighbour" zoomedOutResamplingMethod="bilinear" maxOversampling="2"/>
    </provider>
    <rasterrenderer type="singlebandpseudocolor" band="1" opacity="1" alphaBand="-1" nodataColor="" classificationMin="0" classificationMax="100">
      <rasterTransparency/>
      <minMaxOrigin>
        <limits>None</limits>
        <extent>WholeRaster</extent>
        <statAccuracy>Estimated</statAccuracy>
      </minMaxOrigin>
      <rastershader>
        <colorrampshader colorRampType="INTERPOLATED" classificationMode="1" minimumValue="0" maximumValue="100" clip="0" labelPrecision="0">
          <item value="0" label="0 m" color="#f2f0ea" alpha="255"/>
          <item value="3" label="3 m" color="#cfe3c0" alpha="255"/>
          <item value="6" label="6 m" color="#93cfa8" alpha="255"/>
          <item value="10" label="10 m" color="#4fb3a9" alpha="255"/>
          <item value="15" label="15 m" color="#2f8fb0" alpha="255"/>
          <item value="25" label="25 m" color="#3d63a8" alpha="255"/>
          <item value="40" label="40 m" color="#56408f" alpha="255"/>
          <item value="60" label="60 m" color="#5b1f66" alpha="255"/>
          <item value="100" label="100 m" color="#2e0f3a" alpha="255"/>
          <rampLegendSettings useContinuousLegend="0" minimumLabel="" maximumLabel="" prefix="" suffix="" direction="0" orientation="2"/>
        </colorrampshader>
      </rastershader>
    </rasterrenderer>
    <brightnesscontrast brightness="0" contrast="0" gamma="1"/>
    <huesaturation saturation="0" grayscaleMode="0" colorizeOn="0"/>
    <rasterresampler maxOversampling="2"/>
    <resamplingStage>provider</resamplingStage>
  </pipe>
  <blendMode>0</blendMode>
</qgis>
