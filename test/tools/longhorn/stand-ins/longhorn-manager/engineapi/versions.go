// Package engineapi stands in for Longhorn's clients of its engines: all that the webhook asks of them is two versions.
package engineapi

const (
	CLIVersionFour = 4
	CLIVersionFive = 5
)
