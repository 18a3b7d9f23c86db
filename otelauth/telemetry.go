package otelauth

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"time"

	"go.opentelemetry.io/otel"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/metric"
	"go.opentelemetry.io/otel/trace"

	"github.com/revstackhq/auth-go/core"
	"github.com/revstackhq/auth-go/core/event"
)

// Scope is the name of the instrumentation scope.
const Scope = "github.com/revstackhq/auth-go/otelauth"

// Telemetry turns the events of verifiers into metrics and spans. Make it with [New],
// once for each program.
type Telemetry struct {
	tracer trace.Tracer
	meter  metric.Meter
	secret core.Secret
	spans  bool
	instruments
	accepted cache // of attributes
}

// New returns a Telemetry. It does no I/O.
func New(opts ...Option) (*Telemetry, error) {
	s := settings{meters: otel.GetMeterProvider(), tracers: otel.GetTracerProvider()}
	for _, o := range opts {
		if o == nil {
			s.wrong("option", "missing", "is nil")
			continue
		}
		o(&s)
	}
	if err := s.err(); err != nil {
		return nil, err
	}
	t := &Telemetry{
		tracer: s.tracers.Tracer(Scope),
		meter:  s.meters.Meter(Scope),
		secret: s.secret,
		spans:  !s.noSpans,
	}
	if err := t.create(t.meter); err != nil {
		return nil, err
	}
	return t, nil
}

// Observer is the option that makes a verifier report to t. It can be given to
// several verifiers.
func (t *Telemetry) Observer() core.Option { return core.WithObserver(t.Observe) }

// The attributes. error.type and enduser.pseudo.id are OpenTelemetry's semantic
// conventions; there is no convention for the verification of tokens.
const (
	attrProvider   = attribute.Key("auth.provider")
	attrOutcome    = attribute.Key("auth.outcome")
	attrRemembered = attribute.Key("auth.remembered")
	attrResult     = attribute.Key("auth.result")
	attrOperation  = attribute.Key("auth.operation")
	attrThrottled  = attribute.Key("auth.throttled")
	attrErrorType  = attribute.Key("error.type")
	attrPseudonym  = attribute.Key("enduser.pseudo.id")
)

// Observe records one event. It is what [Telemetry.Observer] registers.
func (t *Telemetry) Observe(ctx context.Context, e event.Event) {
	switch e := e.(type) {
	case event.TokenVerified:
		t.duration.Record(ctx, e.Took.Seconds(), t.accepted.get(e.Provider, e.Remembered))
		if !e.Remembered {
			t.span(ctx, "auth.verify", e.Took, "", attrProvider.String(e.Provider))
		}
	case event.TokenRejected:
		t.rejected(ctx, e)
	case event.KeysRefreshed:
		t.fetched(ctx, e.Provider, resultOf(e), "", e.Took)
	case event.KeysRefreshFailed:
		t.fetched(ctx, e.Provider, "failed", e.Kind, e.Took)
	case event.KeysStale:
		t.fetched(ctx, e.Provider, "failed", e.Kind, e.Took)
	case event.KeysUnavailable:
		t.fetched(ctx, e.Provider, "failed", e.Kind, e.Took)
	case event.KeyCacheFailed:
		t.cacheFailures.Add(ctx, 1, metric.WithAttributes(attrProvider.String(e.Provider), attrOperation.String(e.Op)))
	case event.UnknownKey:
		t.unknownKeys.Add(ctx, 1, metric.WithAttributes(attrProvider.String(e.Provider), attrThrottled.Bool(e.Throttled)))
	}
}

func (t *Telemetry) rejected(ctx context.Context, e event.TokenRejected) {
	outcome := "rejected"
	if core.Code(e.Code).Status() >= 500 { // an outage or an internal error does not mean that the token is bad
		outcome = "failed"
	}
	t.rejections.Add(ctx, 1, metric.WithAttributes(attrProvider.String(e.Provider), attrErrorType.String(e.Code)))
	if e.Took > 0 { // a request without a token has no duration
		t.duration.Record(ctx, e.Took.Seconds(), metric.WithAttributes(
			attrProvider.String(e.Provider),
			attrOutcome.String(outcome),
			attrRemembered.Bool(false),
			attrErrorType.String(e.Code),
		))
	}
	if !t.spans {
		return
	}
	if parent := trace.SpanFromContext(ctx); parent.IsRecording() {
		parent.SetAttributes(attrErrorType.String(e.Code))
	}
	if e.Took > 0 {
		t.span(ctx, "auth.verify", e.Took, e.Code, attrProvider.String(e.Provider), attrOutcome.String(outcome))
	}
}

func resultOf(e event.KeysRefreshed) string {
	switch {
	case e.FromCache:
		return "shared_cache"
	case e.NotModified:
		return "not_modified"
	default:
		return "fetched"
	}
}

func (t *Telemetry) fetched(ctx context.Context, provider, result, kind string, took time.Duration) {
	attrs := []attribute.KeyValue{attrProvider.String(provider), attrResult.String(result)}
	if kind != "" {
		attrs = append(attrs, attrErrorType.String(kind))
	}
	t.fetches.Add(ctx, 1, metric.WithAttributes(attrs...))
	t.fetchDuration.Record(ctx, took.Seconds(), metric.WithAttributes(attrs...))
	t.span(ctx, "auth.keys.fetch", took, kind, attrs[:2]...)
}

// span records an operation that has ended, inside the span of the request that it
// belongs to.
func (t *Telemetry) span(
	ctx context.Context, name string, took time.Duration, failure string, attrs ...attribute.KeyValue,
) {
	if !t.spans || !trace.SpanFromContext(ctx).IsRecording() {
		return
	}
	end := time.Now()
	_, span := t.tracer.Start(ctx, name, trace.WithTimestamp(end.Add(-took)), trace.WithAttributes(attrs...))
	if failure != "" {
		span.SetAttributes(attrErrorType.String(failure))
	}
	span.End(trace.WithTimestamp(end))
}

// Annotate sets the pseudonym of the user whose session is in ctx on the span that is
// in ctx. It does nothing without [WithPseudonyms], without a session, or without a
// span that is recorded. Call it in a handler behind the guard, or a middleware there.
func (t *Telemetry) Annotate(ctx context.Context) {
	if t.secret.IsZero() {
		return
	}
	span := trace.SpanFromContext(ctx)
	if !span.IsRecording() {
		return
	}
	if s, ok := core.FromContext(ctx); ok {
		span.SetAttributes(attrPseudonym.String(t.pseudonym(s.Issuer(), s.UserID())))
	}
}

// pseudonym is a keyed hash: an unkeyed one could be reversed by trying all ids.
func (t *Telemetry) pseudonym(issuer, user string) string {
	h := hmac.New(sha256.New, []byte(t.secret.Reveal()))
	h.Write(binary.BigEndian.AppendUint64(nil, uint64(len(issuer)))) // or bytes could move between the two
	h.Write([]byte(issuer))
	h.Write([]byte(user))
	return base64.RawURLEncoding.EncodeToString(h.Sum(nil)[:16])
}
