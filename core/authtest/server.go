package authtest

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
)

const (
	jwksPath      = "/.well-known/jwks.json"
	discoveryPath = "/.well-known/openid-configuration"
	pagesPath     = "/pem/"
)

// answers is what a test changed about an issuer's answers, guarded by Issuer.mu.
type answers struct {
	unavailable bool
	held        chan struct{} // not nil while requests hang; closed to end them
	maxAge      time.Duration
	body        []byte // instead of the key set
	document    []byte // instead of the discovery document
	before      func(*http.Request)
	sites       map[string]string // issuer URL to key set URL, see ServeIssuer

	fetches, discoveries int
}

// Unavailable makes the issuer answer every request with 503, until it is called
// with false.
func (i *Issuer) Unavailable(on bool) {
	i.mu.Lock()
	defer i.mu.Unlock()
	i.unavailable = on
}

// Hang makes the issuer accept requests and never answer them. Hang(false) and
// Close end the requests that wait.
func (i *Issuer) Hang(on bool) {
	i.mu.Lock()
	defer i.mu.Unlock()
	switch {
	case on && i.held == nil:
		i.held = make(chan struct{})
	case !on && i.held != nil:
		close(i.held)
		i.held = nil
	}
}

// OnRequest calls hook with every request before it is answered, on the server's
// goroutine, so a hook that waits on a channel makes the issuer as slow as the test
// needs. nil removes the hook.
func (i *Issuer) OnRequest(hook func(*http.Request)) {
	i.mu.Lock()
	defer i.mu.Unlock()
	i.before = hook
}

// SetMaxAge changes the max-age of the key set. If d is negative, the key set
// has no Cache-Control.
func (i *Issuer) SetMaxAge(d time.Duration) {
	i.mu.Lock()
	defer i.mu.Unlock()
	i.maxAge = d
}

// SetJWKS serves body as the key set, even if it is not one; nil serves the
// issuer's keys again.
func (i *Issuer) SetJWKS(body []byte) {
	i.mu.Lock()
	defer i.mu.Unlock()
	i.body = slices.Clone(body)
}

// SetDiscovery serves body as the discovery document, even if it is not one; nil
// serves the issuer's own again.
func (i *Issuer) SetDiscovery(body []byte) {
	i.mu.Lock()
	defer i.mu.Unlock()
	i.document = slices.Clone(body)
}

// Fetches returns how often a key set was requested, including requests that
// hang or are answered with an error.
func (i *Issuer) Fetches() int {
	i.mu.Lock()
	defer i.mu.Unlock()
	return i.fetches
}

// DiscoveryFetches returns how often a discovery document was requested.
func (i *Issuer) DiscoveryFetches() int {
	i.mu.Lock()
	defer i.mu.Unlock()
	return i.discoveries
}

// ServeIssuer makes the issuer answer for issuerURL too, for requests through
// [Issuer.HTTPClient]: discovery below that URL names it as the issuer, with its
// keys at keysPath (a path on the same host, or a complete URL). Discovery is only
// served for registered issuers; key sets are always served.
func (i *Issuer) ServeIssuer(issuerURL, keysPath string) {
	i.t.Helper()
	keys, err := url.Parse(issuerURL)
	if err == nil {
		keys, err = keys.Parse(keysPath)
	}
	if err != nil || keys.Host == "" {
		i.fail("authtest: ServeIssuer: %q and %q are not a URL", issuerURL, keysPath)
		return
	}
	i.mu.Lock()
	defer i.mu.Unlock()
	i.sites[strings.TrimSuffix(issuerURL, "/")+discoveryPath] = issuerURL
	i.sites[keys.String()] = ""
	i.sites[issuerURL] = keys.String()
}

// plain answers the requests to the loopback port.
func (i *Issuer) plain(w http.ResponseWriter, r *http.Request) { i.answer(w, r, i.base) }

