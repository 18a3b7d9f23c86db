package main

import (
	"errors"
	"fmt"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/revstackhq/auth-go/core/authtest"
	"github.com/revstackhq/auth-go/core/providers/clerk/clerktest"
)

// tokenRequest holds the parameters of GET /token.
type tokenRequest struct {
	kind  string
	clerk clerktest.Token
	azp   *string // nil for the page's own origin
}

// The kinds of tokens that one key of a Clerk instance signs, and the parameters
// that describe them in addition to kind, user, ttl and azp.
const (
	sessionKind  = "session"
	templateKind = "template"
	machineKind  = "m2m"
	oauthKind    = "oauth"
)

func parametersOf(kind string) []string {
	common := []string{"kind", "user", "ttl", "azp"}
	switch kind {
	case sessionKind:
		return append(common, "org", "role", "permissions", "v", "pending")
	case oauthKind:
		return append(common, "org")
	case templateKind, machineKind:
		return common
	default:
		return nil
	}
}

const maxTTL = 24 * time.Hour

var (
	idShape         = regexp.MustCompile(`^[A-Za-z0-9_]{1,64}$`)
	roleShape       = regexp.MustCompile(`^(org:)?[a-z0-9_]{1,64}$`)
	permissionShape = regexp.MustCompile(`^org:[a-z0-9_-]{1,64}:[a-z0-9_-]{1,64}$`)
)

// readTokenRequest parses a query strictly and reports every mistake: ignoring a
// misspelled parameter would return a token other than the one asked for.
func readTokenRequest(query string) (tokenRequest, error) {
	ask := tokenRequest{kind: sessionKind}
	values, err := url.ParseQuery(query)
	if err != nil {
		return ask, fmt.Errorf("the query can't be read: %w", err)
	}
	if kinds := values["kind"]; len(kinds) > 0 {
		ask.kind = kinds[0]
	}
	known := parametersOf(ask.kind)
	if known == nil {
		return ask, fmt.Errorf("kind is session, template, m2m or oauth, not %.64q", ask.kind)
	}
	var faults []error
	names := make([]string, 0, len(values))
	for name := range values {
		names = append(names, name)
	}
	slices.Sort(names)
	for _, name := range names {
		switch {
		case !slices.Contains(known, name):
			faults = append(
				faults,
				fmt.Errorf("a token of kind %s has no %.64q: it takes %s", ask.kind, name, strings.Join(known, ", ")),
			)
		case len(values[name]) > 1:
			faults = append(faults, fmt.Errorf("%s is given %d times", name, len(values[name])))
		default:
			if err := ask.set(name, values[name][0]); err != nil {
				faults = append(faults, err)
			}
		}
	}
	faults = append(faults, ask.complete())
	return ask, errors.Join(faults...)
}

// set reads one parameter.
func (a *tokenRequest) set(name, value string) error {
	c := &a.clerk
	switch name {
	case "user":
		prefix := "user_"
		if a.kind == machineKind {
			prefix = "mch_"
		}
		c.UserID = value
		return shaped(name, value, idShape, prefix)
	case "org":
		c.OrganizationID = value
		return shaped(name, value, idShape, "org_")
	case "role":
		c.Role = value
		return shaped(name, value, roleShape, "")
	case "permissions":
		c.Permissions = strings.Split(value, ",")
		for _, p := range c.Permissions {
			if !permissionShape.MatchString(p) {
				return fmt.Errorf("permissions are org:<feature>:<permission>, separated by commas, not %.64q", p)
			}
		}
	case "v":
		if value != "1" && value != "2" {
			return fmt.Errorf("v is the version of the token, 1 or 2, not %.64q", value)
		}
		c.Version = int(value[0] - '0')
	case "pending":
		if value != "true" && value != "false" {
			return fmt.Errorf("pending is true or false, not %.64q", value)
		}
		c.Pending = value == "true"
	case "ttl":
		ttl, err := time.ParseDuration(value)
		if err != nil || ttl == 0 || ttl%time.Second != 0 || ttl.Abs() > maxTTL {
			return fmt.Errorf(
				"ttl is whole seconds such as 60s or 10m, at most 24h, negative for a token that has expired, not %.64q",
				value,
			)
		}
		c.TTL = ttl
	case "azp":
		if u, err := url.Parse(value); value != "" &&
			(err != nil || u.Scheme == "" || u.Host == "" || u.Scheme+"://"+u.Host != value) {
			return fmt.Errorf("azp must be an origin such as https://app.example.com, or empty for none, not %.64q", value)
		}
		a.azp = &value
	}
	return nil
}

func shaped(name, value string, shape *regexp.Regexp, prefix string) error {
	if rest, ok := strings.CutPrefix(value, prefix); ok && rest != "" && shape.MatchString(value) {
		return nil
	}
	if prefix == "" {
		return fmt.Errorf("%s is a name such as org:admin, not %.64q", name, value)
	}
	return fmt.Errorf("%s is an id such as %s123, not %.64q", name, prefix, value)
}

// complete sets the default user, and checks parameters that depend on each other.
func (a *tokenRequest) complete() error {
	c := &a.clerk
	if c.UserID == "" && a.kind != machineKind {
		c.UserID = "user_123"
	}
	switch {
	case c.OrganizationID == "" && (c.Role != "" || c.Permissions != nil):
		return errors.New("role and permissions require an organization: set org too")
	case c.Pending && c.Version == 1:
		return errors.New("pending is said by tokens of version 2 only: leave v=1 out")
	default:
		return nil
	}
}

// mint signs the token. azp defaults to origin.
func (a *tokenRequest) mint(issuer *authtest.Issuer, origin string) string {
	c := a.clerk
	if c.AuthorizedParty = origin; a.azp != nil {
		c.AuthorizedParty = *a.azp
	}
	switch a.kind {
	case templateKind:
		return clerktest.TemplateToken(issuer, c, authtest.Claims{"plan": "gold"})
	case machineKind:
		return clerktest.MachineToken(issuer, c, []string{"mch_1"})
	case oauthKind:
		return clerktest.OAuthToken(issuer, c, "client_1", "openid profile")
	default:
		return clerktest.SessionToken(issuer, c)
	}
}
