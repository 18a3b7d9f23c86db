package adaptertest

import (
	"crypto/tls"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"time"

	"github.com/revstackhq/auth-go/core"
	"github.com/revstackhq/auth-go/core/authtest"
	"github.com/revstackhq/auth-go/core/providers/clerk"
	"github.com/revstackhq/auth-go/core/providers/clerk/clerktest"
)

const (
	host = "api.northwind.example"
	// appOrigin is the one authorized party of the stage's contract.
	appOrigin = "https://app.northwind.example"
	partner   = "https://partner.example"
)

// Stage has what scenarios need: an issuer like Clerk's, a second issuer that some
// modes trust too, one that is down, and tokens. It is safe for concurrent use.
type Stage struct {
	issuer, second, down *authtest.Issuer
	contract, partner    *core.Contract
	opaque               *opaque
	bound                *bindings
	logger               *slog.Logger

	mu          sync.Mutex
	tokens      map[string]string
	certificate *tls.Certificate // of programs that serve TLS, nil before the first
}

// NewStage starts the issuers. The caller must close the stage.
func NewStage() (*Stage, error) {
	s := &Stage{tokens: map[string]string{}, logger: slog.New(slog.DiscardHandler)}
	var errs [6]error
	s.issuer, errs[0] = authtest.StartIssuer(authtest.Config{})
	s.second, errs[1] = authtest.StartIssuer(authtest.Config{Algorithms: []string{"ES256"}, Audience: partner})
	s.down, errs[2] = authtest.StartIssuer(authtest.Config{})
	if err := errors.Join(errs[:]...); err != nil {
		return nil, errors.Join(err, s.Close())
	}
	s.down.Unavailable(true)
	s.contract, errs[3] = clerkContract(s.issuer)
	s.partner, errs[4] = core.NewContract(core.Rules{
		Provider:   "partner",
		Issuer:     s.second.URL(),
		JWKSURL:    s.second.JWKSURL(),
		Algorithms: []string{"ES256"},
		Audiences:  []string{partner},
	})
	s.bound, errs[5] = newBindings(s.second)
	if err := errors.Join(errs[:]...); err != nil {
		return nil, errors.Join(err, s.Close())
	}
	s.opaque = newOpaque(s.bound)
	return s, nil
}

func clerkContract(issuer *authtest.Issuer) (*core.Contract, error) {
	return clerk.NewContract(clerk.Config{
		IssuerURL: issuer.URL(), AuthorizedParties: []string{appOrigin}, InsecureMissingParty: true,
		Accept: []clerk.Token{clerk.SessionToken, clerk.OAuthToken},
	})
}

// Close stops the issuers.
func (s *Stage) Close() error {
	s.opaque.close()
	var err error
	for _, i := range []*authtest.Issuer{s.issuer, s.second, s.down} {
		if i != nil {
			err = errors.Join(err, i.Close())
		}
	}
	return err
}

// config returns the program of a mode.
func (s *Stage) config(mode Mode) (Config, error) {
	cfg := Config{SawError: func(error) {}, Policies: mode.Policies}
	contract, further := s.contract, []*core.Contract(nil)
	var err error
	if mode.Outage {
		contract, err = clerkContract(s.down) // a new contract, which does not know yet that its issuer is down
	}
	if err == nil && mode.Further != nil {
		further, err = mode.Further(s)
	}
	if err != nil {
		return cfg, err
	}
	all := append([]*core.Contract{contract}, further...)
	if cfg.Source, err = core.NewVerifier(all, core.WithLogger(s.logger)); err != nil {
		return cfg, err
	}
	if mode.Opaque {
		if cfg.Source, err = s.opaque.source(s, cfg.Source, mode.OpaqueConfirmation); err != nil {
			return cfg, err
		}
	}
	if mode.Options != nil {
		cfg.Options = mode.Options(s)
	}
	cfg.InnerOptions = cfg.Options
	if mode.Inner != nil {
		cfg.InnerOptions = mode.Inner(s)
	}
	return cfg, nil
}

