package jwks_test

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/revstackhq/auth-go/core/internal/jwks"
	"github.com/revstackhq/auth-go/core/keys"
)

// provider serves a metadata document and keys, each switchable.
type provider struct {
	*issuer
	docs, sets     atomic.Int64
	doc, keys, alt atomic.Pointer[http.HandlerFunc]
}

func newProvider(t *testing.T) *provider {
	t.Helper()
	p := &provider{}
	p.issuer = newIssuer(t, func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/tenant/.well-known/openid-configuration":
			p.docs.Add(1)
			(*p.doc.Load())(w, r)
		case "/moved":
			(*p.alt.Load())(w, r)
		default:
			p.sets.Add(1)
			(*p.keys.Load())(w, r)
		}
	})
	store(&p.doc, p.document("/tenant", "/keys"))
	store(&p.keys, jwkSet(set(ec("a"))))
	store(&p.alt, jwkSet(set(ec("moved"))))
	return p
}

func store(where *atomic.Pointer[http.HandlerFunc], h http.HandlerFunc) { where.Store(&h) }

// document returns metadata; a part that starts with / is on the provider itself.
func (p *provider) document(issuer, jwksURI string, header ...string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		full := func(s string) string {
			if strings.HasPrefix(s, "/") {
				return p.URL + s
			}
			return s
		}
		doc, err := json.Marshal(jwk{"issuer": full(issuer), "jwks_uri": full(jwksURI)})
		if err != nil {
			panic(err)
		}
		jwkSet(doc, header...)(w, r)
	}
}

func (p *provider) source(c keys.Clock, change ...func(*jwks.Config)) *jwks.Source {
	cfg := jwks.Config{Issuer: p.URL + "/tenant", Discovery: true, Clock: c}
	for _, f := range change {
		f(&cfg)
	}
	return jwks.New(cfg)
}

func TestDiscovery(t *testing.T) {
	p, clk := newProvider(t), newClock()
	s := p.source(clk)
	found(t, s, "a")
	h := s.Health()
	if d := h.Discovery; d == nil || d.JWKSURL != p.URL+"/keys" || d.Fetches != 1 || d.LastError != "" ||
		d.FetchedAt.IsZero() {
		t.Fatalf("health = %+v, %+v", h, d)
	}
	_, _ = look(s, "x") // an unknown kid does not read the document again
	if p.docs.Load() != 1 || p.sets.Load() != 2 {
		t.Fatalf("%d documents, %d sets", p.docs.Load(), p.sets.Load())
	}
	// The document has its own freshness.
	store(&p.doc, p.document("/tenant", "/keys", "Cache-Control", "max-age=7200"))
	for range 6 { // an hour
		clk.advance(10 * time.Minute)
		found(t, s, "a")
	}
	if p.docs.Load() != 2 {
		t.Fatalf("%d documents in an hour, want one more", p.docs.Load())
	}
}

func TestDiscoverySlash(t *testing.T) { // OIDC Discovery §4.1: a trailing slash is removed before the path is appended
	p := newProvider(t)
	store(&p.doc, p.document("/tenant/", "/keys"))
	found(t, p.source(newClock(), func(c *jwks.Config) { c.Issuer += "/" }), "a")
}

func TestDiscoveryOverride(t *testing.T) {
	p := newProvider(t)
	found(t, p.source(newClock(), func(c *jwks.Config) {
		c.DiscoveryURL, c.Issuer = c.Issuer+"/.well-known/openid-configuration", "https://public.example"
		store(&p.doc, p.document("https://public.example", "https://keys.example/"))
		c.Client = &http.Client{Transport: roundTrip(func(r *http.Request) (*http.Response, error) {
			if r.URL.Host == "keys.example" {
				r.URL.Scheme, r.URL.Host = "http", p.Listener.Addr().String()
			}
			r.Close = true
			return http.DefaultTransport.RoundTrip(r)
		})}
	}), "a")
}

