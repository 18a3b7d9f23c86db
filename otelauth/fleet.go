package otelauth

import (
	"context"
	"errors"

	"go.opentelemetry.io/otel/metric"

	"github.com/revstackhq/auth-go/core"
	"github.com/revstackhq/auth-go/core/fleet"
)

// Fleet is what [Telemetry.WatchFleet] measures; *fleet.Revocations is one. Its methods are called at every collection.
type Fleet interface {
	Stats() fleet.Stats
	Ready() error
}

var _ Fleet = (*fleet.Revocations)(nil)

// WatchFleet measures a replica's view of the fleet's revocations at every collection, until stop is called: its lag,
// its table, whether it is ready and what it misses, and the records that it has read. It includes what
// [Telemetry.WatchRevocation] measures: call one of them.
func (t *Telemetry) WatchFleet(r Fleet) (stop func() error, err error) {
	if replica, ok := r.(*fleet.Revocations); r == nil || ok && replica == nil {
		return nil, &core.ConfigError{Field: "fleet", Kind: "missing", Reason: "is nil: give what fleet.Open returned"}
	}
	var errs []error
	gauge := func(name string) metric.Float64ObservableGauge {
		g, err := t.gauge(name)
		errs = append(errs, err)
		return g
	}
	counter := func(name string) metric.Int64ObservableCounter {
		c, err := t.meter.Int64ObservableCounter(name, described(name), unit(name))
		errs = append(errs, err)
		return c
	}
	lag, entries := gauge(nameRevocationLag), gauge(nameRevocationEntries)
	ready, missing := gauge(nameRevocationReady), gauge(nameRevocationMissing)
	unconfirmed := gauge(nameRevocationUnconfirmed)
	records, repairs := counter(nameRevocationRecords), counter(nameRevocationRepairs)
	if err := errors.Join(errs...); err != nil {
		return nil, err
	}
	result := func(value string) metric.ObserveOption { return metric.WithAttributes(attrResult.String(value)) }
	accepted, repeated, forged := result("accepted"), result("repeated"), result("forged")
	registration, err := t.meter.RegisterCallback(func(_ context.Context, o metric.Observer) error {
		s := r.Stats()
		problem := r.Ready()
		var p *fleet.NotReadyError
		if !errors.As(problem, &p) || p.Reason != fleet.Starting { // before the log was read, the lag would be decades
			o.ObserveFloat64(lag, s.Lag.Seconds())
		}
		o.ObserveFloat64(entries, float64(s.Entries))
		o.ObserveFloat64(missing, float64(s.Missing))
		o.ObserveFloat64(unconfirmed, float64(s.Unconfirmed))
		if problem == nil {
			o.ObserveFloat64(ready, 1)
		} else {
			o.ObserveFloat64(ready, 0)
		}
		o.ObserveInt64(records, int64(s.Records-s.Repeated-s.Forged), accepted) //nolint:gosec // it would take centuries
		o.ObserveInt64(records, int64(s.Repeated), repeated)                    //nolint:gosec // it would take centuries
		o.ObserveInt64(records, int64(s.Forged), forged)                        //nolint:gosec // it would take centuries
		o.ObserveInt64(repairs, int64(s.Repairs))                               //nolint:gosec // it would take centuries
		return nil
	}, lag, entries, ready, missing, unconfirmed, records, repairs)
	if err != nil {
		return nil, err
	}
	return registration.Unregister, nil
}
