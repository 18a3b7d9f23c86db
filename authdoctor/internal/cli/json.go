package cli

import "encoding/json"

// showJSON prints v as indented JSON, for programs.
func (e *Env) showJSON(v any) error {
	encoder := json.NewEncoder(e.Stdout)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", "  ")
	return encoder.Encode(v)
}
