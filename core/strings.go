package core

import (
	"encoding/json"

	"github.com/revstackhq/auth-go/core/internal/jose"
)

// Strings is a list that JSON may write as a single string, such as the
// TypeScript package's audience. A []string can be assigned to it.
type Strings []string

// MarshalJSON writes a single value as a string.
func (s Strings) MarshalJSON() ([]byte, error) {
	if len(s) == 1 {
		return json.Marshal(s[0])
	}
	return json.Marshal([]string(s))
}

// UnmarshalJSON reads a string or an array of strings; "" is an empty list.
func (s *Strings) UnmarshalJSON(data []byte) error {
	var one string
	if err := json.Unmarshal(data, &one); err != nil {
		return json.Unmarshal(data, (*[]string)(s))
	}
	*s = nil
	if one != "" {
		*s = Strings{one}
	}
	return nil
}

// Nearly every provider's claims have an audience. With a filler for its type,
// they are decoded without encoding/json.
var _ = jose.FillWith(func(v jose.Value) (Strings, bool) {
	switch {
	case v.Kind() == jose.KindNull || v.TextIs(""):
		return nil, true
	case v.Kind() != jose.KindString && v.Kind() != jose.KindArray:
		return nil, false
	}
	list, ok := v.Texts()
	return list, ok
})
