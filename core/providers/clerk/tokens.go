package clerk

import (
	"slices"

	"github.com/revstackhq/auth-go/core"
	"github.com/revstackhq/auth-go/core/providers/internal/preset"
)

// Token is a kind of token that a Clerk instance signs.
type Token string

// The kinds of tokens, see https://clerk.com/docs/guides/sessions/session-tokens.
const (
	SessionToken  Token = "session"
	TemplateToken Token = "template" // JWT templates: getToken({template})
	OAuthToken    Token = "oauth"    // access tokens of Clerk as an OAuth server
	MachineToken  Token = "machine"  // M2M tokens in JWT form
)

// Values of the header parameter cat, by which Clerk distinguishes its tokens
// (@clerk/backend, tokens/jwtCategories.ts).
const (
	categorySession  = "cl_B7d4PD111AAA"
	categoryTemplate = "cl_B7d4PD222AAA"
	categoryMachine  = "cl_B7d4PD333AAA"
	categoryIgnore   = "cl_I7d4PD111III" // of some instances, for tokens of every kind
)

// accepted are the kinds of tokens that a contract takes.
type accepted []Token

func (c *Config) accept(f *preset.Faults) accepted {
	var kinds accepted
	for _, t := range c.Accept {
		if !slices.Contains([]Token{SessionToken, TemplateToken, OAuthToken, MachineToken}, t) {
			f.Add("Accept", string(t), "is not a kind of token: use session, template, oauth or machine")
			continue
		}
		kinds = append(kinds, t)
	}
	if len(kinds) == 0 {
		return accepted{SessionToken}
	}
	return kinds
}

func (a accepted) has(t Token) bool { return slices.Contains(a, t) }

func (a accepted) types() []string {
	var types []string
	if a.has(SessionToken) || a.has(TemplateToken) || a.has(MachineToken) {
		types = append(types, "", "JWT")
	}
	if a.has(OAuthToken) {
		types = append(types, "at+jwt") // RFC 9068 §2.1
	}
	return types
}

// rules refuse every kind that is not listed. Not every token has a category, so
// the kinds also differ in what they carry.
func (a accepted) rules(allowPending bool) []core.ClaimRule {
	rules := append(a.subjectRules(), a.kindRules()...)
	if !allowPending {
		rules = append(rules, core.ClaimRule{
			Claim: "sts", Optional: true, NoneOf: []string{"pending"},
			Reason: "the session has tasks left to do, which counts as signed out",
		})
	}
	return rules
}

func (a accepted) subjectRules() []core.ClaimRule {
	var subjects []string
	categories := []string{categoryIgnore}
	if a.has(MachineToken) {
		subjects, categories = append(subjects, "mch_"), append(categories, categoryMachine)
	}
	if a.has(SessionToken) || a.has(TemplateToken) || a.has(OAuthToken) {
		subjects = append(subjects, "user_")
	}
	if a.has(TemplateToken) {
		categories = append(categories, categoryTemplate)
	}
	if a.has(SessionToken) {
		categories = append(categories, categorySession)
	}
	const why = "one key signs tokens of every kind, and this kind is not accepted"
	rules := []core.ClaimRule{
		{Claim: "sub", Prefixes: subjects, Reason: "the kind of subject determines the kind of token"},
		// A list of what is accepted, so that a category that Clerk adds later is
		// refused. Which one OAuth access tokens have is not documented.
		{Header: "cat", Optional: true, OneOf: categories, When: a.notOAuth(), Reason: why},
	}
	if a.has(OAuthToken) {
		rules = append(rules, core.ClaimRule{
			Header: "cat", Optional: true, NoneOf: []string{categorySession, categoryTemplate, categoryMachine},
			When: []core.ClaimRule{isOAuth()}, Reason: why,
		})
	}
	return rules
}

// kinds distinguishes the accepted kinds. Session and template tokens have the default kind.
func (a accepted) kinds() []core.KindRule {
	var kinds []core.KindRule
	if a.has(MachineToken) {
		kinds = append(kinds, core.KindRule{
			Kind: core.KindMachine,
			When: []core.ClaimRule{{Claim: "sub", Prefixes: []string{"mch_"}}},
		})
	}
	if a.has(OAuthToken) {
		kinds = append(kinds, core.KindRule{Kind: core.KindAccess, When: []core.ClaimRule{isOAuth()}})
	}
	return kinds
}

