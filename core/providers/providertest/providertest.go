// Package providertest holds believable tokens of every provider and kind, as
// data: good ones with the session they make, and bad ones with the code that
// refuses them. The catalog's own tests run on it; yours can too.
//
// The data is samples/<slug>.json:
//
//	{"provider": "auth0", "config": {…what providers.Build takes…}, "now": 1787300010,
//	 "accept": [{"name": "…", "alg": "RS256", "header": {…}, "payload": {…}, "config": {…}, "want": {…}}],
//	 "refuse": [{"name": "…", "base": "name in accept", "set": {…}, "remove": ["…"], "header": {…},
//	             "alg": "…", "key": "foreign", "padding": "…", "config": {…}, "now": 0,
//	             "code": "AUDIENCE_MISMATCH", "claim": "aud"}]}
//
// A case's config is laid over the file's, a refusal's header over its base's
// (null removes a member). Who signs puts in the kid, unless header says
// "kid": null. In config, "${PEM:RS256}" stands for the public key of that
// algorithm and "${JWKS}" for the key set of the signer. "padding" next to
// "config", or in a refusal, is [Token]'s.
package providertest

import (
	"bytes"
	"embed"
	"encoding/json"
	"fmt"
	"io/fs"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/revstackhq/auth-go/core"
)

// samples are the providers' tokens, one file each.
//
//go:embed samples/*.json
var samples embed.FS

// Object is a JSON object whose members stay as they are written.
type Object map[string]json.RawMessage

// Token is a token as data, before it is signed.
type Token struct {
	// Provider is the slug, Name says what is special about the token.
	Provider, Name string
	// Config is what providers.Build takes to make the contract that judges
	// the token.
	Config Object
	// Now is when the token is judged.
	Now time.Time
	// Algorithm is alg; "none" is an emulator's unsigned token.
	Algorithm string
	// Header holds the header's members beyond alg and kid. "kid": null means
	// that the token has no kid.
	Header Object
	// Claims is the claims set.
	Claims Object
	// ForeignKey says that someone else than the issuer signs, under the
	// issuer's kid.
	ForeignKey bool
	// Padding is "all" if the segments are padded with =. Of bad tokens it may
	// be "signed" (the signature is not padded) or "excess" (one = too many).
	Padding string

	// Want is what the session of a good token holds.
	Want Session
	// Code is why a bad token is refused, "" for a good one. Claim is the claim
	// at fault, as core.Error names it; "" if the sample does not say.
	Code  core.Code
	Claim string
}

// Session is what a core.Session holds, as data.
type Session struct {
	UserID       string            `json:"userId"`
	SessionID    string            `json:"sessionId,omitempty"`
	Kind         core.TokenKind    `json:"kind"`
	Organization core.Organization `json:"organization,omitzero"`
	Scopes       []string          `json:"scopes,omitempty"`
	Roles        []string          `json:"roles,omitempty"`
	Permissions  []string          `json:"permissions,omitempty"`
	Email        string            `json:"email,omitempty"`
	ClientID     string            `json:"clientId,omitempty"`
	Actor        string            `json:"actor,omitempty"`
	ACR          string            `json:"acr,omitempty"`
	AAL          string            `json:"aal,omitempty"`
	AuthMethods  []string          `json:"authMethods,omitempty"`
	AuthTime     int64             `json:"authTime,omitempty"` // seconds since 1970
}

// SessionOf reads s as data.
func SessionOf(s *core.Session) Session {
	d := Session{
		UserID: s.UserID(), SessionID: s.SessionID(), Kind: s.Kind(), Organization: s.Organization(), Scopes: s.Scopes(),
		Roles: s.Roles(), Permissions: s.Permissions(), Email: s.Email(), ClientID: s.ClientID(), Actor: s.Actor(),
		ACR: s.ACR(), AAL: s.AAL(), AuthMethods: s.AuthMethods(),
	}
	if at := s.AuthTime(); !at.IsZero() {
		d.AuthTime = at.Unix()
	}
	return d
}

// Slugs returns the providers that have samples, sorted.
func Slugs() []string {
	files, err := fs.ReadDir(samples, "samples")
	if err != nil {
		return nil // the folder is embedded
	}
	slugs := make([]string, len(files))
	for i, f := range files {
		slugs[i] = strings.TrimSuffix(f.Name(), ".json")
	}
	return slugs
}

