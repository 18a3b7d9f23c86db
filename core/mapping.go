package core

import (
	"encoding/json"
	"slices"
	"strings"
	"time"

	"github.com/revstackhq/auth-go/core/internal/faults"
	"github.com/revstackhq/auth-go/core/internal/jose"
	"github.com/revstackhq/auth-go/core/internal/strictjson"
)

// TokenKind is what a token was issued for.
type TokenKind string

// The kinds of tokens. [Mapping.Kinds] says how to distinguish them.
const (
	KindSession TokenKind = "session" // a person signed in, in a browser or app
	KindAccess  TokenKind = "access"  // an OAuth access token for a person
	KindID      TokenKind = "id"      // an OpenID Connect ID token
	KindMachine TokenKind = "machine" // a service, not a person

	kindAPIKey TokenKind = "api_key" // apikey.Kind: a key that a person or an organization made for a program
)

// Mapping defines which claims of a provider's tokens hold the values of a
// [Session]. For a single value, such as Email, the first reference that yields
// one wins. For a list, such as Roles, all references contribute. [NewContract]
// replaces a nil field by the generic default; a field that is empty but not nil
// maps nothing.
type Mapping struct {
	SessionID        []ClaimRef `json:"sessionId,omitzero"`
	OrganizationID   []ClaimRef `json:"organizationId,omitzero"`
	OrganizationSlug []ClaimRef `json:"organizationSlug,omitzero"`
	OrganizationName []ClaimRef `json:"organizationName,omitzero"`
	OrganizationRole []ClaimRef `json:"organizationRole,omitzero"`
	Roles            []ClaimRef `json:"roles,omitzero"`
	Permissions      []ClaimRef `json:"permissions,omitzero"`
	Scopes           []ClaimRef `json:"scopes,omitzero"`
	Email            []ClaimRef `json:"email,omitzero"`
	ClientID         []ClaimRef `json:"clientId,omitzero"`
	AuthTime         []ClaimRef `json:"authTime,omitzero"`
	AuthMethods      []ClaimRef `json:"authMethods,omitzero"`
	ACR              []ClaimRef `json:"acr,omitzero"`
	AAL              []ClaimRef `json:"aal,omitzero"`
	Actor            []ClaimRef `json:"actor,omitzero"`

	// FactorAgesClaim is the path of a list of two numbers: the minutes since
	// the first and the second factor were verified, -1 for never (Clerk's fva).
	FactorAgesClaim string `json:"factorAgesClaim,omitempty"`
	// PackedPermissions decodes permissions that are packed into bit masks.
	PackedPermissions *PackedPermissions `json:"packedPermissions,omitempty"`

	// Kinds are tried in order: the first whose conditions all hold determines the
	// token's kind. Kind is the kind of a token for which none holds, "session" if
	// empty.
	Kinds []KindRule `json:"kinds,omitempty"`
	Kind  TokenKind  `json:"kind,omitempty"`
}

// KindRule gives a kind to the tokens for which all conditions hold.
type KindRule struct {
	Kind TokenKind   `json:"kind"`
	When []ClaimRule `json:"when"`
}

// ClaimRef says which claim holds a value, and how to read the value from the
// claim. In JSON it is a string if only Path is set.
type ClaimRef struct {
	// Path is written like [Rules.UserIDClaim].
	Path string `json:"path"`
	// Split cuts a string at this separator (scopes are cut at spaces anyway).
	Split string `json:"split,omitempty"`
	// Keys yields the names of an object's members instead of their values. For an
	// array, it yields the names in all of its objects.
	Keys bool `json:"keys,omitempty"`
	// Field yields this member of every object in an array. With Keys, it yields
	// this member of each member's value, instead of the member's name.
	Field string `json:"field,omitempty"`
	// TrimPrefix drops values without this prefix, and removes it from the others.
	TrimPrefix string `json:"trimPrefix,omitempty"`
	// Prefix is put before every value that does not begin with it.
	Prefix string `json:"prefix,omitempty"`
	// Single yields a value only if there is exactly one: for a token with several
	// organizations, nothing says which one the session acts for.
	Single bool `json:"single,omitempty"`
}

