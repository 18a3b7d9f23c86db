package clerk

import "github.com/revstackhq/auth-go/core/policy"

// Describe says what the policy asks for: a "Has" whose parts are each field of the [Check] that is set. MaxAge of a
// "Reverification" is its After.
func (h *has) Describe() policy.Description {
	d := policy.Description{Kind: "Has"}
	for _, f := range h.check.names() {
		if f.value != "" {
			d.Parts = append(d.Parts, policy.Description{Kind: f.name, Values: []string{f.value}})
		}
	}
	if r := h.check.Reverification; r != (Reverification{}) {
		d.Parts = append(d.Parts, policy.Description{
			Kind:   "Reverification",
			Values: []string{string(r.Level)},
			MaxAge: r.After,
		})
	}
	return d
}
