package main

import (
	"slices"
	"testing"

	"github.com/revstackhq/auth-go/core"
)

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

// group is a base and the rows that are compared with it.
type group struct {
	name string
	rows func(testing.TB) []row
}

// BenchmarkVerify compares libraries by algorithm.
func BenchmarkVerify(b *testing.B) { measureGroups(b, verifyGroups()) }

// BenchmarkMiddleware compares one request with and without a guard.
func BenchmarkMiddleware(b *testing.B) { measureGroups(b, middlewareGroups()) }

// BenchmarkRefuse compares what it costs to reject a token.
func BenchmarkRefuse(b *testing.B) { measureGroups(b, refuseGroups()) }

func measureGroups(b *testing.B, groups []group) {
	b.Helper()
	for _, g := range groups {
		b.Run(g.name, func(b *testing.B) { measure(b, g.rows(b)) })
	}
}

// rows are the base and the libraries that have the algorithm.
func (f *fixture) rows(base row, token string, libraries []library) []row {
	rows := []row{base}
	for _, l := range libraries {
		if l.lacks == f.alg {
			continue
		}
		v := must(l.prepare(f))
		rows = append(rows, row{l.name, func() error {
			_, _, err := v(token)
			return err
		}})
	}
	return rows
}

// groupsOf makes a group for each name.
func groupsOf(rows func(tb testing.TB, name string) []row, names ...string) []group {
	groups := make([]group, len(names))
	for i, name := range names {
		groups[i] = group{name, func(tb testing.TB) []row {
			tb.Helper()
			return rows(tb, name)
		}}
	}
	return groups
}

func verifyGroups() []group {
	return groupsOf(func(tb testing.TB, alg string) []row {
		tb.Helper()
		f := newFixture(tb, alg)
		if limit(f, tampered(f.token(nil)))() == nil {
			tb.Fatalf("the limit of %s checks nothing", alg)
		}
		return f.rows(row{rowLimit, limit(f, f.token(nil))}, f.token(nil), slices.Concat(authGo(), peers()))
	}, "RS256", "ES256", "EdDSA", "HS256")
}

// refuseGroups are sorted by how much has to be done before the mistake is found.
func refuseGroups() []group {
	return groupsOf(func(tb testing.TB, name string) []row {
		tb.Helper()
		f := newFixture(tb, "RS256")
		libraries := append([]library{{name: "auth-go", make: ours(kept, core.TokenCache{})}}, peers()...)
		rows := f.rows(row{rowLimit, limit(f, f.token(nil))}, f.forgeries()[name], libraries)
		for i, r := range rows[1:] {
			rows[i+1].op = func() error {
				if r.op() == nil {
					return errNotRejected
				}
				return nil
			}
		}
		return rows
	}, "garbage", "malformed", "tampered", "expired")
}
