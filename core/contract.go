package core

import (
	"bytes"
	"encoding/json"
	"errors"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/revstackhq/auth-go/core/internal/faults"
	"github.com/revstackhq/auth-go/core/internal/jose"
	"github.com/revstackhq/auth-go/core/internal/jwks"
	"github.com/revstackhq/auth-go/core/internal/jws"
)

// Contract says which tokens to accept. It is immutable, valid by construction
// and safe for concurrent use. The zero value is not usable: make one with
// [NewContract], [ParseContract] or a provider's NewContract.
//
// Verifiers made of one contract share its keys.
type Contract struct{ c *contract }

// contract stays behind a pointer so that no fmt verb reaches into it.
type contract struct {
	rules Rules // as given, defaults filled in, no secret
	issuerRule
	algorithms map[string]*jws.Algorithm
	secret     func() []byte // a closure, so that reflection cannot print the secret
	static     *jwks.Set
	userID     []jose.Path
	required   []jose.Path
	claimRules []claimRule
	timed      bool // a claim rule looks at the clock
	kindTimed  bool // so do the rules for a token's kind
	mapping    *mapping
	confirms   confirmations
	warnings   []string
	shared     sharedEngines
	parts      sharedParts

	// defaultVerifier is that of [Contract.Authenticate] and Accept.
	defaultOnce     sync.Once
	defaultVerifier *Verifier
	defaultFault    error
}

// NewContract checks rules and returns the contract, or every mistake at once:
// an [errors.Join] of [*ConfigError]. It does no I/O except for reading the
// environment variable that SecretEnv names.
func NewContract(rules Rules) (*Contract, error) { return newContract(rules, rules.FieldNames) }

// newContract is NewContract with names for the fields in errors.
func newContract(rules Rules, names faults.Names) (*Contract, error) {
	f := configErrors{Names: names}
	c := &contract{rules: copyRules(rules)}
	c.fillDefaults(&f)
	c.issuerRule = compileIssuers(&c.rules, &f)
	c.compileKeys(&f)
	c.compileClaims(&f)
	if !f.Empty() {
		return nil, withProvider(f.Err(), rules.Provider)
	}
	c.warnings = warningsOf(&c.rules, c.template, c.confirms)
	c.share()
	return &Contract{c}, nil
}

func (c *contract) fillDefaults(f *configErrors) {
	r := &c.rules
	if r.Provider == "" {
		r.Provider = "custom"
	}
	if !faults.Printable(r.Provider) || len(r.Provider) > maxProviderBytes {
		f.Invalid(
			"Provider",
			faults.Show(r.Provider),
			"must be printable ASCII without spaces, at most %d bytes, such as acme",
			maxProviderBytes,
		)
	}
	if r.UserIDClaim == "" {
		r.UserIDClaim = "sub"
	}
	switch {
	case r.Leeway == 0:
		r.Leeway = defaultLeeway
	case r.Leeway < 0:
		r.Leeway = -time.Second // all negative values mean the same: make equal contracts compare equal
	case r.Leeway < minDuration:
		f.Invalid("Leeway", faults.Plain(r.Leeway), "%s: write %d * time.Second", noUnit, r.Leeway)
	case r.Leeway > maxLeeway:
		f.Prohibit(
			"Leeway",
			faults.Plain(r.Leeway),
			"at most %v: a longer one accepts tokens long after they ended",
			maxLeeway,
		)
	}
	switch {
	case r.MaxAge > 0 && r.MaxAge < minDuration:
		f.Invalid("MaxAge", faults.Plain(r.MaxAge), "%s: write %d * time.Second", noUnit, r.MaxAge)
	case r.MaxAge < 0 || r.MaxAge > maxMaxAge:
		f.Invalid("MaxAge", faults.Plain(r.MaxAge), "must be between 0 and %v; 0 means no bound", maxMaxAge)
	}
	if r.MaxTokenBytes == 0 {
		r.MaxTokenBytes = defaultMaxTokenBytes
	}
	if r.MaxTokenBytes < 0 || r.MaxTokenBytes > maxMaxTokenBytes {
		f.Invalid("MaxTokenBytes", faults.Plain(r.MaxTokenBytes), "must be between 1 and %d", maxMaxTokenBytes)
	}
	r.Session = r.Session.withDefaults()
}

const noUnit = "has no unit, and a time.Duration counts nanoseconds"

