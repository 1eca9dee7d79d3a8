package main

import (
	"os"

	"github.com/longhorn/longhorn-manager/datastore"
	"github.com/longhorn/longhorn-manager/webhook/admission"
	"github.com/longhorn/longhorn-manager/webhook/resources/backingimage"
	"github.com/longhorn/longhorn-manager/webhook/resources/backup"
	"github.com/longhorn/longhorn-manager/webhook/resources/backupbackingimage"
	"github.com/longhorn/longhorn-manager/webhook/resources/backuptarget"
	"github.com/longhorn/longhorn-manager/webhook/resources/backupvolume"
	"github.com/longhorn/longhorn-manager/webhook/resources/engine"
	"github.com/longhorn/longhorn-manager/webhook/resources/engineimage"
	"github.com/longhorn/longhorn-manager/webhook/resources/setting"
	"github.com/longhorn/longhorn-manager/webhook/resources/snapshot"
	"github.com/longhorn/longhorn-manager/webhook/resources/volume"
)

// Of every kind that Soteria reads or writes.

func mutatorsOf(store *datastore.DataStore) []admission.Admitter {
	return []admission.Admitter{
		backingimage.NewMutator(store),
		backup.NewMutator(store),
		backupbackingimage.NewMutator(store),
		backuptarget.NewMutator(store),
		backupvolume.NewMutator(store),
		engine.NewMutator(store),
		engineimage.NewMutator(store),
		setting.NewMutator(store),
		snapshot.NewMutator(store),
		volume.NewMutator(store),
	}
}

func validatorsOf(store *datastore.DataStore) []admission.Admitter {
	validators := []admission.Validator{
		backingimage.NewValidator(store),
		backup.NewValidator(store),
		backupbackingimage.NewValidator(store),
		backuptarget.NewValidator(store),
		backupvolume.NewValidator(store),
		engine.NewValidator(store),
		engineimage.NewValidator(store),
		setting.NewValidator(store),
		snapshot.NewValidator(store),
		volume.NewValidator(store, os.Getenv("NODE_NAME")),
	}
	admitters := make([]admission.Admitter, len(validators))
	for i, validator := range validators {
		admitters[i] = admission.NewValidatorAdapter(validator)
	}
	return admitters
}