// isOAuth knows an OAuth access token by its type (RFC 9068 §2.1).
func isOAuth() core.ClaimRule {
	return core.ClaimRule{Header: "typ", OneOf: []string{"at+jwt", "application/at+jwt"}, IgnoreCase: true}
}

// notOAuth is the condition that a token is not an OAuth access token, nil if none is accepted.
func (a accepted) notOAuth() []core.ClaimRule {
	if !a.has(OAuthToken) {
		return nil
	}
	return []core.ClaimRule{{Header: "typ", Optional: true, NoneOf: isOAuth().OneOf, IgnoreCase: true}}
}

// ofPerson are the conditions that a token belongs to a person, nil if no machine token is accepted.
func (a accepted) ofPerson() []core.ClaimRule {
	if !a.has(MachineToken) {
		return nil
	}
	return []core.ClaimRule{{Claim: "sub", Prefixes: []string{"user_"}}}
}

// isSession are the conditions that a token is a session or template token, which a person's client obtained.
func (a accepted) isSession() []core.ClaimRule { return append(a.ofPerson(), a.notOAuth()...) }

// partyRule requires azp of session and template tokens where kinds that have
// none are accepted with them.
func (a accepted) partyRule() core.ClaimRule {
	return core.ClaimRule{
		Claim:  "azp",
		Type:   "string",
		When:   a.isSession(),
		Code:   core.CodePartyMismatch,
		Reason: "a session token names the origin that obtained it",
	}
}

// audienceRules hold the audience where session tokens, which have none unless
// the instance adds one, are accepted together with kinds that do.
func (a accepted) audienceRules(audience []string) []core.ClaimRule {
	const why = "the services that the token is meant for"
	rule := func(when ...core.ClaimRule) core.ClaimRule {
		return core.ClaimRule{
			Claim:       "aud",
			ContainsAny: slices.Clone(audience),
			Code:        core.CodeAudienceMismatch,
			Reason:      why,
			When:        when,
		}
	}
	session := rule(append(a.notOAuth(), core.ClaimRule{Claim: "sid", Type: "string"})...)
	session.Optional = true
	rules := []core.ClaimRule{session}
	if a.has(MachineToken) {
		rules = append(rules, rule(core.ClaimRule{Claim: "sub", Prefixes: []string{"mch_"}}))
	}
	if a.has(OAuthToken) {
		rules = append(rules, rule(isOAuth()))
	}
	if a.has(TemplateToken) {
		rules = append(rules, rule(core.ClaimRule{Claim: "sid", Absent: true}))
	}
	return rules
}

func (a accepted) kindRules() []core.ClaimRule {
	var rules []core.ClaimRule
	oauth := isOAuth()
	switch {
	case a.has(SessionToken) && !a.has(TemplateToken):
		rules = append(rules, core.ClaimRule{
			Claim: "sid", Type: "string", Format: "nonEmpty", Reason: "a session token has a session id", When: a.isSession(),
		})
	case !a.has(SessionToken) && a.has(TemplateToken):
		rules = append(rules, core.ClaimRule{
			Claim: "sid", Absent: true, Reason: "a session token is not accepted",
			When: append(a.isSession(), core.ClaimRule{Claim: "fva", Type: "array"}), // a template may have a sid of its own
		})
	case !a.has(SessionToken) && a.has(OAuthToken):
		only := oauth
		only.Reason, only.When = "of people's tokens only OAuth access tokens are accepted", a.ofPerson()
		rules = append(rules, only)
	}
	if a.has(OAuthToken) {
		rules = append(rules, core.ClaimRule{
			Claim:  "client_id",
			Type:   "string",
			Format: "nonEmpty",
			Reason: "an OAuth access token names its client (RFC 9068 §2.2)",
			When:   []core.ClaimRule{oauth},
		})
	}
	return rules
}
