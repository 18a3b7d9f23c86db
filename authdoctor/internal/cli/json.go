package cli

import "encoding/json"

// showJSON prints v as indented JSON. Characters that could confuse a terminal
// are escaped by encoding/json only below U+0020, so the writer is expected to
// be a program.
func (e *Env) showJSON(v any) error {
	encoder := json.NewEncoder(e.Stdout)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", "  ")
	return encoder.Encode(v)
}

// lineJSON prints v as JSON on one line.
func (e *Env) lineJSON(v any) error {
	encoder := json.NewEncoder(e.Stdout)
	encoder.SetEscapeHTML(false)
	return encoder.Encode(v)
}
