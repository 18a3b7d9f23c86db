package main

import (
	_ "embed"
	"html/template"
	"net/http"
)

//go:embed page.html
var pageSource string

var pageTemplate = template.Must(template.New("page").Parse(pageSource))

// page explains the demo and calls the APIs from the browser. It loads nothing
// from other hosts: scripts and styles are inline.
func (s *site) page(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.Header().
		Set("Content-Security-Policy", "default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; "+
			"connect-src 'self' http://127.0.0.1:*; base-uri 'none'; form-action 'none'")
	// The client is gone if this fails.
	_ = pageTemplate.Execute(w, struct {
		URL   string
		Links []link
	}{s.url, s.links})
}
