package guard

import (
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/revstackhq/auth-go/core/internal/faults"
)

// ResourceMetadata describes this service to its clients (RFC 9728), so that
// a client whose request is rejected finds the authorization server. Model Context
// Protocol clients depend on it.
type ResourceMetadata struct {
	// Resource is the service's own identifier: an https URL without a fragment
	// (RFC 9728 §1.2).
	Resource string
	// AuthorizationServers are the issuers that issue tokens for the service; by
	// default those of the contracts.
	AuthorizationServers []string
	// Scopes are the scopes that the service uses (scopes_supported).
	Scopes []string
	// Name is the service's display name (resource_name). Documentation is the URL
	// of its documentation for developers (resource_documentation).
	Name          string
	Documentation string
}

const metadataPath = "/.well-known/oauth-protected-resource"

// Metadata adds resource_metadata to challenges. Serve the document itself with
// [Guard.MetadataHandler], at the path that [Guard.MetadataPath] returns.
func Metadata(m ResourceMetadata) Option {
	m.AuthorizationServers, m.Scopes = slices.Clone(m.AuthorizationServers), slices.Clone(m.Scopes)
	return option(func(s *settings) { s.metadata = &m }) // guards may share an option: nothing is changed here
}

// url returns the URL at which clients look for the document: the well-known path
// goes between host and path (RFC 9728 §3.1).
func (m *ResourceMetadata) url(f *configErrors) string {
	if m.Resource == "" {
		f.Missing("Metadata.Resource", "is empty: name the URL that clients are given, such as https://api.example.com/mcp")
		return ""
	}
	if !f.URL("Metadata.Resource", m.Resource, faults.URLRules{}) {
		return ""
	}
	for i, server := range m.AuthorizationServers {
		f.URL("Metadata.AuthorizationServers["+strconv.Itoa(i)+"]", server, faults.URLRules{})
	}
	u, err := url.Parse(m.Resource)
	if err != nil {
		return ""
	}
	return u.Scheme + "://" + u.Host + metadataPath + strings.TrimSuffix(u.EscapedPath(), "/")
}

// MetadataPath returns the path at which the document must be served: the
// well-known path followed by the resource's own path, unescaped. It is "" without
// [Metadata]. Patterns of http.ServeMux and fiber need a space or other special
// character escaped.
func (g *Guard) MetadataPath() string {
	if g.metadata == nil {
		return ""
	}
	u, err := url.Parse(g.renderer.metadataURL)
	if err != nil {
		return ""
	}
	return u.Path
}

// Metadata returns the protected-resource metadata document (RFC 9728 §2), or nil
// without the option [Metadata]. What it says about bound tokens follows from the
// contracts (core.Rules.Confirmation) and from [Proofs]. The document is public: serve it on a route that
// is not guarded.
func (g *Guard) Metadata() []byte {
	m := g.metadata
	if m == nil {
		return nil
	}
	servers := m.AuthorizationServers
	if servers == nil {
		if known, ok := g.source.(interface{ Issuers() []string }); ok {
			servers = slices.DeleteFunc(known.Issuers(), func(issuer string) bool {
				return !strings.Contains(issuer, "://") // RFC 9728 §2 requires URLs
			})
		}
	}
	bound := g.boundTokens()
	return body(struct {
		Resource             string   `json:"resource"`
		AuthorizationServers []string `json:"authorization_servers,omitempty"`
		Scopes               []string `json:"scopes_supported,omitempty"`
		Methods              []string `json:"bearer_methods_supported"`
		Name                 string   `json:"resource_name,omitempty"`
		Documentation        string   `json:"resource_documentation,omitempty"`
		boundTokens
	}{m.Resource, servers, m.Scopes, []string{"header"}, m.Name, m.Documentation, bound})
}

// boundTokens are the members about tokens that are bound to a client's key.
type boundTokens struct {
	Certificates   bool     `json:"tls_client_certificate_bound_access_tokens,omitempty"`
	DPoPAlgorithms []string `json:"dpop_signing_alg_values_supported,omitempty"`
	DPoPRequired   bool     `json:"dpop_bound_access_tokens_required,omitempty"`
}

func (g *Guard) boundTokens() (b boundTokens) {
	if source, ok := g.source.(interface{ CertificateBound() bool }); ok {
		b.Certificates = source.CertificateBound()
	}
	if checker := g.confirm.checker; checker != nil {
		b.DPoPAlgorithms = strings.Fields(checker.Algorithms())
		b.DPoPRequired = !g.confirm.bearer && !g.confirm.mtls // a certificate would do as well
	}
	return b
}

// MetadataHandler returns a handler that serves [Guard.Metadata]. Pages of every
// origin may read it: it answers CORS preflights, which browsers send because Model
// Context Protocol clients add a custom header. Mount it for every method, and where
// the guard does not reject a request without a token: outside it, or exempted by
// [SkipPaths].
func (g *Guard) MetadataHandler() http.Handler {
	document := g.Metadata()
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if document == nil {
			http.NotFound(w, r)
			return
		}
		h := w.Header()
		h.Set("Access-Control-Allow-Origin", "*")
		switch r.Method {
		case http.MethodGet, http.MethodHead:
			h.Set("Content-Type", "application/json")
			h.Set("Cache-Control", "public, max-age=3600")
			if r.Method == http.MethodGet {
				_, _ = w.Write(document)
			}
		case http.MethodOptions:
			h["Content-Type"] = nil // no content: keep net/http from guessing a type
			h.Set("Access-Control-Allow-Methods", "GET, HEAD")
			h.Set("Access-Control-Allow-Headers", "Authorization, *") // "*" does not cover Authorization (Fetch §4.9)
			h.Set("Access-Control-Max-Age", "3600")
			w.WriteHeader(http.StatusNoContent)
		default:
			h.Set("Allow", "GET, HEAD, OPTIONS")
			w.WriteHeader(http.StatusMethodNotAllowed)
		}
	})
}
