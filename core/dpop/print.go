package dpop

import (
	"fmt"
	"log/slog"
)

// Types that contain a token print, log and marshal without it, also as a part of another value.

// String names the type. The URL may hold a secret too.
func (p Presentation) String() string { return "dpop.Presentation" }

// Format writes [Presentation.String] for every verb.
func (p Presentation) Format(f fmt.State, _ rune) { _, _ = f.Write([]byte(p.String())) }

// LogValue is [Presentation.String].
func (p Presentation) LogValue() slog.Value { return slog.StringValue(p.String()) }

// MarshalText returns [Presentation.String].
func (p Presentation) MarshalText() ([]byte, error) { return []byte(p.String()), nil }

// String names the type. The URL may hold a secret too.
func (c Claims) String() string { return "dpop.Claims" }

// Format writes [Claims.String] for every verb.
func (c Claims) Format(f fmt.State, _ rune) { _, _ = f.Write([]byte(c.String())) }

// LogValue is [Claims.String].
func (c Claims) LogValue() slog.Value { return slog.StringValue(c.String()) }

// MarshalText returns [Claims.String].
func (c Claims) MarshalText() ([]byte, error) { return []byte(c.String()), nil }
