package main

import (
	"errors"
	"slices"
	"testing"
)

func algorithms() []string { return []string{"RS256", "ES256", "EdDSA", "HS256"} }

// row is one operation to be timed, which must not fail.
type row struct {
	name string
	op   func() error
}

// measure times rows as sub-benchmarks. Names like Verify/RS256/auth-go,_new_token
// are what the tables are made from: benchmark, group, row.
func measure(b *testing.B, rows []row) {
	b.Helper()
	for _, r := range rows {
		b.Run(r.name, func(b *testing.B) {
			b.ReportAllocs()
			defer reportProcessorTime(b)()
			for b.Loop() {
				if err := r.op(); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// BenchmarkVerify compares libraries by algorithm.
func BenchmarkVerify(b *testing.B) {
	for _, alg := range algorithms() {
		b.Run(alg, func(b *testing.B) { measure(b, verification(alg, slices.Concat(authGo(), peers()))) })
	}
}

// BenchmarkParallel verifies RS256 on all processors.
func BenchmarkParallel(b *testing.B) {
	b.Run("RS256", func(b *testing.B) {
		for _, r := range verification("RS256", slices.Concat(authGo(), peers()[:2])) {
			b.Run(r.name, func(b *testing.B) { parallel(b, r.op) })
		}
	})
}

func parallel(b *testing.B, op func() error) {
	b.Helper()
	b.ReportAllocs()
	defer reportProcessorTime(b)()
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			if err := op(); err != nil {
				b.Error(err)
				return
			}
		}
	})
}

// BenchmarkMiddleware compares one request with and without a guard.
func BenchmarkMiddleware(b *testing.B) {
	for _, fw := range frameworks() {
		b.Run(fw.name, func(b *testing.B) { measure(b, fw.rows()) })
	}
}

// BenchmarkRefuse compares what it costs to refuse a token.
func BenchmarkRefuse(b *testing.B) {
	f := newFixture("RS256")
	for _, bad := range f.badTokens() {
		b.Run(bad.refusal, func(b *testing.B) { measure(b, refusal(f, bad.token)) })
	}
}

// verification are the limit and the libraries that have the algorithm.
func verification(alg string, libraries []library) []row {
	f := newFixture(alg)
	token := f.token()
	rows := []row{{rowLimit, limit(f, token)}}
	for _, l := range libraries {
		if l.lacks != alg {
			v, _, _, err := l.prepare(f)
			must(0, err)
			rows = append(rows, row{l.name, func() error {
				_, _, err := v(token)
				return err
			}})
		}
	}
	return rows
}

// badTokens are sorted by how much has to be done before the fault is found.
func (f *fixture) badTokens() []forged {
	good := f.token()
	bad := []forged{
		{"", "garbage", "oat_2vA7bYtR3MwXz5SlJo0UdCe8FzN"},
		{"", "malformed", good[:20] + "!" + good[21:]},
	}
	for _, forgery := range f.forgeries() {
		if forgery.refusal != "" {
			bad = append(bad, forgery)
		}
	}
	return bad
}

const rowRefuse = "auth-go"

var errAccepted = errors.New("the token is accepted")

// refusal compares the limit of a good token with the refusal of a bad one.
func refusal(f *fixture, bad string) []row {
	rows := []row{{rowLimit, limit(f, f.token())}}
	for _, l := range append([]library{{name: rowRefuse, make: ours(false, true)}}, peers()...) {
		v, _, _, err := l.prepare(f)
		must(0, err)
		rows = append(rows, row{l.name, func() error {
			if _, _, err := v(bad); err == nil {
				return errAccepted
			}
			return nil
		}})
	}
	return rows
}