// expand replaces the names of tokens in braces with the tokens.
func (s *Stage) expand(text string) (string, error) {
	for {
		before, rest, open := strings.Cut(text, "{")
		name, after, closed := strings.Cut(rest, "}")
		if !open || !closed {
			return text, nil
		}
		token, known, err := s.placeholder(name)
		if !known {
			token, err = s.token(name)
		}
		if err != nil {
			return "", err
		}
		text = before + token + after
	}
}

// token returns the token of that name, which it mints once, with all other bad
// tokens if it is a bad one. Tokens are valid for an hour, longer than any test.
func (s *Stage) token(name string) (string, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if token, ok := s.tokens[name]; ok {
		return token, nil
	}
	if strings.HasPrefix(name, badPrefix) {
		for _, b := range s.bad() {
			s.tokens[badPrefix+b.Name] = b.Token
		}
		if token, ok := s.tokens[name]; ok {
			return token, nil
		}
		return "", fmt.Errorf("adaptertest: authtest has no bad token called %q", name[len(badPrefix):])
	}
	token, err := s.mint(name)
	s.tokens[name] = token
	return token, err
}

// badPrefix is before the names of authtest's bad tokens.
const badPrefix = "bad:"

// admin is the user of most scenarios.
func admin() clerktest.Token {
	return clerktest.Token{
		UserID: "user_1", SessionID: "sess_1", AuthorizedParty: appOrigin, TTL: time.Hour,
		OrganizationID: "org_9", OrganizationSlug: "northwind", Role: "admin", Permissions: []string{
			"org:invoices:read", "org:invoices:create",
		},
	}
}

func (s *Stage) mint(name string) (string, error) {
	if token, ok, err := s.opaque.mint(s, name); ok {
		return token, err
	}
	person := admin()
	switch name {
	case "session":
	case "version 1":
		person.Version = 1
	case "other":
		person.UserID, person.SessionID = "user_2", "sess_2"
	case "member":
		person.UserID, person.Role, person.Permissions = "user_3", "member", []string{"org:invoices:read"}
	case "no organization":
		person.OrganizationID = ""
	case "revoked":
		person.UserID = "user_revoked"
	case "undecided":
		person.UserID = "user_undecided"
	case "no party":
		person.AuthorizedParty = ""
	case "pending":
		person.Pending = true
	case "old sign-in":
		person.FactorAges = []int{600, -1}
	case "no factor ages":
		person.Extra = authtest.Claims{"fva": nil}
	case "second factor":
		person.FactorAges = []int{3, 3}
	case "old member":
		person.Role, person.FactorAges = "member", []int{600, -1}
	case "gold", "silver":
		person.Extra = authtest.Claims{"acr": name}
	case "first level":
		person.Extra = authtest.Claims{"aal": "aal1"}
	case "second level":
		person.Extra = authtest.Claims{"aal": "aal2"}
	case "odd user":
		person.UserID = `user_"<é>&\` // the characters that encoders escape differently
	case "template":
		return clerktest.TemplateToken(s.issuer, person, authtest.Claims{"plan": "pro"}), nil
	case "machine":
		return clerktest.MachineToken(s.issuer, clerktest.Token{TTL: time.Hour}, []string{"mch_1"}), nil
	case "oauth":
		return clerktest.OAuthToken(s.issuer, person, "client_1", "openid invoices:read", authtest.WithHeader("x", nil)), nil
	case "foreign":
		return clerktest.SessionToken(s.down, person), nil
	case "partner":
		return s.second.Token(authtest.Claims{"sub": "partner_1"}), nil
	case "bound to a key", "bound to a certificate":
		return s.second.Token(authtest.Claims{"sub": "partner_1", "cnf": s.bound.confirmation(name)}), nil
	case "partner for another":
		return s.second.Token(authtest.Claims{"sub": "partner_1", "aud": "https://other.example"}), nil
	default:
		return "", fmt.Errorf("adaptertest: unknown token %q", name)
	}
	return clerktest.SessionToken(s.issuer, person), nil
}

// bad returns the tokens that the stage's contract must reject.
func (s *Stage) bad() []authtest.BadToken {
	return s.issuer.Bad(s.contract, clerktest.SessionToken(s.issuer, admin()))
}

// routes records which handlers ran.
type routes struct {
	mu  sync.Mutex
	all []string
}

func (r *routes) add(path string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.all = append(r.all, path)
}

func (r *routes) list() []string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.all
}
