package main

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"regexp"
	"runtime/pprof"
	"time"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	err := run(ctx, os.Args[1:], os.Stdout, os.Stderr)
	stop()
	if err != nil && !errors.Is(err, flag.ErrHelp) {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

type settings struct {
	plan
	only    *regexp.Regexp
	json    bool
	quick   bool
	write   bool
	root    string
	profile string

	scale, allocs, check, update bool
	flood                        int
}

func parse(args []string, stderr io.Writer) (*settings, error) {
	s := &settings{}
	only := ""
	flags := flag.NewFlagSet("bench", flag.ContinueOnError)
	flags.SetOutput(stderr)
	flags.IntVar(&s.rounds, "rounds", 16, "`times` that every row runs")
	flags.DurationVar(&s.slice, "slice", 20*time.Millisecond, "`duration` of one run")
	flags.StringVar(&only, "only", "", "`regexp` of table/row, e.g. '^RS256/auth-go'; the limit is always measured")
	flags.BoolVar(&s.json, "json", false, "print JSON")
	flags.BoolVar(&s.quick, "quick", false, "measure next to nothing, for tests")
	flags.BoolVar(&s.write, "write", false, "put the result into docs/benchmarks.md and README.md")
	flags.StringVar(&s.root, "root", "", "`folder` of the checkout; found from the working directory")
	flags.StringVar(&s.profile, "cpuprofile", "", "write a CPU profile to `file`")
	flags.BoolVar(&s.scale, "scale", false, "measure cost against size instead")
	flags.BoolVar(&s.allocs, "allocs", false, "count allocations instead")
	flags.BoolVar(&s.check, "check", false, "with -allocs: fail if one grew beyond internal/bench/baseline.txt")
	flags.BoolVar(&s.update, "update", false, "with -allocs: write internal/bench/baseline.txt")
	flood := flags.Bool("flood", false, "send distinct valid tokens against a hot set instead")
	flags.IntVar(&s.flood, "tokens", 1_000_000, "with -flood: how many `tokens`")
	if err := flags.Parse(args); err != nil {
		return nil, err
	}
	if flags.NArg() > 0 {
		return nil, fmt.Errorf("unknown argument %q", flags.Arg(0))
	}
	if !*flood {
		s.flood = 0
	}
	if s.rounds < 1 || s.slice <= 0 {
		return nil, errors.New("-rounds and -slice must be positive")
	}
	if s.quick {
		s.plan = plan{rounds: 2, slice: 200 * time.Microsecond}
	}
	var err error
	if only != "" {
		s.only, err = regexp.Compile(only)
	}
	return s, err
}

func run(ctx context.Context, args []string, stdout, stderr io.Writer) (err error) {
	s, err := parse(args, stderr)
	if err != nil {
		return err
	}
	if s.profile != "" {
		file, err := os.Create(s.profile)
		if err != nil {
			return err
		}
		defer file.Close()
		if err := pprof.StartCPUProfile(file); err != nil {
			return err
		}
		defer pprof.StopCPUProfile()
	}
	switch {
	case s.allocs:
		return s.countAllocations(stdout)
	case s.flood > 0:
		return s.sendFlood(ctx, stdout)
	}
	r, err := newReport(s.plan)
	if err != nil {
		return err
	}
	if s.scale {
		err = s.measureScale(ctx, r, stderr)
	} else {
		err = s.measureTables(ctx, r, stderr)
	}
	if err != nil {
		return err
	}
	if s.write {
		if err := s.writeDocs(r, stderr); err != nil {
			return err
		}
	}
	if s.json {
		out := json.NewEncoder(stdout)
		out.SetIndent("", "\t")
		return out.Encode(r)
	}
	if s.scale {
		return r.printScale(stdout)
	}
	return r.printAll(stdout)
}

// measureTables checks every row first and times them after.
func (s *settings) measureTables(ctx context.Context, r *report, progress io.Writer) error {
	groups, err := allGroups()
	if err != nil {
		return err
	}
	for _, g := range groups {
		if err := ctx.Err(); err != nil {
			return err
		}
		fmt.Fprintf(progress, "bench: %s\n", g.title)
		t, err := g.measure(s.plan, s.only)
		if err != nil {
			return err
		}
		if t != nil {
			r.Tables = append(r.Tables, t)
		}
	}
	if len(r.Tables) == 0 {
		return errors.New("-only fits no row")
	}
	return nil
}

func allGroups() ([]*group, error) {
	var groups []*group
	for _, alg := range algorithms() {
		g, err := verification(alg)
		if err != nil {
			return nil, err
		}
		groups = append(groups, g)
	}
	g, err := parallel()
	if err != nil {
		return nil, err
	}
	groups = append(groups, g)
	for _, fw := range frameworks() {
		g, err := fw.middleware()
		if err != nil {
			return nil, err
		}
		groups = append(groups, g)
	}
	refused, err := refusals()
	return append(groups, refused...), err
}
