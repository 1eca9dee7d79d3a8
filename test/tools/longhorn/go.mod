// Longhorn's admission webhook, for the tests on Longhorn's own code (`test/longhorn`).
module soteria.dev/test/tools/longhorn

go 1.26.0

replace (
	// What its manager replaces, too.
	github.com/henrygd/beszel => github.com/longhorn/beszel v0.16.2-0.20260114090315-332709c32c7d
	// A few names each is all that the webhook uses of them.
	github.com/longhorn/backing-image-manager => ./stand-ins/backing-image-manager
	github.com/longhorn/backupstore => ./stand-ins/backupstore
	// The webhook's own sources out of the module below, put together by scripts/compose-longhorn.ts.
	github.com/longhorn/longhorn-manager => ../../../.cache/longhorn-manager
)

require (
	github.com/anmitsu/go-shlex v0.0.0-20200514113438-38f4b401e2be
	github.com/blang/semver v3.5.1+incompatible
	github.com/c9s/goprocinfo v0.0.0-20210130143923-c95fcf8c64a8
	github.com/cockroachdb/errors v1.13.0
	github.com/cockroachdb/logtags v0.0.0-20230118201751-21c54148d20b
	github.com/cockroachdb/redact v1.1.5
	github.com/coreos/go-systemd/v22 v22.7.0
	github.com/davecgh/go-spew v1.1.2-0.20180830191138-d8f796af33cc
	github.com/distatus/battery v0.11.0
	github.com/dolthub/maphash v0.1.0
	github.com/emicklei/go-restful/v3 v3.13.0
	github.com/evanphx/json-patch v5.9.11+incompatible
	github.com/felixge/httpsnoop v1.0.4
	github.com/fxamacker/cbor/v2 v2.9.0
	github.com/getsentry/sentry-go v0.46.0
	github.com/gliderlabs/ssh v0.3.8
	github.com/go-logr/logr v1.4.3
	github.com/go-openapi/jsonpointer v0.22.4
	github.com/go-openapi/jsonreference v0.21.4
	github.com/go-openapi/swag v0.25.4
	github.com/go-openapi/swag/cmdutils v0.25.4
	github.com/go-openapi/swag/conv v0.25.4
	github.com/go-openapi/swag/fileutils v0.25.4
	github.com/go-openapi/swag/jsonname v0.25.4
	github.com/go-openapi/swag/jsonutils v0.25.4
	github.com/go-openapi/swag/loading v0.25.4
	github.com/go-openapi/swag/mangling v0.25.4
	github.com/go-openapi/swag/netutils v0.25.4
	github.com/go-openapi/swag/stringutils v0.25.4
	github.com/go-openapi/swag/typeutils v0.25.4
	github.com/go-openapi/swag/yamlutils v0.25.4
	github.com/godbus/dbus/v5 v5.2.2
	github.com/gogo/protobuf v1.3.2
	github.com/google/gnostic-models v0.7.1
	github.com/google/uuid v1.6.0
	github.com/gorilla/handlers v1.5.2
	github.com/henrygd/beszel v0.18.2
	github.com/json-iterator/go v1.1.12
	github.com/klauspost/compress v1.18.1
	github.com/kr/pretty v0.3.1
	github.com/kr/text v0.2.0
	github.com/longhorn/backing-image-manager v1.12.0-rc3
	github.com/longhorn/backupstore v0.0.0-20260512085050-2a21a780e44c
	github.com/longhorn/go-common-libs v0.0.0-20260512083219-bb6c10ce1050
	github.com/longhorn/go-spdk-helper v0.6.2
	github.com/longhorn/longhorn-manager v1.12.0
	github.com/lxzan/gws v1.8.9
	github.com/mitchellh/go-ps v1.0.0
	github.com/modern-go/concurrent v0.0.0-20180306012644-bacd9c7ef1dd
	github.com/modern-go/reflect2 v1.0.3-0.20250322232337-35a7c28c31ee
	github.com/munnerz/goautoneg v0.0.0-20191010083416-a7dc8b61c822
	github.com/pkg/errors v0.9.1
	github.com/pmezard/go-difflib v1.0.1-0.20181226105442-5d4384ee4fb2
	github.com/rancher/wrangler/v3 v3.6.0
	github.com/robfig/cron v1.2.0
	github.com/rogpeppe/go-internal v1.14.1
	github.com/shirou/gopsutil/v3 v3.24.5
	github.com/shirou/gopsutil/v4 v4.25.10
	github.com/sirupsen/logrus v1.9.4
	github.com/spf13/pflag v1.0.10
	github.com/tklauser/go-sysconf v0.3.16
	github.com/tklauser/numcpus v0.11.0
	github.com/x448/float16 v0.8.4
	go.yaml.in/yaml/v2 v2.4.3
	go.yaml.in/yaml/v3 v3.0.4
	golang.org/x/crypto v0.50.0
	golang.org/x/exp v0.0.0-20260410095643-746e56fc9e2f
	golang.org/x/net v0.53.0
	golang.org/x/oauth2 v0.36.0
	golang.org/x/sys v0.44.0
	golang.org/x/term v0.42.0
	golang.org/x/text v0.36.0
	golang.org/x/time v0.15.0
	google.golang.org/protobuf v1.36.12-0.20260120151049-f2248ac996af
	gopkg.in/evanphx/json-patch.v4 v4.13.0
	gopkg.in/inf.v0 v0.9.1
	gopkg.in/yaml.v2 v2.4.0
	k8s.io/api v0.36.1
	k8s.io/apiextensions-apiserver v0.36.1
	k8s.io/apimachinery v0.36.1
	k8s.io/client-go v0.36.1
	k8s.io/klog/v2 v2.140.0
	k8s.io/kube-openapi v0.0.0-20260317180543-43fb72c5454a
	k8s.io/utils v0.0.0-20260507154919-ff6756f316d2
	sigs.k8s.io/json v0.0.0-20250730193827-2d320260d730
	sigs.k8s.io/randfill v1.0.0
	sigs.k8s.io/structured-merge-diff/v6 v6.4.0
	sigs.k8s.io/yaml v1.6.0
)
