package crosstest_test

import (
	"errors"
	"strings"
	"testing"
)

// challenge is one of WWW-Authenticate.
type challenge struct {
	scheme string
	params map[string]string // names in lower case
}

// parseChallenge reads one challenge with auth-params (RFC 9110 §11.3), as a
// client has to: tokens and quoted strings, white space around "=" and ",".
func parseChallenge(s string) (challenge, error) {
	scheme, rest, _ := strings.Cut(strings.TrimSpace(s), " ")
	c := challenge{scheme: scheme, params: map[string]string{}}
	if scheme == "" || strings.ContainsAny(scheme, `=",`) {
		return c, errors.New("no scheme")
	}
	for rest = strings.TrimLeft(rest, " \t,"); rest != ""; rest = strings.TrimLeft(rest, " \t,") {
		name, after, found := strings.Cut(rest, "=")
		name = strings.ToLower(strings.TrimSpace(name))
		if !found || name == "" || strings.ContainsAny(name, "\", \t") {
			return c, errors.New("no auth-param: " + rest)
		}
		if _, twice := c.params[name]; twice {
			return c, errors.New(name + " is given twice")
		}
		value, left, err := authValue(strings.TrimLeft(after, " \t"))
		if err != nil {
			return c, err
		}
		c.params[name], rest = value, strings.TrimLeft(left, " \t")
		if rest != "" && rest[0] != ',' {
			return c, errors.New("no comma after " + name)
		}
	}
	return c, nil
}

// authValue reads a token or a quoted string off the front of s.
func authValue(s string) (value, rest string, err error) {
	if !strings.HasPrefix(s, `"`) {
		end := strings.IndexAny(s, ", \t")
		if end < 0 {
			end = len(s)
		}
		if end == 0 {
			return "", "", errors.New("no value")
		}
		return s[:end], s[end:], nil
	}
	var b strings.Builder
	for i := 1; i < len(s); i++ {
		switch {
		case s[i] == '"':
			return b.String(), s[i+1:], nil
		case s[i] == '\\' && i+1 < len(s):
			i++
			fallthrough
		default:
			b.WriteByte(s[i])
		}
	}
	return "", "", errors.New("a quoted string does not end")
}

func TestParseChallenge(t *testing.T) {
	for text, want := range map[string]map[string]string{
		`Bearer`:                                    {},
		`Bearer realm="north \"wind\"", error=x`:    {"realm": `north "wind"`, "error": "x"},
		`Bearer Error = "a, b=c" ,scope="x y"`:      {"error": "a, b=c", "scope": "x y"},
		`Bearer resource_metadata="http://h/p?a=b"`: {"resource_metadata": "http://h/p?a=b"},
	} {
		got, err := parseChallenge(text)
		if err != nil || got.scheme != "Bearer" || len(got.params) != len(want) {
			t.Errorf("%s: %+v, %v", text, got, err)
		}
		for name, value := range want {
			if got.params[name] != value {
				t.Errorf("%s: %s is %q, want %q", text, name, got.params[name], value)
			}
		}
	}
	for _, text := range []string{
		``, `="x"`, `Bearer x`, `Bearer a="x`, `Bearer a="x" b="y"`, `Bearer a=1, A=2`, `Bearer a=`,
	} {
		if got, err := parseChallenge(text); err == nil {
			t.Errorf("%s is not a challenge: %+v", text, got)
		}
	}
}
