// Package types stands in for the backing image manager's: what an encryption can be.
package types

type EncryptionType string

const (
	EncryptionTypeEncrypt = EncryptionType("encrypt")
	EncryptionTypeDecrypt = EncryptionType("decrypt")
	EncryptionTypeIgnore  = EncryptionType("ignore")
)