// compileKeys takes the secret and the static keys, checks where published keys
// come from, and compiles the algorithms that the keys may serve.
func (c *contract) compileKeys(f *configErrors) {
	r := &c.rules
	c.secret = takeSecret(r, f)
	public := r.publicSources()
	if len(public) > 1 {
		f.Conflict(strings.Join(public, ", "), "", "are different sources of keys: keep one")
	}
	if len(public) == 0 && c.secret == nil && !r.InsecureEmulator {
		f.Missing(
			"JWKSURL",
			"no keys: set "+anyOf(f.Names, "JWKSURL", "Discovery", "KeyURLTemplate", "JWKS", "PEM", "Secret", "ExternalKeys"),
		)
	}
	c.compileAlgorithms(len(public) > 0, f)
	c.checkKeyMembers(f)
	switch {
	case r.JWKSURL != "":
		f.URL("JWKSURL", r.JWKSURL, faults.URLRules{InsecureHTTP: r.InsecureHTTP, Query: true})
	case r.KeyURLTemplate != "":
		checkKeyURL(r.KeyURLTemplate, r.InsecureHTTP, f)
	case len(r.JWKS) > 0:
		set, err := jwks.ParseStatic(r.JWKS, jwks.Limits{Algorithms: r.Algorithms, Uses: r.KeyUses})
		c.takeStatic("JWKS", set, err, f)
	case r.PEM != "":
		set, err := jwks.FromPEM([]byte(r.PEM), "", "")
		c.takeStatic("PEM", set, err, f)
	}
}

// publicSources returns the fields that say where published keys come from, of those that are set.
func (r *Rules) publicSources() (fields []string) {
	for field, set := range map[string]bool{
		"Discovery":      r.Discovery,
		"ExternalKeys":   r.ExternalKeys,
		"JWKS":           len(r.JWKS) > 0,
		"JWKSURL":        r.JWKSURL != "",
		"KeyURLTemplate": r.KeyURLTemplate != "",
		"PEM":            r.PEM != "",
	} {
		if set {
			fields = append(fields, field)
		}
	}
	slices.Sort(fields)
	return fields
}

// checkKeyMembers checks the rules about the members of published keys.
func (c *contract) checkKeyMembers(f *configErrors) {
	r := &c.rules
	for i, use := range r.KeyUses {
		if use != "" && !faults.Printable(use) {
			f.Invalid(
				"KeyUses["+itoa(i)+"]",
				faults.Show(use),
				`must be printable ASCII without spaces, as in "use" of the key set`,
			)
		}
	}
	if len(r.KeyIssuerClaims) > 0 && !r.CheckKeyIssuer {
		f.Conflict("KeyIssuerClaims", "", "is not used: set {CheckKeyIssuer}, or remove it")
	}
	if len(r.KeyUses) > 0 && r.JWKSURL == "" && !r.Discovery && !r.ExternalKeys && len(r.JWKS) == 0 {
		f.Conflict("KeyUses", "", "applies to a key set only: set {JWKSURL}, {Discovery} or {JWKS}, or remove it")
	}
}

func (c *contract) compileAlgorithms(public bool, f *configErrors) {
	r := &c.rules
	if len(r.Algorithms) == 0 {
		if public {
			r.Algorithms = append(r.Algorithms, "RS256")
		}
		if c.secret != nil {
			r.Algorithms = append(r.Algorithms, "HS256")
		}
	}
	c.algorithms = make(map[string]*jws.Algorithm, len(r.Algorithms))
	var symmetric, asymmetric, unknown bool
	for _, alg := range r.Algorithms {
		a := jws.Find(alg)
		switch {
		case a == nil:
			f.Invalid("Algorithms", faults.Show(alg), "unknown: use %s", strings.Join(jws.Names(), ", "))
			unknown = true
			continue
		case a.External && r.JWKSURL == "" && !r.Discovery:
			f.Conflict("Algorithms", faults.Show(alg), "needs a key set that is fetched: set {JWKSURL} or {Discovery}")
		case a.Symmetric && c.secret == nil:
			// The classic confusion: a public key used as an HMAC secret.
			f.Conflict("Algorithms", faults.Show(alg), "needs {Secret}: a published key can't verify a symmetric signature")
		case !a.Symmetric && !public:
			f.Conflict(
				"Algorithms",
				faults.Show(alg),
				"needs public keys: set "+anyOf(f.Names, "JWKSURL", "Discovery", "KeyURLTemplate", "JWKS", "PEM"),
			)
		case a.Symmetric && len(c.secret()) < a.Hash.Size() && !r.InsecureShortSecret:
			f.Prohibit(
				"Secret",
				"",
				"has %d bytes, %s needs at least %d (RFC 7518 §3.2); {InsecureShortSecret} accepts it nevertheless",
				len(c.secret()),
				alg,
				a.Hash.Size(),
			)
		}
		symmetric, asymmetric = symmetric || a.Symmetric, asymmetric || !a.Symmetric
		c.algorithms[alg] = a
	}
	if unknown {
		return // it may be the one that the keys are for
	}
	if c.secret != nil && !symmetric {
		f.Conflict("Secret", "", "none of the {Algorithms} uses it: add HS256 or remove it")
	}
	if public && !asymmetric {
		f.Conflict(
			"Algorithms",
			faults.Show(strings.Join(r.Algorithms, " ")),
			"none fits the public keys: add RS256 or remove the keys",
		)
	}
}

