module github.com/longhorn/longhorn-manager

go 1.26.0
