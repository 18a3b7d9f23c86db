package vectors

import (
	"bytes"
	"embed"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"time"
)

//go:embed data/*.json
var data embed.FS

// Class is one file: the cases for one kind of weakness.
type Class struct {
	// Name is the name of the file, without its extension.
	Name string
	// About says in a sentence what is wrong with the tokens.
	About string
	// References are the sections of specifications and the CVE identifiers that describe the weakness.
	References []string
	Cases      []Case
}

// Case is one token with its verdict.
type Case struct {
	// Name is unique in the class.
	Name string
	// Contract says what the verifier accepts, and Keys are the issuer's keys. Both are nil for a case with a Request.
	Contract *Contract
	Keys     *Keys
	// Time is the moment at which the token is judged.
	Time time.Time
	// Token is the token as it is sent. It may hold any character.
	Token string
	// Request is set if Token is a DPoP proof (RFC 9449), not an access token: it is what the proof is for.
	Request *Request

	// Accept is the verdict. User is the user id of an accepted token.
	Accept bool
	User   string
	// Code says why a token is refused; the README lists the codes. Other verifiers have other names, and check a token
	// with several mistakes in another order, so a different reason for the same verdict may be right.
	Code string
	// SignatureValid says that the signature is valid although the token is refused. It is set for published examples
	// that are not a JWT or have expired.
	SignatureValid bool
	// Basis says whether a specification demands the verdict.
	Basis Basis
	// Why gives the reason in a sentence.
	Why string
}

// Basis is what a verdict is based on.
type Basis string

// The values of [Basis].
const (
	// Required: a specification demands the verdict, or security does.
	Required Basis = "required"
	// Choice: specifications leave the verdict open, and auth-go has chosen this one. Others may decide otherwise.
	Choice Basis = "choice"
)

// Contract says which tokens a verifier accepts. A zero field requires nothing, unless its comment says otherwise.
type Contract struct {
	// Issuer is the exact value of iss. Keys are those of this issuer.
	Issuer string
	// Audience lists the accepted values of aud, which must have at least one of them. It is empty only if AnyAudience
	// is set.
	Audience    []string
	AnyAudience bool
	// Algorithms are the accepted values of alg.
	Algorithms []string
	// AuthorizedParties are the accepted values of azp.
	AuthorizedParties []string
	// TokenTypes are the accepted values of typ, compared without case and without "application/".
	TokenTypes []string
	// RequiredClaims must be present.
	RequiredClaims []string
	// UserIDClaim is the name of the claim with the user id. [Load] fills in the default, "sub".
	UserIDClaim string
	// Leeway is the tolerated difference between clocks. [Load] fills in the default, 30 seconds.
	Leeway time.Duration
	// MaxAge bounds the time since iat, which must then be present.
	MaxAge time.Duration
	// MaxTokenBytes is the largest accepted length of a token. [Load] fills in the default, 16,384.
	MaxTokenBytes int
}

// Keys are the keys of an issuer.
type Keys struct {
	// Set is the published JWK Set (RFC 7517), nil if there is only a secret. It may be malformed on purpose.
	Set json.RawMessage
	// Secret is the shared secret of HMAC algorithms, nil if there is none.
	Secret []byte
}

// Request is the request with which a DPoP proof is sent (RFC 9449 section 7).
type Request struct {
	Method, URL string
	// AccessToken is the token whose hash the proof must contain. Thumbprint is the thumbprint of the key that the token
	// is bound to.
	AccessToken, Thumbprint string
}

const (
	defaultLeeway   = 30
	defaultMaxBytes = 16 << 10
	defaultUserID   = "sub"
)

// Load returns all classes, in the order of their names.
func Load() ([]Class, error) {
	entries, err := data.ReadDir("data")
	if err != nil {
		return nil, err
	}
	classes := make([]Class, len(entries))
	for i, entry := range entries {
		text, err := data.ReadFile("data/" + entry.Name())
		if err != nil {
			return nil, err
		}
		if classes[i], err = Read(bytes.NewReader(text)); err != nil {
			return nil, fmt.Errorf("%s: %w", entry.Name(), err)
		}
	}
	return classes, nil
}

// file is a class as it is written.
type file struct {
	Class      string                  `json:"class"`
	About      string                  `json:"about"`
	References []string                `json:"references"`
	Contracts  map[string]contractJSON `json:"contracts"`
	KeySets    map[string]keySetJSON   `json:"keySets"`
	Cases      []caseJSON              `json:"cases"`
}

type contractJSON struct {
	Issuer            string   `json:"issuer"`
	Audience          []string `json:"audience"`
	AnyAudience       bool     `json:"anyAudience"`
	Algorithms        []string `json:"algorithms"`
	AuthorizedParties []string `json:"authorizedParties"`
	TokenTypes        []string `json:"tokenTypes"`
	RequiredClaims    []string `json:"requiredClaims"`
	UserIDClaim       string   `json:"userIdClaim"`
	LeewaySeconds     *int     `json:"leewaySeconds"`
	MaxAgeSeconds     int      `json:"maxAgeSeconds"`
	MaxTokenBytes     int      `json:"maxTokenBytes"`
}

type keySetJSON struct {
	Keys []json.RawMessage `json:"keys"`
}

