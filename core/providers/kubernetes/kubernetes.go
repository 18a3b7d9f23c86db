// Package kubernetes is the preset for the tokens of Kubernetes service
// accounts (https://kubernetes.io/docs/concepts/security/service-accounts/).
//
//	contract, err := kubernetes.NewContract(kubernetes.Config{
//		Issuer:          "https://oidc.eks.eu-west-1.amazonaws.com/id/7F3D9A51C2E84B06",
//		Audience:        []string{"https://invoices.example.com"},
//		ServiceAccounts: []string{"billing/invoicer"},
//	})
//
// It accepts projected tokens, which are bound to a pod and expire, and no
// legacy ones out of secrets. A deleted pod's token stays valid until it
// expires: only the API server's TokenReview knows.
package kubernetes

import (
	"encoding/json"
	"slices"
	"strings"
	"time"

	"github.com/revstackhq/auth-go/core"
	"github.com/revstackhq/auth-go/core/providers/internal/preset"
)

// Config says which cluster to trust. Issuer and Audience are required.
type Config struct {
	// Issuer is the API server's --service-account-issuer, exactly: kubectl get
	// --raw /.well-known/openid-configuration shows it. In a cluster of one's
	// own it is often https://kubernetes.default.svc.cluster.local.
	Issuer string `json:"issuer"`
	// Audience is the audience of the pod's projected volume. Without one the
	// token is meant for the API server alone.
	Audience core.Strings `json:"audience"`

	// Namespaces and ServiceAccounts restrict who is accepted; service accounts
	// are written namespace/name. Without them every pod of the cluster that
	// asks for the audience is accepted.
	Namespaces      []string `json:"namespaces,omitempty"`
	ServiceAccounts []string `json:"serviceAccounts,omitempty"`

	// JWKSURL replaces discovery. The API server's own, /openid/v1/jwks, wants
	// authentication and has the cluster's certificate: give a client that has
	// both with core.WithHTTPClient. The document often names an address that
	// is reachable inside the cluster only.
	JWKSURL string `json:"jwksUri,omitempty"`
	// JWKS is what kubectl get --raw /openid/v1/jwks prints: with it no network
	// is used, and it must be replaced when the cluster's key is.
	JWKS json.RawMessage `json:"jwks,omitempty"`
	// Algorithms are RS256 by default; a cluster with an EC key signs with
	// ES256, ES384 or ES512.
	Algorithms []string `json:"algorithms,omitempty"`
	// Leeway is 30 s by default.
	Leeway time.Duration `json:"-"`
	// MaxAge bounds the time since iat; 0 means no bound. Clusters that extend
	// tokens (warnafter) make them valid for a year, while pods get a new one
	// every hour.
	MaxAge time.Duration `json:"-"`
}

const subjectPrefix = "system:serviceaccount:"

// NewContract returns the contract, or every mistake in cfg at once as
// [*core.ConfigError]. It does no I/O.
func NewContract(cfg Config) (*core.Contract, error) {
	var f preset.Faults
	f.Required("Issuer", cfg.Issuer, "kubectl get --raw /.well-known/openid-configuration shows it")
	if cfg.Issuer != "" && !strings.Contains(cfg.Issuer, "://") {
		f.Add(
			"Issuer",
			cfg.Issuer,
			"is not the issuer of projected tokens, which is a URL: legacy tokens of secrets never expire and are not accepted",
		)
	}
	if len(cfg.Audience) == 0 {
		f.Missing("Audience", "is required: the audience of the projected volume (serviceAccountToken.audience)")
	}
	if cfg.JWKSURL != "" && len(cfg.JWKS) > 0 {
		f.Conflict("JWKS", "", "{JWKSURL} is set too: keep one of the two")
	}
	rules := core.Rules{
		Provider: "kubernetes", Issuer: cfg.Issuer, Discovery: cfg.JWKSURL == "" &&
			len(cfg.JWKS) == 0, JWKSURL: cfg.JWKSURL, JWKS: cfg.JWKS,
		Algorithms: cfg.Algorithms, Audiences: f.Values("Audience", cfg.Audience), TokenTypes: []string{"", "JWT"},
		ClaimRules: cfg.rules(&f), Leeway: cfg.Leeway, MaxAge: cfg.MaxAge, Session: mapping(),
	}
	if len(cfg.Namespaces)+len(cfg.ServiceAccounts) == 0 {
		rules.Warnings = []string{
			"every namespace: any pod of the cluster can ask for a token with this audience; set Namespaces or ServiceAccounts",
		}
	}
	return f.Contract(rules, map[string]string{"Audiences": "Audience"})
}

func (c *Config) rules(f *preset.Faults) []core.ClaimRule {
	rules := []core.ClaimRule{{
		Claim: "sub", Prefixes: []string{subjectPrefix}, Reason: "the subject of a service account",
	}}
	var within []string
	for _, ns := range f.Values("Namespaces", c.Namespaces) {
		if strings.ContainsAny(ns, ":/*") {
			f.Add("Namespaces", ns, "is not a valid namespace name")
		}
		within = append(within, subjectPrefix+ns+":")
	}
	if len(within) > 0 {
		rules = append(rules, core.ClaimRule{
			Claim:    "sub",
			Prefixes: within,
			Code:     core.CodePartyMismatch,
			Reason:   "the namespace",
		})
	}
	if len(c.ServiceAccounts) > 0 {
		rules = append(rules, core.ClaimRule{
			Claim: "sub", OneOf: c.subjects(f), Code: core.CodePartyMismatch, Reason: "the service account",
		})
	}
	return rules
}

func (c *Config) subjects(f *preset.Faults) []string {
	subjects := make([]string, 0, len(c.ServiceAccounts))
	for _, account := range f.Values("ServiceAccounts", c.ServiceAccounts) {
		namespace, name, _ := strings.Cut(strings.TrimPrefix(account, subjectPrefix), "/")
		if rest, isSubject := strings.CutPrefix(account, subjectPrefix); isSubject {
			namespace, name, _ = strings.Cut(rest, ":")
		}
		switch {
		case namespace == "" || name == "" || strings.ContainsAny(namespace+name, ":/*"):
			f.Add("ServiceAccounts", account, "must be namespace/name")
		case len(c.Namespaces) > 0 && !slices.Contains(c.Namespaces, namespace):
			f.Add("ServiceAccounts", account, "is in none of the {Namespaces}, so it could never sign in")
		}
		subjects = append(subjects, subjectPrefix+namespace+":"+name)
	}
	return subjects
}

func mapping() core.Mapping {
	none := []core.ClaimRef{}
	return core.Mapping{
		// The member's name has a dot, so the path is a JSON Pointer.
		OrganizationID:   preset.Refs("/kubernetes.io/namespace"),
		OrganizationSlug: none,
		OrganizationName: none,
		OrganizationRole: none,
		SessionID:        none,
		Roles:            none,
		Permissions:      none,
		Scopes:           none,
		Email:            none,
		ClientID:         none,
		Kind:             core.KindMachine,
	}
}
