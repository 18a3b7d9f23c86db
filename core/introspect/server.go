package introspect

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/revstackhq/auth-go/core/internal/faults"
	"github.com/revstackhq/auth-go/core/internal/jose"
)

// Server describes an introspection endpoint: its requests and its answers. It has a JSON form. The zero value of
// every field except URL follows RFC 7662.
type Server struct {
	// URL is the introspection endpoint: https, or http on loopback.
	URL string `json:"url"`
	// TokenParam is the parameter that carries the token: "token" if empty.
	TokenParam string `json:"tokenParam,omitempty"`
	// Params are further parameters, such as token_type_hint.
	Params map[string]string `json:"params,omitempty"`
	// JSON sends the parameters as a JSON object instead of a form.
	JSON bool `json:"json,omitempty"`
	// UnknownStatuses are the HTTP statuses that mean that the server does not know the token, such as 404. All other
	// statuses except 200 are failures.
	UnknownStatuses []int `json:"unknownStatuses,omitempty"`

	// Member is the member of the answer that describes the token, such as "api_key"; the whole answer if empty. A
	// member that is null says that the token is not active.
	Member string `json:"member,omitempty"`
	// ActiveIf are boolean members of the answer and the values that they have for an active token: {"active": true} if
	// nil. If it is empty but not nil, every token that the answer describes is active.
	ActiveIf map[string]bool `json:"activeIf,omitzero"`
	// Claims maps registered claims to paths in the answer, if the answer has them under other names: {"sub":
	// "owner.id"}.
	Claims map[string]string `json:"claims,omitempty"`
	// Milliseconds says that the times in Claims are in milliseconds.
	Milliseconds bool `json:"milliseconds,omitempty"`
}

// maxAnswerBytes bounds an answer. It is a few times the size of the claims that a contract accepts.
const maxAnswerBytes = 64 << 10

// server is a Server whose paths are parsed.
type server struct {
	Server

	claims   map[string]jose.Path
	issuer   string
	accept   string
	activeIf []string // the sorted names of ActiveIf
}

func (s Server) compile(issuer string, signed, insecureHTTP bool, f *configErrors) *server {
	c := &server{Server: s, claims: map[string]jose.Path{}, issuer: issuer, accept: "application/json"}
	if signed {
		c.accept = "application/token-introspection+jwt" // RFC 9701 §4
	}
	if s.URL == "" {
		f.Missing("Server.URL", "is empty: name the introspection endpoint")
	} else {
		f.URL("Server.URL", s.URL, faults.URLRules{InsecureHTTP: insecureHTTP, Query: true})
	}
	if c.TokenParam == "" {
		c.TokenParam = "token"
	}
	c.Params, c.UnknownStatuses = maps.Clone(s.Params), slices.Clone(s.UnknownStatuses)
	if _, ok := s.Params[c.TokenParam]; ok {
		f.Conflict("Server.Params", faults.Show(c.TokenParam), "is the parameter of the token: remove it")
	}
	for _, status := range s.UnknownStatuses {
		if status < http.StatusBadRequest || status >= http.StatusInternalServerError ||
			status == http.StatusUnauthorized || status == http.StatusForbidden || status == http.StatusTooManyRequests {
			f.Prohibit("Server.UnknownStatuses", faults.Plain(status),
				"is what a server answers that does not accept this program, or is overloaded: good tokens would be rejected")
		}
	}
	c.ActiveIf = maps.Clone(s.ActiveIf)
	if s.ActiveIf == nil {
		c.ActiveIf = map[string]bool{"active": true} // RFC 7662 §2.2
	}
	c.activeIf = slices.Sorted(maps.Keys(c.ActiveIf))
	for name, source := range s.Claims {
		if !slices.Contains([]string{"iss", "sub", "aud", "exp", "nbf", "iat", "jti", "scope", "client_id"}, name) {
			f.Invalid("Server.Claims", faults.Show(name),
				"is not a registered claim: name the member of the answer in Rules.Session instead")
		}
		path, err := jose.ParsePath(source)
		if err != nil {
			f.Invalid("Server.Claims", faults.Show(source), "%v", err)
		}
		c.claims[name] = path
	}
	return c
}

