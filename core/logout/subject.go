package logout

import (
	"context"
	"slices"
	"time"

	"github.com/revstackhq/auth-go/core/internal/jose"
)

// identifier is a parsed subject identifier (RFC 9493 §3).
type identifier struct {
	Subject

	hasIssuer bool // it names the issuer itself
	jti       string
}

// readIdentifier reads the members of a simple identifier.
func readIdentifier(o jose.Object, messageIssuer string) (identifier, *failure) {
	format, _ := textIn(o, "format")
	if format == "" {
		format, _ = textIn(o, "subject_type") // RISC before RFC 9493, which Google still sends
	}
	id := identifier{Subject: Subject{Format: format, Issuer: messageIssuer}}
	member := map[string]string{
		"iss_sub":      "sub",
		"iss-sub":      "sub",
		"opaque":       "id",
		"email":        "email",
		"phone_number": "phone_number",
		"account":      "uri",
		"uri":          "uri",
		"did":          "url",
		"jwt_id":       "jti",
	}[format]
	if member == "" {
		return id, nil // in a format that only the program's Subjects can interpret
	}
	value, _ := textIn(o, member)
	if value == "" {
		return id, fail(badMessage, "the subject identifier lacks its "+member, nil)
	}
	id.Value = value
	switch format {
	case "iss-sub":
		id.Format = "iss_sub"
		fallthrough
	case "iss_sub", "jwt_id":
		if id.Issuer, _ = textIn(o, "iss"); id.Issuer == "" {
			return id, fail(badMessage, "the subject identifier lacks its iss", nil)
		}
		id.hasIssuer = true
		if format == "jwt_id" {
			id.jti, id.Value = id.Value, ""
		}
	}
	return id, nil
}

// mayName refuses a subject of an issuer for which the sender does not speak.
func (c *common) mayName(id identifier, messageIssuer string) *failure {
	if !id.hasIssuer || id.Issuer == messageIssuer && len(c.issuers) == 0 || slices.Contains(c.issuers, id.Issuer) {
		return nil
	}
	return fail(foreignSubject, "the sender may not name subjects of this issuer", nil)
}

// issuersFor returns the issuers under which to look for a subject that names none.
func (c *common) issuersFor(messageIssuer string) []string {
	if len(c.issuers) > 0 {
		return c.issuers
	}
	return []string{messageIssuer}
}

// entriesFor returns the entries for a simple identifier. kind is the kind of an
// identifier that does not say what it names. For an unknown subject there are no
// entries; known is false if the format is unknown.
func (c *common) entriesFor(
	ctx context.Context, id identifier, kind Kind, messageIssuer string, at time.Time,
) (entries []Entry, known bool, f *failure) {
	if f := c.mayName(id, messageIssuer); f != nil {
		return nil, true, f
	}
	switch {
	case id.jti != "":
		return []Entry{c.dated(Entry{Kind: KindToken, Issuer: id.Issuer, Value: id.jti}, at)}, true, nil
	case kind == KindSession && id.Format == "opaque":
		for _, issuer := range c.issuersFor(messageIssuer) {
			entries = append(entries, c.session(issuer, id.Value, at))
		}
		return entries, true, nil
	case c.subjects != nil:
		entries, f = c.find(ctx, id.Subject, at)
		return entries, true, f
	case id.Format == "iss_sub":
		return []Entry{c.user(id.Issuer, id.Value, at)}, true, nil
	case id.Format == "opaque":
		for _, issuer := range c.issuersFor(messageIssuer) {
			entries = append(entries, c.user(issuer, id.Value, at))
		}
		return entries, true, nil
	default:
		return nil, false, nil
	}
}
