package otelauth

import (
	"errors"

	"go.opentelemetry.io/otel/metric"
	"go.opentelemetry.io/otel/trace"

	"github.com/revstackhq/auth-go/core"
)

// Option changes a [Telemetry].
type Option func(*settings)

type settings struct {
	meters  metric.MeterProvider
	tracers trace.TracerProvider
	noSpans bool
	secret  core.Secret
	errs    []error
}

func (s *settings) wrong(field, kind, reason string) {
	s.errs = append(s.errs, &core.ConfigError{Field: field, Kind: kind, Reason: reason})
}

// WithMeterProvider replaces the global meter provider.
func WithMeterProvider(p metric.MeterProvider) Option {
	return func(s *settings) {
		if p == nil {
			s.wrong("WithMeterProvider", "missing", "is nil")
			return
		}
		s.meters = p
	}
}

// WithTracerProvider replaces the global tracer provider.
func WithTracerProvider(p trace.TracerProvider) Option {
	return func(s *settings) {
		if p == nil {
			s.wrong("WithTracerProvider", "missing", "is nil")
			return
		}
		s.tracers = p
	}
}

// WithoutSpans records metrics only.
func WithoutSpans() Option { return func(s *settings) { s.noSpans = true } }

// minSecret is the smallest length of a secret: a shorter one can be guessed, and
// user ids can then be guessed from their pseudonyms.
const minSecret = 32

// WithPseudonyms makes [Telemetry.Annotate] set the attribute enduser.pseudo.id: an
// HMAC of issuer and user id under secret, which has at least 32 random bytes.
// Anyone who has the secret can check whether a pseudonym belongs to a user. A new
// secret changes all pseudonyms.
func WithPseudonyms(secret core.Secret) Option {
	return func(s *settings) {
		switch n := len(secret.Reveal()); {
		case n == 0:
			s.wrong("WithPseudonyms", "missing", "the secret is empty")
		case n < minSecret:
			s.wrong("WithPseudonyms", "invalid", "the secret has fewer than 32 bytes")
		}
		s.secret = secret
	}
}

func (s *settings) err() error { return errors.Join(s.errs...) }