// compileClaims parses the paths and compiles the rules about claims and the mapping.
func (c *contract) compileClaims(f *configErrors) {
	r := &c.rules
	c.userID = append(c.userID, compilePath("UserIDClaim", r.UserIDClaim, f))
	for i, path := range r.UserIDFallbacks {
		c.userID = append(c.userID, compilePath("UserIDFallbacks["+itoa(i)+"]", path, f))
	}
	for i, path := range r.RequiredClaims {
		c.required = append(c.required, compilePath("RequiredClaims["+itoa(i)+"]", path, f))
	}
	c.claimRules = compileRules("ClaimRules", r.ClaimRules, f)
	c.timed = dependOnTime(r.ClaimRules)
	c.kindTimed = slices.ContainsFunc(r.Session.Kinds, func(k KindRule) bool { return dependOnTime(k.When) })
	c.mapping = compileMapping(r.Session, f)
	r.checkAudienceAndParty(f)
	c.confirms = compileConfirmation(r, f)
	for i, typ := range r.TokenTypes {
		if strings.TrimSpace(typ) != typ || strings.Contains(typ, "*") {
			f.Invalid("TokenTypes["+itoa(i)+"]", faults.Show(typ), "is compared as a whole: write a type such as at+jwt")
		}
	}
}

func (r *Rules) checkAudienceAndParty(f *configErrors) {
	checkValues("Audiences", r.Audiences, f)
	checkValues("AuthorizedParties", r.AuthorizedParties, f)
	if len(r.Audiences) == 0 && !r.InsecureAnyAudience {
		f.Missing("Audiences", "is empty: a token for any service of this issuer would be accepted; "+
			"name this service, or say {InsecureAnyAudience}")
	}
	if len(r.Audiences) > 0 && r.InsecureAnyAudience {
		f.Conflict("InsecureAnyAudience", "true", "{Audiences} is set: remove one of the two")
	}
	if r.InsecureMissingParty && len(r.AuthorizedParties) == 0 {
		f.Conflict(
			"InsecureMissingParty",
			"true",
			"{AuthorizedParties} is empty, so no party is checked: name the accepted parties, or remove it",
		)
	}
}

// Warnings describes what the contract leaves unchecked and which field checks it.
// The first verifier of a contract logs them.
func (k *Contract) Warnings() []string { return slices.Clone(k.orEmpty().warnings) }

// Rules returns a copy of the rules with the defaults filled in and the secret
// removed. The copy shares no memory with the contract.
func (k *Contract) Rules() Rules { return copyRules(k.orEmpty().rules) }

// Provider returns the preset's slug.
func (k *Contract) Provider() string { return k.orEmpty().rules.Provider }

// Issuer returns the first accepted issuer, or the template of the accepted
// ones, "" if any is accepted.
func (k *Contract) Issuer() string {
	c := k.orEmpty()
	if len(c.issuers) > 0 {
		return c.issuers[0]
	}
	return c.rules.IssuerTemplate
}

// Equal reports whether two contracts accept the same tokens: same rules, same
// secret.
func (k *Contract) Equal(other *Contract) bool {
	if !k.valid() || !other.valid() {
		return k.valid() == other.valid()
	}
	a, errA := json.Marshal(k)
	b, errB := json.Marshal(other)
	return errors.Join(errA, errB) == nil && bytes.Equal(a, b) && sameSecret(k.c.secret, other.c.secret)
}

// LogValue names the contract in a log, without its secret.
func (k *Contract) LogValue() slog.Value {
	if !k.valid() {
		return slog.StringValue("invalid contract")
	}
	return slog.GroupValue(slog.String("provider", k.Provider()), slog.String("issuer", k.Issuer()),
		slog.Any("algorithms", k.c.rules.Algorithms))
}

// String names the contract, without its secret.
func (k *Contract) String() string {
	if !k.valid() {
		return "auth contract (invalid)"
	}
	return "auth contract " + k.Provider() + " " + quoted(k.Issuer())
}

func errNoContract() error {
	return &ConfigError{
		Field:  "contract",
		Kind:   faults.Missing,
		Reason: "is nil or zero: make it with NewContract or a preset's NewContract",
	}
}

func (k *Contract) valid() bool { return k != nil && k.c != nil }

// orEmpty returns an empty contract for nil and the zero value, so that accessors
// do not panic.
func (k *Contract) orEmpty() *contract {
	if !k.valid() {
		return &contract{}
	}
	return k.c
}

func (c *contract) checkRules(h *jose.Header, claims jose.Object, now time.Time) *Error {
	return checkRules(c.claimRules, h, claims, now.Add(c.leeway()))
}

func (c *contract) leeway() time.Duration { return max(c.rules.Leeway, 0) }

// remote reports whether keys have to be fetched.
func (c *contract) remote() bool {
	return c.rules.JWKSURL != "" || c.rules.Discovery || c.rules.KeyURLTemplate != "" || c.rules.ExternalKeys
}
