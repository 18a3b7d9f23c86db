package otelauth

import (
	"context"
	"errors"
	"time"

	"go.opentelemetry.io/otel/metric"

	"github.com/revstackhq/auth-go/core"
	"github.com/revstackhq/auth-go/core/keys"
)

// Watch measures the keys and the token cache of v at every collection, until stop is
// called. Verifiers of one contract share both: watch one of them.
func (t *Telemetry) Watch(v *core.Verifier) (stop func() error, err error) {
	if v == nil {
		return nil, &core.ConfigError{Field: "verifier", Kind: "missing", Reason: "is nil"}
	}
	age, ageErr := t.gauge(nameKeysAge)
	usable, usableErr := t.gauge(nameKeysUsable)
	entries, entriesErr := t.gauge(nameTokenCacheEntries)
	lookups, lookupsErr := t.meter.Int64ObservableCounter(nameTokenCacheLookups,
		described(nameTokenCacheLookups), unit(nameTokenCacheLookups))
	if err := errors.Join(ageErr, usableErr, entriesErr, lookupsErr); err != nil {
		return nil, err
	}
	hit := metric.WithAttributes(attrResult.String("hit"))
	miss := metric.WithAttributes(attrResult.String("miss"))
	registration, err := t.meter.RegisterCallback(func(_ context.Context, o metric.Observer) error {
		for _, h := range oldest(v.KeyHealth()) {
			provider := metric.WithAttributes(attrProvider.String(h.Provider))
			if !h.FetchedAt.IsZero() {
				o.ObserveFloat64(age, h.Age.Seconds(), provider)
			}
			o.ObserveFloat64(usable, float64(len(h.Keys)), provider)
		}
		stats := v.Stats()
		o.ObserveInt64(lookups, int64(stats.Hits), hit)    //nolint:gosec // it would take centuries
		o.ObserveInt64(lookups, int64(stats.Misses), miss) //nolint:gosec // it would take centuries
		o.ObserveFloat64(entries, float64(stats.Entries))
		return nil
	}, age, usable, entries, lookups)
	if err != nil {
		return nil, err
	}
	return registration.Unregister, nil
}

// oldest keeps, of several key sets of one provider, the one that was fetched first or
// was never fetched: the issuer cannot be an attribute, because each tenant has one.
func oldest(all []keys.Health) []keys.Health {
	var kept []keys.Health
	for _, h := range all {
		if h.State == keys.StateStatic {
			continue
		}
		known := -1
		for i := range kept {
			if kept[i].Provider == h.Provider {
				known = i
			}
		}
		switch {
		case known < 0:
			kept = append(kept, h)
		case h.FetchedAt.Before(kept[known].FetchedAt):
			kept[known] = h
		}
	}
	return kept
}

// Revocation is what is known of a revocation log. Functions that are nil are not
// measured. They are called at every collection and must return quickly.
type Revocation struct {
	Lag     func() time.Duration // how old the newest news is
	Entries func() int           // how many revocations are remembered
}

// WatchRevocation measures a revocation log at every collection, until stop is called.
func (t *Telemetry) WatchRevocation(r Revocation) (stop func() error, err error) {
	lag, lagErr := t.gauge(nameRevocationLag)
	entries, entriesErr := t.gauge(nameRevocationEntries)
	if err := errors.Join(lagErr, entriesErr); err != nil {
		return nil, err
	}
	registration, err := t.meter.RegisterCallback(func(_ context.Context, o metric.Observer) error {
		if r.Lag != nil {
			o.ObserveFloat64(lag, r.Lag().Seconds())
		}
		if r.Entries != nil {
			o.ObserveFloat64(entries, float64(r.Entries()))
		}
		return nil
	}, lag, entries)
	if err != nil {
		return nil, err
	}
	return registration.Unregister, nil
}

func (t *Telemetry) gauge(name string) (metric.Float64ObservableGauge, error) {
	return t.meter.Float64ObservableGauge(name, described(name), unit(name))
}
