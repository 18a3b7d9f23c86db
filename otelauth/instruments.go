package otelauth

import (
	"errors"
	"maps"
	"sync"
	"sync/atomic"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/metric"
)

// Metric describes one metric.
type Metric struct {
	Name        string
	Unit        string // UCUM
	Kind        string // "histogram", "counter" or "gauge"
	Description string
	Attributes  []string
}

// The names of the metrics.
const (
	nameDuration          = "auth.verify.duration"
	nameRejections        = "auth.rejections"
	nameFetches           = "auth.keys.fetches"
	nameFetchDuration     = "auth.keys.fetch.duration"
	nameKeysAge           = "auth.keys.age"
	nameKeysUsable        = "auth.keys.usable"
	nameUnknownKeys       = "auth.keys.unknown"
	nameCacheFailures     = "auth.keys.cache.failures"
	nameTokenCacheLookups = "auth.token_cache.lookups" // #nosec G101 -- a metric's name
	nameTokenCacheEntries = "auth.token_cache.entries" // #nosec G101 -- a metric's name
	nameRevocationLag     = "auth.revocation.lag"
	nameRevocationEntries = "auth.revocation.entries"

	nameRevocationReady       = "auth.revocation.ready"
	nameRevocationMissing     = "auth.revocation.missing"
	nameRevocationUnconfirmed = "auth.revocation.unconfirmed"
	nameRevocationRecords     = "auth.revocation.records"
	nameRevocationRepairs     = "auth.revocation.repairs"
)

// Metrics returns everything that this package measures.
func Metrics() []Metric {
	provider, failure := string(attrProvider), string(attrErrorType)
	return []Metric{
		{
			nameDuration, "s", "histogram", "How long it took to verify a token.",
			[]string{provider, string(attrOutcome), string(attrRemembered), failure},
		},
		{nameRejections, "{request}", "counter", "Requests that were rejected, by code.", []string{provider, failure}},
		{
			nameFetches, "{fetch}", "counter", "Attempts to get an issuer's keys.",
			[]string{provider, string(attrResult), failure},
		},
		{
			nameFetchDuration, "s", "histogram", "How long it took to get an issuer's keys.",
			[]string{provider, string(attrResult), failure},
		},
		{nameKeysAge, "s", "gauge", "Time since an issuer's keys were last fetched.", []string{provider}},
		{nameKeysUsable, "{key}", "gauge", "Keys that tokens can be verified with.", []string{provider}},
		{
			nameUnknownKeys, "{token}", "counter", "Tokens that name a key which the issuer does not publish.",
			[]string{provider, string(attrThrottled)},
		},
		{
			nameCacheFailures, "{operation}", "counter", "Failed operations of the shared key cache.",
			[]string{provider, string(attrOperation)},
		},
		{
			nameTokenCacheLookups, "{token}", "counter", "Tokens that were looked for among the verified ones.",
			[]string{string(attrResult)},
		},
		{nameTokenCacheEntries, "{token}", "gauge", "Verified tokens that are remembered.", nil},
		{nameRevocationLag, "s", "gauge", "How old the newest news of revocations is.", nil},
		{nameRevocationEntries, "{entry}", "gauge", "Revocations that are remembered.", nil},
		{nameRevocationReady, "{replica}", "gauge", "1 if this replica knows all revocations, else 0.", nil},
		{nameRevocationMissing, "{record}", "gauge", "Records that exist and that this replica has not read.", nil},
		{nameRevocationUnconfirmed, "{record}", "gauge", "Own records that were not read back from the log.", nil},
		{
			nameRevocationRecords, "{record}", "counter", "Records that arrived from the log.",
			[]string{string(attrResult)},
		},
		{nameRevocationRepairs, "{repair}", "counter", "How often lost records were appended again.", nil},
	}
}

// instruments are those that events record to.
type instruments struct {
	duration      metric.Float64Histogram
	rejections    metric.Int64Counter
	fetches       metric.Int64Counter
	fetchDuration metric.Float64Histogram
	unknownKeys   metric.Int64Counter
	cacheFailures metric.Int64Counter
}

func (i *instruments) create(m metric.Meter) error {
	var errs [6]error
	i.duration, errs[0] = m.Float64Histogram(nameDuration, described(nameDuration), unit(nameDuration),
		// A remembered token takes a microsecond, an RS256 signature tens of them, and a wait for keys up to seconds.
		metric.WithExplicitBucketBoundaries(1e-6, 2.5e-6, 1e-5, 2.5e-5, 5e-5, 1e-4, 2.5e-4, 1e-3, 1e-2, .1, .5, 1, 5))
	i.rejections, errs[1] = m.Int64Counter(nameRejections, described(nameRejections), unit(nameRejections))
	i.fetches, errs[2] = m.Int64Counter(nameFetches, described(nameFetches), unit(nameFetches))
	i.fetchDuration, errs[3] = m.Float64Histogram(nameFetchDuration, described(nameFetchDuration), unit(nameFetchDuration),
		metric.WithExplicitBucketBoundaries(.005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5))
	i.unknownKeys, errs[4] = m.Int64Counter(nameUnknownKeys, described(nameUnknownKeys), unit(nameUnknownKeys))
	i.cacheFailures, errs[5] = m.Int64Counter(nameCacheFailures, described(nameCacheFailures), unit(nameCacheFailures))
	return errors.Join(errs[:]...)
}

func find(name string) Metric {
	for _, m := range Metrics() {
		if m.Name == name {
			return m
		}
	}
	return Metric{}
}

func described(name string) metric.InstrumentOption {
	return metric.WithDescription(find(name).Description)
}

func unit(name string) metric.InstrumentOption { return metric.WithUnit(find(name).Unit) }

// cache holds the attributes of accepted tokens, of which there are two for each
// provider: making a set for each token would allocate.
type cache struct {
	mu   sync.Mutex
	sets atomic.Pointer[map[acceptedKey]metric.MeasurementOption]
}

type acceptedKey struct {
	provider   string
	remembered bool
}

func (c *cache) get(provider string, remembered bool) metric.MeasurementOption {
	key := acceptedKey{provider, remembered}
	if sets := c.sets.Load(); sets != nil {
		if set, ok := (*sets)[key]; ok {
			return set
		}
	}
	set := metric.WithAttributeSet(attribute.NewSet(
		attrProvider.String(provider),
		attrOutcome.String("accepted"),
		attrRemembered.Bool(remembered),
	))
	c.mu.Lock()
	defer c.mu.Unlock()
	next := map[acceptedKey]metric.MeasurementOption{key: set}
	if sets := c.sets.Load(); sets != nil {
		maps.Copy(next, *sets)
	}
	c.sets.Store(&next)
	return set
}
