// Package backupstore stands in for Longhorn's backup store: all that the webhook asks of it is what a backup's URL names.
package backupstore

import (
	"fmt"
	"net/url"
	"regexp"
)

var name = regexp.MustCompile(`^[a-zA-Z0-9][a-zA-Z0-9_.-]+$`)

// DecodeBackupURL answers with the backup (none: the URL of a volume), its volume and the URL of the store.
func DecodeBackupURL(backupURL string) (backup, volume, store string, err error) {
	parsed, err := url.Parse(backupURL)
	if err != nil {
		return "", "", "", err
	}
	members := parsed.Query()
	backup, volume = members.Get("backup"), members.Get("volume")
	if !name.MatchString(volume) {
		return "", "", "", fmt.Errorf("invalid volume name parsed, got %v", volume)
	}
	if backup != "" && !name.MatchString(backup) {
		return "", "", "", fmt.Errorf("invalid backup name parsed, got %v", backup)
	}
	members.Del("backup")
	members.Del("volume")
	parsed.RawQuery = members.Encode()
	return backup, volume, parsed.String(), nil
}
