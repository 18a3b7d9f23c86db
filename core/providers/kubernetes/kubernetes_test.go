package kubernetes_test

import (
	"encoding/json"
	"slices"
	"testing"

	"github.com/revstackhq/auth-go/core/providers/internal/configtest"
	"github.com/revstackhq/auth-go/core/providers/kubernetes"
)

// TestNewContractFaults: every mistake is told, by the field of Config.
func TestNewContractFaults(t *testing.T) {
	cases := []struct {
		name string
		cfg  kubernetes.Config
		want []string
	}{
		{"nothing", kubernetes.Config{}, []string{"Audience", "Issuer"}},
		{"legacy tokens", kubernetes.Config{Issuer: "kubernetes/serviceaccount", Audience: []string{"a"}}, []string{"Issuer"}},
		{"plain http", kubernetes.Config{Issuer: "http://kubernetes.default.svc", Audience: []string{"a"}}, []string{"Issuer"}},
		{"an empty audience", kubernetes.Config{Issuer: "https://kubernetes.default.svc.cluster.local", Audience: []string{""}}, []string{"Audience"}},
		{"keys from two places", kubernetes.Config{Issuer: "https://kubernetes.default.svc.cluster.local", Audience: []string{"a"}, JWKSURL: "https://api.example/openid/v1/jwks", JWKS: json.RawMessage(`{"keys":[]}`)}, []string{"JWKS"}},
		{"no key", kubernetes.Config{Issuer: "https://kubernetes.default.svc.cluster.local", Audience: []string{"a"}, JWKS: json.RawMessage(`{"keys":[]}`)}, []string{"JWKS"}},
		{"a service account without its namespace", kubernetes.Config{Issuer: "https://kubernetes.default.svc.cluster.local", Audience: []string{"a"}, ServiceAccounts: []string{"invoicer"}}, []string{"ServiceAccounts"}},
		{"an empty service account", kubernetes.Config{Issuer: "https://kubernetes.default.svc.cluster.local", Audience: []string{"a"}, ServiceAccounts: []string{""}}, []string{"ServiceAccounts"}},
		{"a pattern", kubernetes.Config{Issuer: "https://kubernetes.default.svc.cluster.local", Audience: []string{"a"}, ServiceAccounts: []string{"billing/*"}}, []string{"ServiceAccounts"}},
		{"a pattern of namespaces", kubernetes.Config{Issuer: "https://kubernetes.default.svc.cluster.local", Audience: []string{"a"}, Namespaces: []string{"billing-*"}}, []string{"Namespaces"}},
		{"an empty namespace", kubernetes.Config{Issuer: "https://kubernetes.default.svc.cluster.local", Audience: []string{"a"}, Namespaces: []string{""}}, []string{"Namespaces"}},
		{"a service account outside the namespaces", kubernetes.Config{Issuer: "https://kubernetes.default.svc.cluster.local", Audience: []string{"a"}, Namespaces: []string{"ops"}, ServiceAccounts: []string{"billing/invoicer"}}, []string{"ServiceAccounts"}},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			contract, err := kubernetes.NewContract(c.cfg)
			if got := configtest.Fields(err); !slices.Equal(got, c.want) {
				t.Errorf("the faults are in %q, not %q: %v", got, c.want, err)
			}
			if contract != nil {
				t.Error("there is a contract beside the error")
			}
		})
	}
}

// TestNewContractKeys: where issuer and keys are, for what users write.
func TestNewContractKeys(t *testing.T) {
	cases := []struct {
		name         string
		cfg          kubernetes.Config
		issuer, keys string
	}{
		{"discovery", kubernetes.Config{Issuer: "https://kubernetes.default.svc.cluster.local", Audience: []string{"a"}}, "https://kubernetes.default.svc.cluster.local", ""},
		{"keys by URL, issuer with a slash", kubernetes.Config{Issuer: "https://k8s.example/", Audience: []string{"a"}, JWKSURL: "https://api.example/openid/v1/jwks"}, "https://k8s.example/", "https://api.example/openid/v1/jwks"},
		{"subject and namespace", kubernetes.Config{Issuer: "https://kubernetes.default.svc.cluster.local", Audience: []string{"a"}, Namespaces: []string{"billing"}, ServiceAccounts: []string{"system:serviceaccount:billing:invoicer"}}, "https://kubernetes.default.svc.cluster.local", ""},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			contract, err := kubernetes.NewContract(c.cfg)
			if err != nil {
				t.Fatal(err)
			}
			if got := contract.Issuer(); got != c.issuer {
				t.Errorf("the issuer is %q, not %q", got, c.issuer)
			}
			if got := contract.Rules().JWKSURL; got != c.keys {
				t.Errorf("the keys are at %q, not %q", got, c.keys)
			}
			if got := contract.Provider(); got != "kubernetes" {
				t.Errorf("the provider is %q", got)
			}
		})
	}
}

func TestClaims(t *testing.T) {
	payload, err := configtest.Payload("kubernetes", "projected token")
	if err != nil {
		t.Fatal(err)
	}
	var claims kubernetes.Claims
	if err := json.Unmarshal(payload, &claims); err != nil {
		t.Fatal(err)
	}
	if ok := claims.Kubernetes.Namespace == "billing" && claims.Kubernetes.Pod != nil && claims.Kubernetes.Pod.Name == "invoicer-7c9d5b"; !ok {
		t.Errorf("%+v", claims)
	}
	if ok := claims.Kubernetes.Secret == nil && claims.Kubernetes.WarnAfter == 1787303607; !ok {
		t.Errorf("%+v", claims)
	}
}
