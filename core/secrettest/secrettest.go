// Package secrettest finds secrets in what a program prints: in errors, events, log lines and answers, and in values
// that are printed by any verb of fmt, as JSON or by slog.
//
//	marks := secrettest.New()
//	token := marks.Add("the token", issuer.Token(nil))
//	v, err := core.NewVerifier(contract, core.WithLogger(marks.Logger()))
//	...
//	_, err = v.Verify(ctx, token+"x")
//	marks.Check(t, "the error", err)
//	marks.CheckLog(t)
//
// A secret is found whole and in part, and written as hexadecimal, Base64 or a list of bytes.
package secrettest

import (
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"testing"
)

// Marks are the secrets to look for. It is safe for concurrent use. Make it with [New].
type Marks struct {
	mu      sync.Mutex
	needles map[string]string // the name of the secret that each is from
	log     bytes.Buffer
}

// New returns no secrets.
func New() *Marks { return &Marks{needles: map[string]string{}} }

// Add adds a secret, which must have at least 12 bytes, and returns it. Of a text with dots, such as a token, what is
// before the first dot is not secret: the header says only how the token was made.
func (m *Marks) Add(name, text string) string {
	if len(text) < window {
		panic("secrettest: a secret of fewer than 12 bytes is found by chance")
	}
	parts := []string{text}
	if segments := strings.Split(text, "."); len(segments) > 1 {
		parts = segments[1:]
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, part := range parts {
		for needle := range needles(part) {
			m.needles[needle] = name
		}
	}
	return text
}

// Random adds a new secret of 52 letters and digits, and returns it.
func (m *Marks) Random(name string) string { return m.Add(name, rand.Text()+rand.Text()) }

// Search returns the names of the secrets that are in the text, whole or in part.
func (m *Marks) Search(text string) []string {
	m.mu.Lock()
	defer m.mu.Unlock()
	var found []string
	for _, length := range []int{short, long} {
		for at := 0; at+length <= len(text); at++ {
			if name, ok := m.needles[text[at:at+length]]; ok && !slices.Contains(found, name) {
				found = append(found, name)
			}
		}
	}
	return found
}

// Check fails the test if a secret is in v or is printed with it, in any of the [Forms]. what names v in the failure,
// which does not show the secret.
func (m *Marks) Check(tb testing.TB, what string, v any) {
	tb.Helper()
	for form, text := range Forms(v) {
		for _, name := range m.Search(text) {
			tb.Errorf("%s, as %s, shows %s", what, form, name)
		}
	}
}

// CheckDeep is Check that follows pointers and reads unexported fields too, as a dumper does.
func (m *Marks) CheckDeep(tb testing.TB, what string, v any) {
	tb.Helper()
	m.Check(tb, what, v)
	for where, text := range dump(v) {
		for _, name := range m.Search(text) {
			tb.Errorf("%s holds %s for a dumper to find, at %s", what, name, where)
		}
	}
}

// Logger returns a logger whose lines, of every level, as text and as JSON, [Marks.CheckLog] searches.
func (m *Marks) Logger() *slog.Logger {
	options := &slog.HandlerOptions{Level: slog.LevelDebug}
	w := logWriter{m}
	return slog.New(twice{slog.NewTextHandler(w, options), slog.NewJSONHandler(w, options)})
}

// CheckLog fails the test if a secret is in the lines of the [Marks.Logger], or if there are none.
func (m *Marks) CheckLog(tb testing.TB) {
	tb.Helper()
	m.mu.Lock()
	text := m.log.String()
	m.mu.Unlock()
	if text == "" {
		tb.Error("nothing was logged")
	}
	for line := range strings.Lines(text) {
		for _, name := range m.Search(line) {
			tb.Errorf("a log line shows %s, it begins %.60q", name, line)
		}
	}
}

// twice gives every record to two handlers.
type twice [2]slog.Handler

func (t twice) Enabled(ctx context.Context, l slog.Level) bool { return t[0].Enabled(ctx, l) }

func (t twice) Handle(ctx context.Context, r slog.Record) error {
	return errors.Join(t[0].Handle(ctx, r.Clone()), t[1].Handle(ctx, r.Clone()))
}

func (t twice) WithAttrs(attrs []slog.Attr) slog.Handler {
	return twice{t[0].WithAttrs(attrs), t[1].WithAttrs(attrs)}
}

func (t twice) WithGroup(name string) slog.Handler {
	return twice{t[0].WithGroup(name), t[1].WithGroup(name)}
}

type logWriter struct{ m *Marks }

func (w logWriter) Write(p []byte) (int, error) {
	w.m.mu.Lock()
	defer w.m.mu.Unlock()
	return w.m.log.Write(p)
}
