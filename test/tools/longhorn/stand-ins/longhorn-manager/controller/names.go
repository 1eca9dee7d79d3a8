// Package controller stands in for Longhorn's controllers: all that the webhook asks of them is what a resource is called.
package controller

const (
	CRDVolumeName       = "volumes.longhorn.io"
	CRDBackingImageName = "backingimages.longhorn.io"
	CRDBackupTargetName = "backuptargets.longhorn.io"
	CRDEngineImageName  = "engineimages.longhorn.io"
	CRDNodeName         = "nodes.longhorn.io"
)
