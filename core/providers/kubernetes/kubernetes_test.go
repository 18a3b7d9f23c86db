package kubernetes_test

import (
	"encoding/json"
	"testing"

	"github.com/revstackhq/auth-go/core/providers/internal/configtest"
	"github.com/revstackhq/auth-go/core/providers/kubernetes"
)

// TestNewContractFaults: every mistake is reported, by the field of Config.
func TestNewContractFaults(t *testing.T) {
	configtest.Mistakes(t, kubernetes.NewContract, []configtest.Mistake[kubernetes.Config]{
		{Name: "nothing", Config: kubernetes.Config{}, Fields: []string{"Audience", "Issuer"}},
		{
			Name:   "legacy tokens",
			Config: kubernetes.Config{Issuer: "kubernetes/serviceaccount", Audience: []string{"a"}},
			Fields: []string{"Issuer"},
		},
		{
			Name:   "plain http",
			Config: kubernetes.Config{Issuer: "http://kubernetes.default.svc", Audience: []string{"a"}},
			Fields: []string{"Issuer"},
		},
		{
			Name:   "an empty audience",
			Config: kubernetes.Config{Issuer: "https://kubernetes.default.svc.cluster.local", Audience: []string{""}},
			Fields: []string{"Audience"},
		},
		{
			Name: "keys from two places",
			Config: kubernetes.Config{
				Issuer:   "https://kubernetes.default.svc.cluster.local",
				Audience: []string{"a"},
				JWKSURL:  "https://api.example/openid/v1/jwks",
				JWKS:     json.RawMessage(`{"keys":[]}`),
			},
			Fields: []string{"JWKS"},
		},
		{
			Name: "no key",
			Config: kubernetes.Config{
				Issuer:   "https://kubernetes.default.svc.cluster.local",
				Audience: []string{"a"},
				JWKS:     json.RawMessage(`{"keys":[]}`),
			},
			Fields: []string{"JWKS"},
		},
		{
			Name: "a service account without its namespace",
			Config: kubernetes.Config{
				Issuer:          "https://kubernetes.default.svc.cluster.local",
				Audience:        []string{"a"},
				ServiceAccounts: []string{"invoicer"},
			},
			Fields: []string{"ServiceAccounts"},
		},
		{
			Name: "an empty service account",
			Config: kubernetes.Config{
				Issuer:          "https://kubernetes.default.svc.cluster.local",
				Audience:        []string{"a"},
				ServiceAccounts: []string{""},
			},
			Fields: []string{"ServiceAccounts"},
		},
		{
			Name: "a pattern",
			Config: kubernetes.Config{
				Issuer:          "https://kubernetes.default.svc.cluster.local",
				Audience:        []string{"a"},
				ServiceAccounts: []string{"billing/*"},
			},
			Fields: []string{"ServiceAccounts"},
		},
		{
			Name: "a pattern of namespaces",
			Config: kubernetes.Config{
				Issuer:     "https://kubernetes.default.svc.cluster.local",
				Audience:   []string{"a"},
				Namespaces: []string{"billing-*"},
			},
			Fields: []string{"Namespaces"},
		},
		{
			Name: "an empty namespace",
			Config: kubernetes.Config{
				Issuer:     "https://kubernetes.default.svc.cluster.local",
				Audience:   []string{"a"},
				Namespaces: []string{""},
			},
			Fields: []string{"Namespaces"},
		},
		{
			Name: "a service account outside the namespaces",
			Config: kubernetes.Config{
				Issuer:          "https://kubernetes.default.svc.cluster.local",
				Audience:        []string{"a"},
				Namespaces:      []string{"ops"},
				ServiceAccounts: []string{"billing/invoicer"},
			},
			Fields: []string{"ServiceAccounts"},
		},
	})
}

// TestNewContractKeys: where issuer and keys are, for what users write.
func TestNewContractKeys(t *testing.T) {
	configtest.Places(t, "kubernetes", kubernetes.NewContract, []configtest.Place[kubernetes.Config]{
		{
			Name:   "discovery",
			Config: kubernetes.Config{Issuer: "https://kubernetes.default.svc.cluster.local", Audience: []string{"a"}},
			Issuer: "https://kubernetes.default.svc.cluster.local",
			Keys:   "",
		},
		{
			Name: "keys by URL, issuer with a slash",
			Config: kubernetes.Config{
				Issuer:   "https://k8s.example/",
				Audience: []string{"a"},
				JWKSURL:  "https://api.example/openid/v1/jwks",
			},
			Issuer: "https://k8s.example/",
			Keys:   "https://api.example/openid/v1/jwks",
		},
		{
			Name: "subject and namespace",
			Config: kubernetes.Config{
				Issuer:          "https://kubernetes.default.svc.cluster.local",
				Audience:        []string{"a"},
				Namespaces:      []string{"billing"},
				ServiceAccounts: []string{"system:serviceaccount:billing:invoicer"},
			},
			Issuer: "https://kubernetes.default.svc.cluster.local",
			Keys:   "",
		},
	})
}

func TestClaims(t *testing.T) {
	claims := configtest.Claims[kubernetes.Claims](t, "kubernetes", "projected token")
	if ok := claims.Kubernetes.Namespace == "billing" && claims.Kubernetes.Pod != nil &&
		claims.Kubernetes.Pod.Name == "invoicer-7c9d5b"; !ok {
		t.Errorf("%+v", claims)
	}
	if ok := claims.Kubernetes.Secret == nil && claims.Kubernetes.WarnAfter == 1787303607; !ok {
		t.Errorf("%+v", claims)
	}
}
