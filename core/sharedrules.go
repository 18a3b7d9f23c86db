package core

import (
	"github.com/revstackhq/auth-go/core/internal/jose"
	"github.com/revstackhq/auth-go/core/internal/jws"
	"github.com/revstackhq/auth-go/core/internal/shared"
)

// tables holds the compiled parts that contracts have in common. Contracts of one preset differ in little more than
// their issuer, and a service may have thousands of them.
//
//nolint:gochecknoglobals // memos of values that do not change, for all contracts of the process
var tables struct {
	mappings   shared.Table[Mapping, *mapping]
	rules      shared.Table[[]ClaimRule, []claimRule]
	algorithms shared.Table[[]string, map[string]*jws.Algorithm]
	paths      shared.Table[[]string, []jose.Path]
	texts      shared.Table[map[string]string, struct{}]
	lists      shared.Table[[]string, struct{}]
}

// sharedParts holds the pointers that keep a contract's shared parts in the tables.
type sharedParts struct {
	mapping          *shared.Made[Mapping, *mapping]
	rules            *shared.Made[[]ClaimRule, []claimRule]
	algorithms       *shared.Made[[]string, map[string]*jws.Algorithm]
	userID, required *shared.Made[[]string, []jose.Path]
	names, hints     *shared.Made[map[string]string, struct{}]
	said, warnings   *shared.Made[[]string, struct{}]
}

// share replaces the parts of c that equal a part of another contract by that part. No contract modifies its parts.
func (c *contract) share() {
	r, p := &c.rules, &c.parts
	p.mapping = tables.mappings.Use(r.Session, c.mapping)
	r.Session, c.mapping = p.mapping.Source, p.mapping.Value
	p.algorithms = tables.algorithms.Use(r.Algorithms, c.algorithms)
	r.Algorithms, c.algorithms = p.algorithms.Source, p.algorithms.Value
	p.userID = tables.paths.Use(append([]string{r.UserIDClaim}, r.UserIDFallbacks...), c.userID)
	c.userID = p.userID.Value
	if len(r.ClaimRules) > 0 {
		p.rules = tables.rules.Use(r.ClaimRules, c.claimRules)
		r.ClaimRules, c.claimRules = p.rules.Source, p.rules.Value
	}
	if len(r.RequiredClaims) > 0 {
		p.required = tables.paths.Use(r.RequiredClaims, c.required)
		r.RequiredClaims, c.required = p.required.Source, p.required.Value
	}
	p.names, p.hints = shareValue(&tables.texts, &r.FieldNames), shareValue(&tables.texts, &r.IssuerHints)
	p.said, p.warnings = shareValue(&tables.lists, &r.Warnings), shareValue(&tables.lists, &c.warnings)
}

// shareValue replaces v by an equal value of another contract, if there is one.
func shareValue[S ~[]string | ~map[string]string](t *shared.Table[S, struct{}], v *S) *shared.Made[S, struct{}] {
	if len(*v) == 0 {
		return nil
	}
	made := t.Use(*v, struct{}{})
	*v = made.Source
	return made
}
