package otelauth_test

import (
	"context"
	"fmt"
	"log/slog"
	"maps"
	"slices"
	"strings"
	"testing"

	"go.opentelemetry.io/otel/attribute"
	sdkmetric "go.opentelemetry.io/otel/sdk/metric"
	"go.opentelemetry.io/otel/sdk/metric/metricdata"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/sdk/trace/tracetest"
	"go.opentelemetry.io/otel/trace"

	"github.com/revstackhq/auth-go/core"
	"github.com/revstackhq/auth-go/core/authtest"
	"github.com/revstackhq/auth-go/core/event"
	"github.com/revstackhq/auth-go/otelauth"
)

// recorder is OpenTelemetry in memory.
type recorder struct {
	reader *sdkmetric.ManualReader
	spans  *tracetest.SpanRecorder
	tracer trace.Tracer
	*otelauth.Telemetry
}

func newRecorder(tb testing.TB, opts ...otelauth.Option) *recorder {
	tb.Helper()
	r := &recorder{reader: sdkmetric.NewManualReader(), spans: tracetest.NewSpanRecorder()}
	traces := sdktrace.NewTracerProvider(sdktrace.WithSpanProcessor(r.spans))
	r.tracer = traces.Tracer("test")
	telemetry, err := otelauth.New(append([]otelauth.Option{
		otelauth.WithMeterProvider(sdkmetric.NewMeterProvider(sdkmetric.WithReader(r.reader))),
		otelauth.WithTracerProvider(traces),
	}, opts...)...)
	if err != nil {
		tb.Fatal(err)
	}
	r.Telemetry = telemetry
	return r
}

// collect returns what was measured: "name{attributes}" and the value, or the count
// of a histogram.
func (r *recorder) collect(tb testing.TB) map[string]float64 {
	tb.Helper()
	var all metricdata.ResourceMetrics
	if err := r.reader.Collect(context.Background(), &all); err != nil {
		tb.Fatal(err)
	}
	got := map[string]float64{}
	for _, scope := range all.ScopeMetrics {
		if scope.Scope.Name != otelauth.Scope {
			tb.Errorf("scope %q", scope.Scope.Name)
		}
		for _, m := range scope.Metrics {
			switch data := m.Data.(type) {
			case metricdata.Histogram[float64]:
				for _, p := range data.DataPoints {
					got[named(m.Name, p.Attributes)] = float64(p.Count)
				}
			case metricdata.Sum[int64]:
				for _, p := range data.DataPoints {
					got[named(m.Name, p.Attributes)] = float64(p.Value)
				}
			case metricdata.Gauge[float64]:
				for _, p := range data.DataPoints {
					got[named(m.Name, p.Attributes)] = p.Value
				}
			default:
				tb.Errorf("%s has the type %T", m.Name, data)
			}
		}
	}
	return got
}

func named(name string, set attribute.Set) string {
	var attrs []string
	for _, kv := range set.ToSlice() {
		attrs = append(attrs, string(kv.Key)+"="+kv.Value.String())
	}
	return name + "{" + strings.Join(attrs, ",") + "}"
}

// expect compares what was measured under the prefix.
func (r *recorder) expect(tb testing.TB, prefix string, want map[string]float64) {
	tb.Helper()
	got := map[string]float64{}
	for name, value := range r.collect(tb) {
		if strings.HasPrefix(name, prefix) {
			got[name] = value
		}
	}
	if !maps.Equal(got, want) {
		tb.Errorf("measured\n%s\nwant\n%s", show(got), show(want))
	}
}

func show(m map[string]float64) string {
	var b strings.Builder
	for _, name := range slices.Sorted(maps.Keys(m)) {
		fmt.Fprintln(&b, name, m[name])
	}
	return b.String()
}

func newVerifier(tb testing.TB, issuer *authtest.Issuer, opts ...core.Option) *core.Verifier {
	tb.Helper()
	v, err := core.NewVerifier(issuer.Contract(), append(opts, core.WithLogger(slog.New(slog.DiscardHandler)))...)
	if err != nil {
		tb.Fatal(err)
	}
	return v
}

// fetched returns an option that must come after the recorder's, and a function that
// waits until the first event about a fetch has been observed: it may come after the
// token's.
func fetched(tb testing.TB) (opt core.Option, wait func()) {
	tb.Helper()
	seen := make(chan struct{}, 100)
	return core.WithObserver(func(_ context.Context, e event.Event) {
		switch e.(type) {
		case event.KeysRefreshed, event.KeysUnavailable:
			seen <- struct{}{}
		}
	}), func() { <-seen }
}
