package core

import (
	"encoding/json"
	"time"
)

// sessionJSON is the public form of a session. Members may be added.
type sessionJSON struct {
	UserID       string        `json:"userId"`
	Provider     string        `json:"provider"`
	Issuer       string        `json:"issuer"`
	Subject      string        `json:"subject,omitempty"`
	Kind         TokenKind     `json:"kind"`
	SessionID    string        `json:"sessionId,omitempty"`
	ClientID     string        `json:"clientId,omitempty"`
	Actor        string        `json:"actor,omitempty"`
	Email        string        `json:"email,omitempty"`
	Organization *Organization `json:"organization,omitempty"`
	Roles        []string      `json:"roles,omitempty"`
	Permissions  []string      `json:"permissions,omitempty"`
	Scopes       []string      `json:"scopes,omitempty"`
	ACR          string        `json:"acr,omitempty"`
	AAL          string        `json:"aal,omitempty"`
	AuthMethods  []string      `json:"authMethods,omitempty"`
	AuthTime     time.Time     `json:"authTime,omitzero"`
	IssuedAt     time.Time     `json:"issuedAt,omitzero"`
	ExpiresAt    time.Time     `json:"expiresAt,omitzero"`
}

// MarshalJSON returns what the methods of the session return, under their names in camel case: userId, provider,
// issuer, subject, kind, sessionId, clientId, actor, email, organization, roles, permissions, scopes, acr, aal,
// authMethods, authTime, issuedAt and expiresAt. Times are in RFC 3339 and UTC, and values that the token does not
// have are left out. A handler can send it to the signed-in user: it contains neither the token nor claims that the
// contract does not map. The zero Session is null.
func (s *Session) MarshalJSON() ([]byte, error) {
	if !s.valid() {
		return []byte("null"), nil
	}
	d := s.values()
	out := sessionJSON{
		UserID:      s.userID,
		Provider:    s.Provider(),
		Issuer:      s.issuer,
		Subject:     d.subject,
		Kind:        s.kind,
		SessionID:   d.sessionID,
		ClientID:    d.clientID,
		Actor:       d.actor,
		Email:       d.email,
		Roles:       d.roles,
		Permissions: d.permissions,
		Scopes:      d.scopes,
		ACR:         d.acr,
		AAL:         d.aal,
		AuthMethods: d.methods,
		AuthTime:    d.authTime.UTC(),
		IssuedAt:    s.times.issued.UTC(),
		ExpiresAt:   s.times.expires.UTC(),
	}
	if d.org != (Organization{}) {
		out.Organization = &d.org
	}
	return json.Marshal(out)
}
