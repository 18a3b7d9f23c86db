package refusal_test

import (
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/revstackhq/auth-go/core/event"
	"github.com/revstackhq/auth-go/core/internal/refusal"
)

type request struct{ method, path, sent, made string }

func (r request) Method() string    { return r.method }
func (r request) Path() string      { return r.path }
func (r request) RequestID() string { return r.made }

func (r request) Header(name string) []string {
	if name == "X-Request-Id" && r.sent != "" {
		return []string{r.sent}
	}
	return nil
}

// What a client sends must not forge a log line, fill the log, or leave a token in
// it.
func TestDescribe(t *testing.T) {
	long := strings.Repeat("a", 1000)
	for _, c := range []struct {
		name             string
		request          refusal.Request
		method, path, id string
	}{
		{"no request", nil, "", "", ""},
		{"usual", request{"GET", "/things/a%20b", "r1", ""}, "GET", "/things/a%20b", "r1"},
		{"an id of this service", request{"GET", "/", "r1", "r2"}, "GET", "/", "r2"},
		{"long", request{long, "/" + long, long, ""}, long[:16], "/" + long[:255], long[:64]},
		{"line breaks", request{"GET", "/a\nb\r", "r\n1\x00", ""}, "GET", "/a?b?", "r?1?"},
		{"not UTF-8", request{"GET", "/\xff", "", ""}, "GET", "/?", ""},
		{"a token", request{"GET", "/verify/eyJhbGciOiJIUzI1NiJ9.e30.c2ln/x", "", ""}, "GET", "/verify/{token}/x", ""},
		{"a token in a segment", request{"GET", "/t=eyJhbGciOiJIUzI1NiJ9.e30.c2ln", "", ""}, "GET", "/t={token}", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			var e event.TokenRejected
			refusal.Info{Request: c.request}.Describe(&e)
			if e.Method != c.method || e.Path != c.path || e.RequestID != c.id {
				t.Errorf("got %q %q %q", e.Method, e.Path, e.RequestID)
			}
		})
	}
}

func TestDetail(t *testing.T) {
	for _, c := range []struct {
		detail string
		cause  error
		want   string
	}{
		{"", nil, ""},
		{"found a", nil, "found a"},
		{"", errors.New("down"), "down"},
		{"can't tell", errors.New("down"), "can't tell: down"},
		{"can't tell: down", errors.New("down"), "can't tell: down"},
	} {
		if got := refusal.Detail(c.detail, c.cause); got != c.want {
			t.Errorf("got %q, want %q", got, c.want)
		}
	}
}

func TestInfoOfAnotherContext(t *testing.T) {
	if info := refusal.From(context.Background()); info.Request != nil || info.Session != nil {
		t.Errorf("got %v", info)
	}
	ctx := refusal.With(t.Context(), refusal.Info{Session: "s"})
	if info := refusal.From(ctx); info.Session != "s" {
		t.Errorf("got %v", info)
	}
}
