package core

import (
	"fmt"
	"log/slog"
)

const redacted = "[REDACTED]"

// Secret is an HMAC key. It prints, logs and marshals as [REDACTED], even as a
// field of another value. The zero value means that there is no secret.
type Secret struct {
	// A closure, because fmt prints unexported string fields without calling their
	// methods, and dumpers follow pointers.
	reveal func() string
}

// NewSecret makes a Secret of a key's bytes, as given: nothing is decoded and no
// white space is trimmed. An empty key makes the zero Secret.
func NewSecret(key string) Secret {
	if key == "" {
		return Secret{}
	}
	return Secret{func() string { return key }}
}

// Reveal returns the key, "" for the zero Secret.
func (s Secret) Reveal() string {
	if s.reveal == nil {
		return ""
	}
	return s.reveal()
}

// IsZero reports whether the secret is empty.
func (s Secret) IsZero() bool { return s.reveal == nil }

// Format writes [REDACTED] for every verb.
func (s Secret) Format(f fmt.State, _ rune) { _, _ = f.Write([]byte(s.shown())) }

// String returns [REDACTED], or "" for the zero Secret.
func (s Secret) String() string { return s.shown() }

// GoString returns [REDACTED], or "" for the zero Secret.
func (s Secret) GoString() string { return s.shown() }

// LogValue returns [REDACTED], or "" for the zero Secret.
func (s Secret) LogValue() slog.Value { return slog.StringValue(s.shown()) }

// MarshalText returns [REDACTED], or "" for the zero Secret.
func (s Secret) MarshalText() ([]byte, error) { return []byte(s.shown()), nil }

// UnmarshalText reads the key itself.
func (s *Secret) UnmarshalText(text []byte) error {
	*s = NewSecret(string(text))
	return nil
}

func (s Secret) shown() string {
	if s.IsZero() {
		return ""
	}
	return redacted
}
