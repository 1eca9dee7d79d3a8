// Longhorn's own admission webhook, in front of the API server of a test: its mutators, its validators and its caches of the
// cluster, without its controllers.
//
//	longhorn-webhook <kubeconfig> <address>
//
// POD_NAMESPACE is Longhorn's namespace. When the API server calls the webhook, the line "ready" is printed.
package main

import (
	"context"
	"fmt"
	"log"
	"net/http"
	"os"
	"reflect"
	"time"

	"github.com/rancher/wrangler/v3/pkg/webhook"

	admissionregv1 "k8s.io/api/admissionregistration/v1"
	apiextensionsclientset "k8s.io/apiextensions-apiserver/pkg/client/clientset/clientset"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/tools/clientcmd"

	"github.com/longhorn/longhorn-manager/datastore"
	lhclientset "github.com/longhorn/longhorn-manager/k8s/pkg/client/clientset/versioned"
	"github.com/longhorn/longhorn-manager/util"
	"github.com/longhorn/longhorn-manager/webhook/admission"
)

const (
	validatorName = "longhorn-webhook-validator"
	mutatorName   = "longhorn-webhook-mutator"
)

func main() {
	if len(os.Args) != 3 {
		log.Fatal("usage: longhorn-webhook <kubeconfig> <address>")
	}
	if err := run(os.Args[1], os.Args[2]); err != nil {
		log.Fatal(err)
	}
}

func run(kubeconfig, address string) error {
	config, err := clientcmd.BuildConfigFromFlags("", kubeconfig)
	if err != nil {
		return err
	}
	cluster, err := kubernetes.NewForConfig(config)
	if err != nil {
		return err
	}
	longhorn, err := lhclientset.NewForConfig(config)
	if err != nil {
		return err
	}
	extensions, err := apiextensionsclientset.NewForConfig(config)
	if err != nil {
		return err
	}
	namespace := os.Getenv("POD_NAMESPACE")
	informers := util.NewInformerFactories(namespace, cluster, longhorn, 30*time.Second)
	store := datastore.NewDataStore(namespace, longhorn, cluster, extensions, informers)
	never := make(chan struct{})
	informers.Start(never)
	if !store.Sync(never) {
		return fmt.Errorf("the caches of the cluster were not filled")
	}

	certificate, authority, err := newCertificate()
	if err != nil {
		return err
	}
	mutation, mutationRules := serve(admission.AdmissionTypeMutation, mutatorsOf(store))
	validation, validationRules := serve(admission.AdmissionTypeValidation, validatorsOf(store))
	routes := http.NewServeMux()
	routes.Handle("/mutation", mutation)
	routes.Handle("/validation", validation)
	failed := make(chan error, 1)
	go func() { failed <- listen(address, certificate, routes) }()
	server := clientOf("https://"+address, authority)
	if err := register(cluster, server, mutationRules, validationRules); err != nil {
		return err
	}
	fmt.Println("ready")
	return <-failed
}

// serve answers with the handler of these, and with what the API server must ask it.
func serve(kind string, admitters []admission.Admitter) (http.Handler, []admissionregv1.RuleWithOperations) {
	router := webhook.NewRouter()
	rules := []admissionregv1.RuleWithOperations{}
	for _, admitter := range admitters {
		resource := admitter.Resource()
		object := reflect.Indirect(reflect.ValueOf(resource.ObjectType)).Type().Name()
		router.Kind(object).Group(resource.APIGroup).Type(resource.ObjectType).Handle(admission.NewHandler(admitter, kind))
		rules = append(rules, admissionregv1.RuleWithOperations{
			Operations: resource.OperationTypes,
			Rule: admissionregv1.Rule{
				APIGroups:   []string{resource.APIGroup},
				APIVersions: []string{resource.APIVersion},
				Resources:   []string{resource.Name},
				Scope:       &resource.Scope,
			},
		})
	}
	return router, rules
}

type clientConfigs func(path string) admissionregv1.WebhookClientConfig

func clientOf(base string, authority []byte) clientConfigs {
	return func(path string) admissionregv1.WebhookClientConfig {
		url := base + path
		return admissionregv1.WebhookClientConfig{URL: &url, CABundle: authority}
	}
}

// register tells the API server in Longhorn's own words: names, failure policy and rules are those of its manager.
func register(cluster kubernetes.Interface, at clientConfigs, mutation, validation []admissionregv1.RuleWithOperations) error {
	fail, exact, none := admissionregv1.Fail, admissionregv1.Exact, admissionregv1.SideEffectClassNone
	versions := []string{"v1"}
	name := func(name string) metav1.ObjectMeta { return metav1.ObjectMeta{Name: name} }
	validating := cluster.AdmissionregistrationV1().ValidatingWebhookConfigurations()
	mutating := cluster.AdmissionregistrationV1().MutatingWebhookConfigurations()
	// Of a webhook that ran before this one.
	for _, remove := range []func() error{
		func() error { return validating.Delete(context.Background(), validatorName, metav1.DeleteOptions{}) },
		func() error { return mutating.Delete(context.Background(), mutatorName, metav1.DeleteOptions{}) },
	} {
		if err := remove(); err != nil && !apierrors.IsNotFound(err) {
			return err
		}
	}
	_, err := validating.Create(context.Background(), &admissionregv1.ValidatingWebhookConfiguration{
		ObjectMeta: name(validatorName),
		Webhooks: []admissionregv1.ValidatingWebhook{{
			Name: "validator.longhorn.io", ClientConfig: at("/validation"), Rules: validation,
			FailurePolicy: &fail, MatchPolicy: &exact, SideEffects: &none, AdmissionReviewVersions: versions,
		}},
	}, metav1.CreateOptions{})
	if err != nil {
		return err
	}
	_, err = mutating.Create(context.Background(), &admissionregv1.MutatingWebhookConfiguration{
		ObjectMeta: name(mutatorName),
		Webhooks: []admissionregv1.MutatingWebhook{{
			Name: "mutator.longhorn.io", ClientConfig: at("/mutation"), Rules: mutation,
			FailurePolicy: &fail, MatchPolicy: &exact, SideEffects: &none, AdmissionReviewVersions: versions,
		}},
	}, metav1.CreateOptions{})
	return err
}