// request returns the body that asks about token, and its header.
func (s *server) request(token string) (url.Values, http.Header) {
	form := url.Values{s.TokenParam: {token}}
	for name, value := range s.Params {
		form.Set(name, value)
	}
	header := http.Header{"Accept": {s.accept}, "Content-Type": {"application/x-www-form-urlencoded"}}
	if s.JSON {
		header.Set("Content-Type", "application/json")
	}
	return form, header
}

// encode returns the parameters as they are sent.
func (s *server) encode(form url.Values) ([]byte, error) {
	if !s.JSON {
		return []byte(form.Encode()), nil
	}
	object := make(map[string]string, len(form))
	for name := range form {
		object[name] = form.Get(name)
	}
	return json.Marshal(object)
}

// read returns the claims in an answer, nil for a token that is not active. An error means that the answer is not what
// the server should send.
func (s *server) read(body []byte) (json.RawMessage, error) {
	answer, err := jose.ParseObject(body, jose.Limits{})
	if err != nil {
		return nil, fmt.Errorf("the answer is not a JSON object as expected: %w", err)
	}
	if s.Member != "" {
		v, ok := answer.Lookup(s.Member)
		if ok && v.Kind() == jose.KindNull {
			return nil, nil
		}
		if answer, ok = v.Object(); !ok {
			return nil, fmt.Errorf("the answer's member %q is not an object", s.Member)
		}
	}
	for _, name := range s.activeIf {
		v, _ := answer.Lookup(name)
		is, ok := v.Bool()
		switch {
		case !ok: // "active": "false" would count as true in many languages
			return nil, fmt.Errorf("the answer's member %q is missing or not a boolean", name)
		case is != s.ActiveIf[name]:
			return nil, nil
		}
	}
	return s.claimsOf(answer)
}

// claimsOf returns the claims as JSON: the members of the answer that are not null, and those that Server.Claims
// takes from other paths.
func (s *server) claimsOf(answer jose.Object) (json.RawMessage, error) {
	var b bytes.Buffer
	b.WriteByte('{')
	add := func(name string, value []byte) error {
		encoded, err := json.Marshal(name)
		if b.Len() > 1 {
			b.WriteByte(',')
		}
		b.Write(encoded)
		b.WriteByte(':')
		b.Write(value)
		return err
	}
	var errs []error
	hasIssuer := false
	for name, v := range answer.All() {
		if _, renamed := s.claims[name]; renamed || v.Kind() == jose.KindNull {
			continue
		}
		hasIssuer = hasIssuer || name == "iss"
		errs = append(errs, add(name, v.Raw()))
	}
	for _, name := range slices.Sorted(maps.Keys(s.claims)) {
		path := s.claims[name]
		v, ok := path.In(answer)
		if !ok || v.Kind() == jose.KindNull {
			continue
		}
		raw := v.Raw()
		if s.Milliseconds && slices.Contains([]string{"exp", "nbf", "iat"}, name) {
			digits := string(raw)
			if v.Kind() != jose.KindNumber || strings.ContainsAny(digits, ".eE-") || len(digits) <= 3 {
				errs = append(errs, fmt.Errorf("the answer's %s is not a time in milliseconds", path.String()))
				continue
			}
			raw = raw[:len(raw)-3]
		}
		hasIssuer = hasIssuer || name == "iss"
		errs = append(errs, add(name, raw))
	}
	if !hasIssuer && s.issuer != "" {
		// iss is optional (RFC 7662 §2.2). The endpoint belongs to the issuer, so a token that it vouches for is that
		// issuer's unless it names another.
		issuer, err := json.Marshal(s.issuer)
		errs = append(errs, err, add("iss", issuer))
	}
	b.WriteByte('}')
	return b.Bytes(), errors.Join(errs...)
}

// signedAnswer returns the answer inside the claims of a signed one (RFC 9701 §5).
func signedAnswer(claims json.RawMessage) ([]byte, error) {
	object, err := jose.ParseObject(claims, jose.Limits{})
	if err != nil {
		return nil, err
	}
	v, _ := object.Lookup("token_introspection")
	if v.Kind() != jose.KindObject {
		return nil, errors.New("the signed answer has no member token_introspection")
	}
	return v.Raw(), nil
}