func TestDiscoveryRefusals(t *testing.T) {
	p := newProvider(t)
	for name, c := range map[string]struct {
		doc  http.HandlerFunc
		kind jwks.FetchKind
		says string
	}{
		"other issuer":        {p.document("https://evil.example", "/keys"), jwks.KindDiscovery, "https://evil.example"},
		"slash more":          {p.document("/tenant/", "/keys"), jwks.KindDiscovery, "trailing slash"},
		"no jwks_uri":         {p.document("/tenant", ""), jwks.KindDiscovery, "no jwks_uri"},
		"plain http":          {p.document("/tenant", "http://issuer.example/keys"), jwks.KindDiscovery, "not https"},
		"credentials":         {p.document("/tenant", "https://u:p@issuer.example/keys"), jwks.KindDiscovery, "credentials"},
		"fragment":            {p.document("/tenant", "https://issuer.example/keys#"), jwks.KindDiscovery, "fragment"},
		"relative":            {p.document("/tenant", "keys"), jwks.KindDiscovery, "absolute"},
		"file":                {p.document("/tenant", "file:///etc/passwd"), jwks.KindDiscovery, "absolute"},
		"wrong type":          {jwkSet([]byte(`{"issuer":1}`)), jwks.KindDiscovery, "unreadable"},
		"member twice":        {jwkSet([]byte(`{"issuer":"a","issuer":"b"}`)), jwks.KindDiscovery, "duplicate"},
		"HTML":                {body("text/html", []byte("<html>")), jwks.KindNotJSON, ""},
		"404":                 {status(404), jwks.KindStatus, "404"},
		"redirect off host":   {redirect("https://evil.example/"), jwks.KindRedirect, ""},
		"larger than allowed": {jwkSet([]byte(`{"x":"` + strings.Repeat("x", 1<<20) + `"}`)), jwks.KindTooLarge, ""},
	} {
		t.Run(name, func(t *testing.T) {
			store(&p.doc, c.doc)
			p.docs.Store(0)
			clk := newClock()
			s := p.source(clk)
			_, err := look(s, "a")
			if unavailable(t, err); kindOf(err) != c.kind || !strings.Contains(err.Error(), c.says) {
				t.Fatalf("err = %v, want kind %s saying %q", err, c.kind, c.says)
			}
			_, err = look(s, "a") // back-off, like any failure
			unavailable(t, err)
			if p.docs.Load() != 1 || p.sets.Load() != 0 {
				t.Fatalf("%d documents, %d sets", p.docs.Load(), p.sets.Load())
			}
			if h := s.Health(); h.Failures != 1 || h.Discovery.Failures != 1 || h.Discovery.LastError == "" {
				t.Fatalf("health = %+v, %+v", h, h.Discovery)
			}
		})
	}
	var mismatch *jwks.IssuerMismatchError
	store(&p.doc, p.document("https://evil.example", "/keys"))
	err := p.source(newClock()).Ready(context.Background())
	if !errors.As(err, &mismatch) || mismatch.Got != "https://evil.example" || mismatch.Want != p.URL+"/tenant" {
		t.Fatalf("err = %v", err)
	}
}

func TestDiscoveryOutageKeepsTheKnownURL(t *testing.T) {
	p, clk := newProvider(t), newClock()
	s := p.source(clk)
	found(t, s, "a")
	for name, doc := range map[string]http.HandlerFunc{
		"down":            status(503),
		"another issuer":  p.document("https://evil.example", "https://evil.example/keys"),
		"private address": p.document("/tenant", "http://10.0.0.1/"),
	} {
		store(&p.doc, doc)
		store(&p.keys, jwkSet(set(ec(name))))
		clk.advance(11 * time.Minute)
		found(t, s, name) // from the URL known before
		if h := s.Health(); h.State != keys.StateFresh || h.LastError != "" || h.Discovery.LastError == "" {
			t.Fatalf("%s: health = %+v, %+v", name, h, h.Discovery)
		}
		docs := p.docs.Load()
		_, err := look(s, "unknown to "+name) // the next fetch does not read the broken document again yet
		unknown(t, err, false)
		if p.docs.Load() != docs {
			t.Fatalf("%s: the document was read again at once", name)
		}
	}
}

func TestHangingDocumentLeavesTimeForTheKeys(t *testing.T) {
	p, clk := newProvider(t), newClock()
	s := p.source(clk, policy(keys.Policy{FetchTimeout: 2 * time.Second}))
	found(t, s, "a")
	store(&p.doc, func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() })
	store(&p.keys, jwkSet(set(ec("b"))))
	clk.advance(11 * time.Minute)
	found(t, s, "b")
}

func TestKeysThatMovedAreFound(t *testing.T) {
	p, clk := newProvider(t), newClock()
	store(&p.doc, p.document("/tenant", "/keys", "Cache-Control", "max-age=86400"))
	s := p.source(clk)
	found(t, s, "a")
	store(&p.doc, p.document("/tenant", "/moved", "Cache-Control", "max-age=86400"))
	store(&p.keys, status(503)) // an outage is not a reason to read the document again
	clk.advance(11 * time.Minute)
	found(t, s, "a")
	clk.advance(time.Minute)
	_, _ = look(s, "a")
	s.Await()
	if p.docs.Load() != 1 {
		t.Fatalf("%d documents after a 503", p.docs.Load())
	}
	store(&p.keys, status(404))
	for range 3 {
		clk.advance(time.Minute)
		_, _ = look(s, "a")
		s.Await()
	}
	found(t, s, "moved")
	if p.docs.Load() != 2 {
		t.Fatalf("%d documents, want one more after the 404", p.docs.Load())
	}
}

