// Package manager stands in for Longhorn's volume manager: all that the webhook asks of it is the names of parameters.
package manager

const (
	DataSourceTypeExportFromVolumeParameterExportType      = "export-type"
	DataSourceTypeExportFromVolumeParameterExportTypeRAW   = "raw"
	DataSourceTypeExportFromVolumeParameterExportTypeQCOW2 = "qcow2"
)
