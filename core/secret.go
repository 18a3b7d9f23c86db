package core

import (
	"fmt"
	"log/slog"
)

const redacted = "[REDACTED]"

// Secret is an HMAC key. It prints, logs and marshals as [REDACTED]; convert it
// to a string or bytes to use it.
type Secret string

// Format writes [REDACTED] for every verb: %+v and %#v would otherwise show it.
func (s Secret) Format(f fmt.State, _ rune) { _, _ = f.Write([]byte(s.shown())) }

// String returns [REDACTED], or "" for an empty secret.
func (s Secret) String() string { return s.shown() }

// GoString returns [REDACTED], or "" for an empty secret.
func (s Secret) GoString() string { return s.shown() }

// LogValue returns [REDACTED], or "" for an empty secret.
func (s Secret) LogValue() slog.Value { return slog.StringValue(s.shown()) }

// MarshalText returns [REDACTED], or "" for an empty secret.
func (s Secret) MarshalText() ([]byte, error) { return []byte(s.shown()), nil }

func (s Secret) shown() string {
	if s == "" {
		return ""
	}
	return redacted
}