type claimRefJSON ClaimRef

// MarshalJSON writes a reference with nothing but a path as a string.
func (r ClaimRef) MarshalJSON() ([]byte, error) {
	if r == (ClaimRef{Path: r.Path}) {
		return json.Marshal(r.Path)
	}
	return json.Marshal(claimRefJSON(r))
}

// UnmarshalJSON reads a path or an object.
func (r *ClaimRef) UnmarshalJSON(data []byte) error {
	if len(data) > 0 && data[0] == '"' {
		*r = ClaimRef{}
		return json.Unmarshal(data, &r.Path)
	}
	return strictjson.Unmarshal(data, (*claimRefJSON)(r))
}

// withDefaults replaces nil lists by the claims of RFC 7519, 8176, 8693, 9068 and
// OpenID Connect Core.
func (m Mapping) withDefaults() Mapping {
	fill := func(list *[]ClaimRef, paths ...string) {
		if *list != nil {
			return
		}
		for _, p := range paths {
			*list = append(*list, ClaimRef{Path: p})
		}
	}
	fill(&m.SessionID, "sid")
	fill(&m.OrganizationID, "org_id")
	fill(&m.OrganizationSlug, "org_slug")
	fill(&m.OrganizationName, "org_name")
	fill(&m.OrganizationRole, "org_role")
	fill(&m.Roles, "roles")
	fill(&m.Permissions, "permissions")
	fill(&m.Scopes, "scope", "scp")
	fill(&m.Email, "email")
	fill(&m.ClientID, "client_id", "azp")
	fill(&m.AuthTime, "auth_time")
	fill(&m.AuthMethods, "amr")
	fill(&m.ACR, "acr")
	fill(&m.AAL, "aal")
	fill(&m.Actor, "act.sub")
	if m.Kind == "" {
		m.Kind = KindSession
	}
	return m
}

// claimRef is a ClaimRef whose path is parsed.
type claimRef struct {
	ClaimRef
	path jose.Path
}

// mapping is a Mapping whose paths are parsed.
type mapping struct {
	sessionID, orgID, orgSlug, orgName, orgRole        []claimRef
	roles, permissions, scopes                         []claimRef
	email, clientID, authTime, methods, acr, aal, acts []claimRef
	factorAges                                         *jose.Path
	bits                                               *packedPermissions
	kinds                                              []kindRule
	kind                                               TokenKind
}

type kindRule struct {
	kind TokenKind
	when []claimRule
}

func compileMapping(m Mapping, f *configErrors) *mapping {
	refs := func(name string, list []ClaimRef) []claimRef {
		out := make([]claimRef, 0, len(list))
		for i, r := range list {
			at := "session." + name + "[" + itoa(i) + "]"
			out = append(out, claimRef{ClaimRef: r, path: compilePath(at, r.Path, f)})
		}
		return out
	}
	c := &mapping{
		sessionID: refs("sessionId", m.SessionID), orgID: refs("organizationId", m.OrganizationID),
		orgSlug: refs("organizationSlug", m.OrganizationSlug), orgName: refs("organizationName", m.OrganizationName),
		orgRole: refs("organizationRole", m.OrganizationRole), roles: refs("roles", m.Roles),
		permissions: refs("permissions", m.Permissions), scopes: refs("scopes", m.Scopes), email: refs("email", m.Email),
		clientID: refs("clientId", m.ClientID), authTime: refs("authTime", m.AuthTime),
		methods: refs("authMethods", m.AuthMethods), acr: refs("acr", m.ACR), aal: refs("aal", m.AAL),
		acts: refs("actor", m.Actor), kind: m.Kind,
	}
	if m.FactorAgesClaim != "" {
		path := compilePath("session.factorAgesClaim", m.FactorAgesClaim, f)
		c.factorAges = &path
	}
	if m.PackedPermissions != nil {
		c.bits = compileBits(m.PackedPermissions, f)
	}
	checkKind("session.kind", m.Kind, f)
	for i, k := range m.Kinds {
		at := "session.kinds[" + itoa(i) + "]"
		checkKind(at+".kind", k.Kind, f)
		if len(k.When) == 0 {
			f.Invalid(at+".when", "", "set at least one condition, or the mapping's kind")
		}
		c.kinds = append(c.kinds, kindRule{kind: k.Kind, when: compileRules(at+".when", k.When, f)})
	}
	return c
}