// answer serves one request; site is the scheme and host it was made to.
func (i *Issuer) answer(w http.ResponseWriter, r *http.Request, site string) {
	isDiscovery := strings.Contains(r.URL.Path, discoveryPath) ||
		strings.HasPrefix(r.URL.Path, "/.well-known/oauth-authorization-server")
	i.mu.Lock()
	_, registered := i.sites[site+r.URL.Path]
	page, isPage := i.page(r.URL.Path)
	isKeys := !isDiscovery && (registered || isPage || holdsKeys(r.URL.Path))
	switch {
	case isDiscovery:
		i.discoveries++
	case isKeys:
		i.fetches++
	}
	before, held := i.before, i.held
	i.mu.Unlock()
	if before != nil {
		before(r)
	}
	if held != nil {
		select {
		case <-held:
		case <-i.quit:
			return
		case <-r.Context().Done():
			return
		}
	}
	i.mu.Lock()
	down, document, body, maxAge := i.unavailable, i.discovery(site, r.URL.Path), i.body, i.maxAge
	if body == nil {
		body = i.keySet()
	}
	i.mu.Unlock()
	switch {
	case down:
		http.Error(w, "unavailable", http.StatusServiceUnavailable)
	case r.Method != http.MethodGet && r.Method != http.MethodHead:
		w.Header().Set("Allow", "GET, HEAD")
		w.WriteHeader(http.StatusMethodNotAllowed)
	case isDiscovery && document != nil:
		send(w, r, "application/json", document, maxAge)
	case isPage && page == "":
		http.Error(w, "AccessDenied", http.StatusForbidden) // like S3 for a missing object
	case isPage:
		send(w, r, "application/octet-stream", []byte(page), maxAge)
	case isKeys:
		send(w, r, "application/jwk-set+json", body, maxAge)
	default:
		http.NotFound(w, r)
	}
}

// holdsKeys reports whether providers publish keys at a path like this: jwks.json,
// jwks, certs, keys, public_key-jwk, jwk/<name>.
func holdsKeys(path string) bool {
	return slices.ContainsFunc(
		[]string{"jwk", "/certs", "/keys"},
		func(s string) bool { return strings.Contains(path, s) },
	)
}

// page returns the PEM of the key whose kid is at the end of path; isPage is also
// true below [Issuer.KeyURLTemplate] for an unknown key. The caller holds mu.
func (i *Issuer) page(path string) (text string, isPage bool) {
	kid := path[strings.LastIndexByte(path, '/')+1:]
	for _, k := range i.keys {
		if k.id == kid {
			text, err := k.pem()
			if err != nil {
				i.fail("authtest: %v", err)
			}
			return text, true
		}
	}
	return "", strings.HasPrefix(path, pagesPath)
}

// discovery returns the document for a request, or nil if no issuer is registered
// there.
func (i *Issuer) discovery(site, path string) []byte {
	if i.document != nil {
		return i.document
	}
	issuer, ok := i.sites[site+path]
	keys := i.sites[issuer]
	if site == i.base {
		issuer, keys, ok = i.cfg.IssuerURL, i.base+jwksPath, true
	}
	if !ok {
		return nil
	}
	document, err := json.Marshal(map[string]any{
		"issuer": issuer, "jwks_uri": keys,
		"authorization_endpoint": issuer + "/authorize", "token_endpoint": issuer + "/token",
		"response_types_supported": []string{"code"}, "subject_types_supported": []string{"public"},
		"id_token_signing_alg_values_supported": i.cfg.Algorithms,
	})
	if err != nil {
		return nil // strings always marshal
	}
	return document
}

// send answers with an ETag, and with 304 if the client has it (RFC 9110 §13.1.2).
func send(w http.ResponseWriter, r *http.Request, media string, body []byte, maxAge time.Duration) {
	sum := sha256.Sum256(body)
	tag := `"` + hex.EncodeToString(sum[:8]) + `"`
	w.Header().Set("ETag", tag)
	if maxAge >= 0 {
		w.Header().Set("Cache-Control", "public, max-age="+strconv.FormatInt(int64(maxAge/time.Second), 10))
	}
	if r.Header.Get("If-None-Match") == tag {
		w.WriteHeader(http.StatusNotModified)
		return
	}
	w.Header().Set("Content-Type", media)
	w.Header().Set("Content-Length", strconv.Itoa(len(body)))
	if r.Method == http.MethodGet {
		_, _ = w.Write(body) // the client is gone if this fails
	}
}