type caseJSON struct {
	Name      string       `json:"name"`
	Contract  string       `json:"contract"`
	Keys      string       `json:"keys"`
	Time      int64        `json:"time"`
	Token     string       `json:"token"`
	Request   *requestJSON `json:"request"`
	Verdict   string       `json:"verdict"`
	Code      string       `json:"code"`
	User      string       `json:"user"`
	Signature string       `json:"signature"`
	Basis     Basis        `json:"basis"`
	Why       string       `json:"why"`
}

type requestJSON struct {
	Method      string `json:"method"`
	URL         string `json:"url"`
	AccessToken string `json:"accessToken"`
	Thumbprint  string `json:"thumbprint"`
}

// Read reads one class in the format that the README describes. Unknown members are an error.
func Read(r io.Reader) (Class, error) {
	var f file
	decoder := json.NewDecoder(r)
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&f); err != nil {
		return Class{}, err
	}
	class := Class{
		Name:       f.Class,
		About:      f.About,
		References: f.References,
		Cases:      make([]Case, len(f.Cases)),
	}
	contracts := make(map[string]*Contract, len(f.Contracts))
	for name, c := range f.Contracts {
		contracts[name] = c.contract()
	}
	keys := make(map[string]*Keys, len(f.KeySets))
	for name, set := range f.KeySets {
		var err error
		if keys[name], err = set.split(); err != nil {
			return Class{}, fmt.Errorf("key set %q: %w", name, err)
		}
	}
	for i, c := range f.Cases {
		if err := c.check(); err != nil {
			return Class{}, fmt.Errorf("case %q: %w", c.Name, err)
		}
		class.Cases[i] = c.value(contracts[c.Contract], keys[c.Keys])
		if c.Request == nil && (class.Cases[i].Contract == nil || class.Cases[i].Keys == nil) {
			return Class{}, fmt.Errorf("case %q: its contract %q or its keys %q are not in the file", c.Name, c.Contract, c.Keys)
		}
	}
	return class, nil
}

func (c *contractJSON) contract() *Contract {
	out := &Contract{
		Issuer:            c.Issuer,
		Audience:          c.Audience,
		AnyAudience:       c.AnyAudience,
		Algorithms:        c.Algorithms,
		AuthorizedParties: c.AuthorizedParties,
		TokenTypes:        c.TokenTypes,
		RequiredClaims:    c.RequiredClaims,
		UserIDClaim:       c.UserIDClaim,
		Leeway:            defaultLeeway * time.Second,
		MaxAge:            time.Duration(c.MaxAgeSeconds) * time.Second,
		MaxTokenBytes:     c.MaxTokenBytes,
	}
	if c.LeewaySeconds != nil {
		out.Leeway = time.Duration(*c.LeewaySeconds) * time.Second
	}
	if out.MaxTokenBytes == 0 {
		out.MaxTokenBytes = defaultMaxBytes
	}
	if out.UserIDClaim == "" {
		out.UserIDClaim = defaultUserID
	}
	return out
}

// split separates the secret from the published keys, which stay as they are written.
func (s keySetJSON) split() (*Keys, error) {
	var keys Keys
	var public [][]byte
	for _, raw := range s.Keys {
		var oct struct {
			Kty string `json:"kty"`
			K   string `json:"k"`
		}
		if json.Unmarshal(raw, &oct) != nil || oct.Kty != "oct" {
			public = append(public, raw)
			continue
		}
		secret, err := base64.RawURLEncoding.Strict().DecodeString(oct.K)
		if err != nil {
			return nil, fmt.Errorf("the secret: %w", err)
		}
		keys.Secret = append([]byte{}, secret...) // not nil, even if the secret is empty
	}
	if len(public) > 0 {
		keys.Set = slices.Concat([]byte(`{"keys":[`), bytes.Join(public, []byte(",")), []byte(`]}`))
	}
	return &keys, nil
}

// check returns an error for a case whose verdict is missing or contradictory.
func (c *caseJSON) check() error {
	accept := c.Verdict == "accept"
	switch {
	case c.Name == "":
		return errors.New("it has no name")
	case !accept && c.Verdict != "reject":
		return fmt.Errorf("its verdict is %q, want accept or reject", c.Verdict)
	case accept != (c.Code == ""):
		return errors.New("a refusal has a code, and nothing else has one")
	case accept && c.Request == nil && c.User == "":
		return errors.New("an accepted token has a user")
	case c.Basis != "" && c.Basis != Required && c.Basis != Choice:
		return fmt.Errorf("its basis is %q, want required or choice", c.Basis)
	}
	return nil
}

func (c *caseJSON) value(contract *Contract, keys *Keys) Case {
	out := Case{
		Name:           c.Name,
		Contract:       contract,
		Keys:           keys,
		Time:           time.Unix(c.Time, 0).UTC(),
		Token:          c.Token,
		Accept:         c.Verdict == "accept",
		User:           c.User,
		Code:           c.Code,
		SignatureValid: c.Signature == "valid" || c.Verdict == "accept",
		Basis:          c.Basis,
		Why:            c.Why,
	}
	if c.Basis == "" {
		out.Basis = Required
	}
	if r := c.Request; r != nil {
		out.Request = &Request{
			Method:      r.Method,
			URL:         r.URL,
			AccessToken: r.AccessToken,
			Thumbprint:  r.Thumbprint,
		}
	}
	return out
}