// TestValidatorsStayWithTheirURL: after a move the new place is not asked with the old place's ETag, by which a server
// that gives the same tag to another set would confirm keys that it never published.
func TestValidatorsStayWithTheirURL(t *testing.T) {
	p, clk := newProvider(t), newClock()
	asked := make(chan http.Header, 8)
	next := func() http.Header {
		t.Helper()
		select {
		case h := <-asked:
			return h
		default:
			t.Fatal("no request was made")
			return nil
		}
	}
	record := func(h http.HandlerFunc) http.HandlerFunc {
		return func(w http.ResponseWriter, r *http.Request) {
			asked <- r.Header.Clone()
			if r.Header.Get("If-None-Match") != "" {
				w.WriteHeader(http.StatusNotModified)
				return
			}
			h(w, r)
		}
	}
	validators := []string{"ETag", `"v1"`, "Last-Modified", "Sun, 01 Mar 2026 00:00:00 GMT"}
	store(&p.keys, record(jwkSet(set(ec("a")), validators...)))
	store(&p.alt, record(jwkSet(set(ec("moved")), validators...)))
	s := p.source(clk)
	found(t, s, "a")
	next()
	clk.advance(11 * time.Minute)
	found(t, s, "a")
	if h := next(); h.Get("If-None-Match") != `"v1"` || h.Get("If-Modified-Since") == "" {
		t.Fatalf("the same place was asked with %v", h)
	}
	store(&p.doc, p.document("/tenant", "/moved"))
	clk.advance(11 * time.Minute)
	found(t, s, "moved")
	if h := next(); h.Get("If-None-Match") != "" || h.Get("If-Modified-Since") != "" {
		t.Fatalf("the new place was asked with %v", h)
	}
}

func TestDiscoveryThroughTheCache(t *testing.T) {
	p, clk := newProvider(t), newClock()
	files, _ := fileCache(t)
	found(t, p.source(clk, cached(files)), "a")
	store(&p.doc, status(503))
	store(&p.keys, status(503))
	clk.advance(time.Hour)
	s := p.source(clk, cached(files))
	found(t, s, "a")
	if h := s.Health(); h.State != keys.StateStale {
		t.Fatalf("health = %+v", h)
	}
}

func TestJWKSURIPolicy(t *testing.T) {
	const public, local = "https://issuer.example", "http://localhost:8080"
	for _, c := range []struct {
		issuer, uri string
		ok          bool
	}{
		{public, "https://issuer.example/keys", true},
		{public, "https://keys.cdn.example/keys?v=1", true},
		{public, "https://8.8.8.8/keys", true},
		{public, "http://issuer.example/keys", false},
		{public, "http://localhost/keys", false},
		{public, "https://localhost/keys", false},
		{public, "https://LOCALHOST./keys", false},
		{public, "https://x.localhost/keys", false},
		{public, "https://127.0.0.1/keys", false},
		{public, "https://[::1]/keys", false},
		{public, "https://[::ffff:10.0.0.1]/keys", false},
		{public, "https://10.1.2.3/keys", false},
		{public, "https://172.16.0.1/keys", false},
		{public, "https://192.168.1.1/keys", false},
		{public, "https://169.254.169.254/latest", false},
		{public, "https://100.100.100.200/latest", false},
		{public, "https://[fd00::1]/keys", false},
		{public, "https://[fe80::1%25eth0]/keys", false},
		{public, "https://0.0.0.0/keys", false},
		{public, "https://2130706433/keys", false},
		{public, "https://127.1/keys", false},
		{public, "https://0x7f.0x1/keys", false},
		{public, "https://:443/keys", false},
		{public, "", false},
		{local, "http://localhost:9000/keys", true},
		{local, "http://127.0.0.1:9000/keys", true},
		{local, "https://issuer.example/keys", true},
		{local, "http://issuer.example/keys", false},
		{local, "http://10.0.0.1/keys", false},
		{"https://10.0.0.1", "https://10.0.0.2/keys", true},
		{"http://10.0.0.1", "http://10.0.0.1/keys", false},
		{":", "https://issuer.example/keys", false},
	} {
		if err := jwks.CheckJWKSURI(c.issuer, c.uri); (err == nil) != c.ok {
			t.Errorf("%s → %s: %v", c.issuer, c.uri, err)
		}
	}
}