func checkKind(field string, k TokenKind, f *configErrors) {
	if !slices.Contains([]TokenKind{KindSession, KindAccess, KindID, KindMachine, kindAPIKey}, k) {
		f.Invalid(field, faults.Show(string(k)), "use session, access, id, machine or api_key")
	}
}

func (m *mapping) kindOf(h *jose.Header, claims jose.Object, now time.Time) TokenKind {
	for _, k := range m.kinds {
		if holdAll(k.when, h, claims, now) {
			return k.kind
		}
	}
	return m.kind
}

// values returns the strings that r names, none for a value of another type. text
// is the length of the string that they were cut from, 0 if they were not.
func (r *claimRef) values(claims jose.Object, splitSpaces bool) (list []string, text int) {
	v, ok := r.path.In(claims)
	if !ok {
		return nil, 0
	}
	switch {
	case r.Keys:
		list = memberNames(v, r.Field)
		for e := range v.Elements() {
			list = append(list, memberNames(e, r.Field)...)
		}
	case r.Field != "":
		for e := range v.Elements() {
			list = append(list, fieldOf(e, r.Field)...)
		}
	case r.Split != "":
		whole, _ := v.Text()
		text = len(whole)
		for part := range strings.SplitSeq(whole, r.Split) {
			if part = strings.TrimSpace(part); part != "" {
				list = append(list, part)
			}
		}
	case splitSpaces:
		list, _ = v.Words()
		if v.Kind() == jose.KindString {
			text = len(v.Raw())
		}
	default:
		list, _ = v.Texts()
	}
	if r.TrimPrefix != "" || r.Prefix != "" {
		list = r.applyPrefix(list)
	}
	if r.Single && len(list) > 1 {
		return nil, 0
	}
	return list, text
}

// memberNames returns the names of v's members or, if field is not empty, the member field of each member's value.
func memberNames(v jose.Value, field string) []string {
	var names []string
	if o, ok := v.Object(); ok {
		for name, member := range o.All() {
			if field == "" {
				names = append(names, name)
			} else if _, isObject := member.Object(); isObject {
				names = append(names, fieldOf(member, field)...)
			}
		}
	}
	return names
}

// fieldOf returns the text of an element that is {name: text} or a plain string:
// Supabase's amr may have both.
func fieldOf(e jose.Value, name string) []string {
	if o, ok := e.Object(); ok {
		e, _ = o.Lookup(name)
	}
	list, _ := e.Texts()
	return list
}

// applyPrefix drops the values without TrimPrefix and adds Prefix to the others.
func (r *claimRef) applyPrefix(list []string) []string {
	kept := list[:0]
	for _, s := range list {
		if r.TrimPrefix != "" {
			cut, ok := strings.CutPrefix(s, r.TrimPrefix)
			if !ok {
				continue
			}
			s = cut
		}
		if s != "" && !strings.HasPrefix(s, r.Prefix) {
			s = r.Prefix + s
		}
		kept = append(kept, s)
	}
	return kept
}

func firstValue(refs []claimRef, claims jose.Object) string {
	for i := range refs {
		list, text := refs[i].values(claims, false)
		for _, s := range list {
			if s != "" {
				if text > len(s) {
					return strings.Clone(s)
				}
				return s
			}
		}
	}
	return ""
}

func allValues(refs []claimRef, claims jose.Object, splitSpaces bool) distinct {
	var all distinct
	for i := range refs {
		before := len(all.list)
		list, text := refs[i].values(claims, splitSpaces)
		for _, s := range list {
			if s != "" && all.add(s) {
				text -= len(s) + 1
			}
		}
		if text > 1 { // the text has more than the values and their separators: do not keep it alive
			repack(all.list[before:])
		}
	}
	return all
}
