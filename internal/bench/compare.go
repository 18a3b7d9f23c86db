package main

import (
	"errors"
	"fmt"
	"regexp"
	"runtime"
)

// table is a group of rows that were measured in turns.
type table struct {
	// Title names what is done. Ratios are to the first row.
	Title string    `json:"title"`
	Kind  tableKind `json:"kind"`
	Rows  []figures `json:"rows"`
}

type tableKind string

const (
	kindVerify     tableKind = "verify"
	kindParallel   tableKind = "parallel"
	kindRefuse     tableKind = "refuse"
	kindMiddleware tableKind = "middleware"
)

func algorithms() []string { return []string{"RS256", "ES256", "EdDSA", "HS256"} }

// group is a table that has yet to be measured.
type group struct {
	title string
	kind  tableKind
	work  []workload
	lack  []string // rows without support
}

func (g *group) measure(p plan, only *regexp.Regexp) (*table, error) {
	work, chosen := g.work[:1:1], only == nil
	for _, w := range g.work[1:] {
		if only == nil || w.name == rowLimit {
			work = append(work, w)
		} else if only.MatchString(g.title + "/" + w.name) {
			work, chosen = append(work, w), true
		}
	}
	if !chosen {
		return nil, nil //nolint:nilnil // nothing of this group was asked for
	}
	rows, err := p.measure(work)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", g.title, err)
	}
	for _, name := range g.lack {
		if only == nil {
			rows = append(rows, figures{Name: name, Unsupported: true})
		}
	}
	return &table{g.title, g.kind, rows}, nil
}

// verification compares one algorithm.
func verification(alg string) (*group, error) {
	f, err := newFixture(alg)
	if err != nil {
		return nil, err
	}
	token, err := f.token()
	if err != nil {
		return nil, err
	}
	g := &group{title: alg, kind: kindVerify}
	if err := g.addLimit(f, token, 0); err != nil {
		return nil, err
	}
	for _, l := range append(authGo(), peers()...) {
		p, err := l.prepare(f)
		if errors.Is(err, errUnsupported) {
			g.lack = append(g.lack, l.name)
			continue
		}
		if err != nil {
			return nil, err
		}
		g.work = append(g.work, workload{name: l.name, notes: p.notes, op: func() error {
			_, _, err := p.verify(token)
			return err
		}})
	}
	return g, nil
}

func (g *group) addLimit(f *fixture, token string, workers int) error {
	check, err := limit(f, token)
	if err != nil {
		return err
	}
	if err := check(); err != nil {
		return err
	}
	if forged, err := limit(f, tampered(token)); err != nil || forged() == nil {
		return errors.New("the limit accepts a tampered token")
	}
	g.work = append(g.work, workload{name: rowLimit, op: check, workers: workers})
	return nil
}

// parallel is RS256 on as many goroutines as there are processors.
func parallel() (*group, error) {
	f, err := newFixture("RS256")
	if err != nil {
		return nil, err
	}
	token, err := f.token()
	if err != nil {
		return nil, err
	}
	workers := max(2, runtime.GOMAXPROCS(0))
	g := &group{title: fmt.Sprintf("RS256, %d goroutines", workers), kind: kindParallel}
	if err := g.addLimit(f, token, workers); err != nil {
		return nil, err
	}
	for _, l := range append(authGo(), peers()[:2]...) {
		p, err := l.prepare(f)
		if err != nil {
			return nil, err
		}
		g.work = append(g.work, workload{name: l.name, notes: p.notes, workers: workers, op: func() error {
			_, _, err := p.verify(token)
			return err
		}})
	}
	return g, nil
}

var errAccepted = errors.New("it is accepted")

// refusals compare what it costs to refuse. The ratios are to checking one good
// signature.
func refusals() ([]*group, error) {
	f, err := newFixture("RS256")
	if err != nil {
		return nil, err
	}
	good, err := f.token()
	if err != nil {
		return nil, err
	}
	forgeries, err := f.forgeries()
	if err != nil {
		return nil, err
	}
	bad := []forged{
		{"garbage", "oat_2vA7bYtR3MwXz5SlJo0UdCe8FzN"},
		{"malformed", good[:20] + "!" + good[21:]},
	}
	for _, name := range []string{"exp", "signature"} {
		for _, b := range forgeries {
			if b.name == name {
				bad = append(bad, forged{map[string]string{"exp": "expired", "signature": "tampered"}[name], b.token})
			}
		}
	}
	var groups []*group
	for _, b := range bad {
		g := &group{title: b.name + " token refused", kind: kindRefuse}
		if err := g.addLimit(f, good, 0); err != nil {
			return nil, err
		}
		for _, l := range append([]library{{name: rowRefuse, make: ours(false, true)}}, peers()...) {
			p, err := l.prepare(f)
			if err != nil {
				return nil, err
			}
			g.work = append(g.work, workload{name: l.name, op: func() error {
				if _, _, err := p.verify(b.token); err == nil {
					return errAccepted
				}
				return nil
			}})
		}
		groups = append(groups, g)
	}
	return groups, nil
}

const rowRefuse = "auth-go"
