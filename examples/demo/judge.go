package main

import (
	"fmt"
	"net/http"
	"strings"
)

// judge compares the answers with the documented one, and with each other.
func (row *scenario) judge(apis fleet, got []response) []string {
	var differences []string
	tell := func(api, what string, got, want any) {
		differences = append(differences, fmt.Sprintf("%s: %s: %s is %q, want %q", row.name, api, what, fmt.Sprint(got), fmt.Sprint(want)))
	}
	for i, r := range got {
		for _, c := range row.documented(r) {
			if c.got != c.want {
				tell(apis[i].name, c.what, c.got, c.want)
			}
		}
		if i == 0 {
			continue
		}
		for _, c := range r.besides(got[0]) {
			if c.got != c.want {
				tell(apis[i].name, c.what+", unlike "+apis[0].name+"'s,", c.got, c.want)
			}
		}
	}
	return differences
}

// comparison is one thing that should be as another.
type comparison struct {
	what      string
	got, want any
}

func (row *scenario) documented(r response) []comparison {
	want := row.want
	all := []comparison{
		{"the status", r.status, want.status},
		{"the code", r.code, want.code},
		{"WWW-Authenticate", r.challenge, want.challenge},
		{"Access-Control-Allow-Origin", r.allowed, want.allowed},
	}
	if want.body != "" {
		all = append(all, comparison{"the body", strings.TrimSuffix(r.body, "\n"), want.body})
	}
	if row.method == http.MethodHead {
		all = append(all, comparison{"the body of HEAD", r.body, ""})
	}
	if want.status >= http.StatusBadRequest {
		all = append(all, comparison{"Cache-Control", r.caching, "no-store"}, comparison{"Content-Type", r.media, "application/json"})
	}
	if want.status == http.StatusServiceUnavailable {
		// The first back-off is a second, and the clock stands still.
		return append(all, comparison{"Retry-After", r.retryAfter, "1"})
	}
	return append(all, comparison{"Retry-After", r.retryAfter, ""})
}

// besides compares with another framework's answer, a refusal byte for byte. A
// good answer is written by the framework's own encoder: some end the line.
func (r response) besides(first response) []comparison {
	body, firstBody := r.body, first.body
	if r.status < http.StatusBadRequest {
		body, firstBody = strings.TrimSuffix(body, "\n"), strings.TrimSuffix(firstBody, "\n")
	}
	return []comparison{
		{"the status", r.status, first.status},
		{"WWW-Authenticate", r.challenge, first.challenge},
		{"Retry-After", r.retryAfter, first.retryAfter},
		{"the body", body, firstBody},
	}
}
