package secrettest_test

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"testing"

	"github.com/revstackhq/auth-go/core"
	"github.com/revstackhq/auth-go/core/secrettest"
)

// recorder is a test that only notes its failures.
type recorder struct {
	testing.TB

	failures []string
}

func (r *recorder) Helper()           {}
func (r *recorder) Error(args ...any) { r.failures = append(r.failures, fmt.Sprint(args...)) }

func (r *recorder) Errorf(f string, arg ...any) {
	r.failures = append(r.failures, fmt.Sprintf(f, arg...))
}

type holder struct {
	name   string
	secret string
}

type wrapper struct{ inner *holder }

func (w wrapper) Error() string { return "a failure" }

// TestSearch: a secret is found in every way in which it may be written, whole and in part.
func TestSearch(t *testing.T) {
	marks := secrettest.New()
	secret := marks.Random("the secret")
	data, err := json.Marshal([]byte("prefix" + secret))
	if err != nil {
		t.Fatal(err)
	}
	for name, text := range map[string]string{
		"whole":                      "x" + secret + "y",
		"the beginning":              secret[:16],
		"the middle":                 secret[21:37],
		"the end":                    secret[len(secret)-16:],
		"hexadecimal":                fmt.Sprintf("%x", secret),
		"hexadecimal, upper case":    fmt.Sprintf("%X", secret),
		"a list of bytes":            fmt.Sprintf("%v", []byte(secret)),
		"a list of bytes, Go syntax": fmt.Sprintf("%#v", []byte(secret)),
		"JSON":                       string(data),
		"Base64":                     base64.StdEncoding.EncodeToString([]byte(secret)),
		"Base64, one byte later":     base64.StdEncoding.EncodeToString([]byte(" " + secret)),
		"Base64, two bytes later":    base64.RawURLEncoding.EncodeToString([]byte("  " + secret)),
	} {
		if found := marks.Search(text); !slices.Equal(found, []string{"the secret"}) {
			t.Errorf("%s: found %v", name, found)
		}
	}
	if found := marks.Search("nothing " + secret[:11] + " of it"); len(found) > 0 {
		t.Errorf("found %v where there is nothing", found)
	}
}

// TestToken: the header of a token is public, its other parts are not.
func TestToken(t *testing.T) {
	marks := secrettest.New()
	header, payload, signature := strings.Repeat("h", 20), strings.Repeat("p", 20), strings.Repeat("s", 20)
	marks.Add("the token", header+"."+payload+"."+signature)
	if found := marks.Search(header); len(found) > 0 {
		t.Errorf("the header is taken for a secret")
	}
	for _, text := range []string{payload, signature} {
		if found := marks.Search(text); len(found) != 1 {
			t.Errorf("found %v in %q", found, text)
		}
	}
}

// TestCheck: a value is printed in every form, and followed as a dumper does on demand.
func TestCheck(t *testing.T) {
	marks := secrettest.New()
	secret := marks.Random("the secret")
	held := &holder{name: "a", secret: secret}
	for _, tc := range []struct {
		name          string
		v             any
		printed, deep bool
	}{
		{"a string", secret, true, true},
		{"an unexported field", *held, true, true},
		{"a pointer to it", held, true, true},
		{"behind a second pointer", struct{ p *wrapper }{&wrapper{held}}, false, true},
		{"an error that holds it", wrapper{held}, false, true},
		{"an error that wraps one", fmt.Errorf("outer: %w", errors.New(secret)), true, true},
		{"joined errors", errors.Join(errors.New("first"), errors.New(secret)), true, true},
		{"only in JSON", jsonOnly{}, true, true},
		{"only in the log", logOnly{}, true, true},
		{"a core.Secret", core.NewSecret(secret), false, false},
		{"a struct with one", struct{ S core.Secret }{core.NewSecret(secret)}, false, false},
		{"nothing", "public", false, false},
	} {
		jsonOnlyText, logOnlyText = secret, secret
		var printed, deep recorder
		marks.Check(&printed, tc.name, tc.v)
		marks.CheckDeep(&deep, tc.name, tc.v)
		if (len(printed.failures) > 0) != tc.printed || (len(deep.failures) > 0) != tc.deep {
			t.Errorf("%s: printed %q, deep %q", tc.name, printed.failures, deep.failures)
		}
		for _, text := range append(printed.failures, deep.failures...) {
			if strings.Contains(text, secret) {
				t.Errorf("%s: the failure shows the secret", tc.name)
			}
		}
	}
}

var jsonOnlyText, logOnlyText string

type jsonOnly struct{}

func (jsonOnly) MarshalJSON() ([]byte, error) { return json.Marshal(jsonOnlyText) }

type logOnly struct{}

func (logOnly) LogValue() slog.Value { return slog.StringValue(logOnlyText) }

// TestCheckLog: every line is searched, and no line at all is a failure.
func TestCheckLog(t *testing.T) {
	marks := secrettest.New()
	secret := marks.Random("the secret")
	var silent recorder
	marks.CheckLog(&silent)
	if len(silent.failures) != 1 {
		t.Errorf("without a line: %q", silent.failures)
	}
	marks.Logger().Debug("a line", "value", "public")
	var public recorder
	marks.CheckLog(&public)
	if len(public.failures) != 0 {
		t.Errorf("a public line: %q", public.failures)
	}
	marks.Logger().Debug("a line", "value", secret)
	var shown recorder
	marks.CheckLog(&shown)
	if len(shown.failures) != 2 || strings.Contains(strings.Join(shown.failures, ""), secret) {
		t.Errorf("a line with a secret, as text and JSON: %q", shown.failures)
	}
}

func ExampleMarks_Check() {
	marks := secrettest.New()
	secret := core.NewSecret(marks.Random("the webhook's secret"))
	for form, text := range secrettest.Forms(secret) {
		if found := marks.Search(text); found != nil {
			fmt.Println(form, found)
		}
	}
	fmt.Println("printed:", secret)
	// Output: printed: [REDACTED]
}