// Tokens returns the provider's good and bad tokens in the order of its file.
// The error says what is wrong with the file, or that there is none.
func Tokens(slug string) (good, bad []Token, err error) {
	data, err := samples.ReadFile("samples/" + slug + ".json")
	if err != nil {
		return nil, nil, fmt.Errorf("providertest: no samples of provider %q", slug)
	}
	var f file
	if err := strict(data, &f); err != nil {
		return nil, nil, fmt.Errorf("providertest: %s.json: %w", slug, err)
	}
	if f.Provider != slug {
		return nil, nil, fmt.Errorf("providertest: %s.json is about provider %q", slug, f.Provider)
	}
	names := map[string]bool{}
	for _, c := range f.Accept {
		if c.Name == "" || names[c.Name] {
			return nil, nil, fmt.Errorf("providertest: %s.json: the name %q is empty or taken", slug, c.Name)
		}
		names[c.Name] = true
		good = append(good, f.good(c))
	}
	for _, c := range f.Refuse {
		base := slices.IndexFunc(good, func(t Token) bool { return t.Name == c.Base })
		switch {
		case base < 0:
			return nil, nil, fmt.Errorf("providertest: %s.json: %q is based on %q, which is not in accept", slug, c.Name, c.Base)
		case c.Name == "" || names[c.Name]:
			return nil, nil, fmt.Errorf("providertest: %s.json: the name %q is empty or taken", slug, c.Name)
		case c.Code == "":
			return nil, nil, fmt.Errorf("providertest: %s.json: %q has no code", slug, c.Name)
		case !slices.Contains([]string{"", "all", "signed", "excess"}, c.Padding):
			return nil, nil, fmt.Errorf(
				"providertest: %s.json: %q: padding is %q, not all, signed or excess",
				slug,
				c.Name,
				c.Padding,
			)
		case c.Key != "" && c.Key != "foreign":
			return nil, nil, fmt.Errorf("providertest: %s.json: %q: key is %q, not foreign", slug, c.Name, c.Key)
		}
		names[c.Name] = true
		bad = append(bad, good[base].spoilt(c))
	}
	return good, bad, nil
}

type file struct {
	Provider string   `json:"provider"`
	Config   Object   `json:"config"`
	Padding  string   `json:"padding"`
	Now      int64    `json:"now"`
	Accept   []accept `json:"accept"`
	Refuse   []refuse `json:"refuse"`
}

type accept struct {
	Name    string  `json:"name"`
	Alg     string  `json:"alg"`
	Header  Object  `json:"header"`
	Payload Object  `json:"payload"`
	Config  Object  `json:"config"`
	Now     int64   `json:"now"`
	Want    Session `json:"want"`
}

type refuse struct {
	Name   string   `json:"name"`
	Base   string   `json:"base"`
	Set    Object   `json:"set"`
	Remove []string `json:"remove"`
	Header Object   `json:"header"`
	Alg    string   `json:"alg"`
	Key    string   `json:"key"`
	Config Object   `json:"config"`
	Now    int64    `json:"now"`

	Padding string    `json:"padding"`
	Code    core.Code `json:"code"`
	Claim   string    `json:"claim"`
}

func (f *file) good(c accept) Token {
	t := Token{
		Provider: f.Provider, Name: c.Name, Config: laidOver(f.Config, c.Config), Now: time.Unix(f.Now, 0),
		Algorithm: c.Alg, Header: c.Header, Claims: c.Payload, Want: c.Want, Padding: f.Padding,
	}
	if c.Now != 0 {
		t.Now = time.Unix(c.Now, 0)
	}
	return t
}

// spoilt is the good token t with the change that makes it bad.
func (t Token) spoilt(c refuse) Token {
	t.Name, t.Code, t.Claim, t.Want, t.ForeignKey = c.Name, c.Code, c.Claim, Session{}, c.Key == "foreign"
	t.Config, t.Claims = laidOver(t.Config, c.Config), maps.Clone(t.Claims)
	maps.Copy(t.Claims, c.Set)
	for _, name := range c.Remove {
		delete(t.Claims, name)
	}
	header := maps.Clone(t.Header)
	if header == nil {
		header = Object{}
	}
	maps.Copy(header, c.Header)
	t.Header = header
	if c.Alg != "" {
		t.Algorithm = c.Alg
	}
	if c.Padding != "" {
		t.Padding = c.Padding
	}
	if c.Now != 0 {
		t.Now = time.Unix(c.Now, 0)
	}
	return t
}

// laidOver returns base with over's members in place of its own; null removes.
func laidOver(base, over Object) Object {
	merged := maps.Clone(base)
	if merged == nil {
		merged = Object{}
	}
	maps.Copy(merged, over)
	maps.DeleteFunc(merged, func(_ string, v json.RawMessage) bool { return string(v) == "null" })
	return merged
}

func strict(data []byte, v any) error {
	d := json.NewDecoder(bytes.NewReader(data))
	d.DisallowUnknownFields()
	return d.Decode(v)
}
