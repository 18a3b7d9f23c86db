package main

import (
	"bufio"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"runtime"
	"strconv"
	"strings"
)

const baselineFile = "internal/bench/baseline.txt"

// counted is a row's allocations.
type counted struct {
	name   string
	allocs int
}

// ourAllocations counts those of every row of ours, by table/row. Middlewares
// are counted with the bare framework taken off.
func ourAllocations() ([]counted, error) {
	groups, err := allGroups()
	if err != nil {
		return nil, err
	}
	ours := regexp.MustCompile(`^auth-go`)
	var all []counted
	for _, g := range groups {
		if g.kind == kindParallel {
			continue
		}
		base := 0.0
		if g.kind == kindMiddleware {
			if base, _, err = g.work[0].allocations(); err != nil {
				return nil, err
			}
		}
		for _, w := range g.work {
			if !ours.MatchString(w.name) {
				continue
			}
			allocs, _, err := w.allocations()
			if err != nil {
				return nil, fmt.Errorf("%s/%s: %w", g.title, w.name, err)
			}
			all = append(all, counted{g.title + "/" + w.name, int(allocs - base)})
		}
	}
	return all, nil
}

// compareAllocations returns what grew, and what one of both does not know.
func compareAllocations(now []counted, baseline map[string]int) []string {
	var faults []string
	known := map[string]bool{}
	for _, c := range now {
		was, ok := baseline[c.name]
		known[c.name] = true
		switch {
		case !ok:
			faults = append(faults, fmt.Sprintf("%s: %d allocations, not in the baseline", c.name, c.allocs))
		case c.allocs > was:
			faults = append(faults, fmt.Sprintf("%s: %d allocations, the baseline has %d", c.name, c.allocs, was))
		}
	}
	for name := range baseline {
		if !known[name] {
			faults = append(faults, name+": in the baseline, but measured no more")
		}
	}
	return faults
}

func readBaseline(path string) (allocs map[string]int, recorded string, err error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, "", err
	}
	defer file.Close()
	allocs = map[string]int{}
	lines := bufio.NewScanner(file)
	for lines.Scan() {
		text := lines.Text()
		if comment, ok := strings.CutPrefix(text, "# "); ok {
			recorded = comment
			continue
		}
		number, name, ok := strings.Cut(strings.TrimSpace(text), " ")
		n, err := strconv.Atoi(number)
		if !ok || err != nil {
			return nil, "", fmt.Errorf("%s: %q is no line of a baseline", path, text)
		}
		allocs[strings.TrimSpace(name)] = n
	}
	return allocs, recorded, lines.Err()
}

func (s *settings) countAllocations(w io.Writer) error {
	now, err := ourAllocations()
	if err != nil {
		return err
	}
	root, err := s.checkout()
	if err != nil {
		return err
	}
	path := filepath.Join(root, filepath.FromSlash(baselineFile))
	var b strings.Builder
	fmt.Fprintf(&b, "# allocations of one operation, counted with %s\n", runtime.Version())
	for _, c := range now {
		fmt.Fprintf(&b, "%4d %s\n", c.allocs, c.name)
	}
	if s.update {
		return os.WriteFile(path, []byte(b.String()), 0o644)
	}
	if !s.check {
		_, err := io.WriteString(w, b.String())
		return err
	}
	baseline, recorded, err := readBaseline(path)
	if err != nil {
		return err
	}
	if faults := compareAllocations(now, baseline); len(faults) > 0 {
		return fmt.Errorf("with %s, against a baseline of %s:\n  %s\nIf that is meant: go run ./internal/bench -allocs -update",
			runtime.Version(), recorded, strings.Join(faults, "\n  "))
	}
	fmt.Fprintf(w, "%d rows, none allocates more than %s has\n", len(now), baselineFile)
	return nil
}

// checkout finds the folder that holds internal/bench/go.mod.
func (s *settings) checkout() (string, error) {
	if s.root != "" {
		return s.root, nil
	}
	dir, err := os.Getwd()
	if err != nil {
		return "", err
	}
	for {
		if _, err := os.Stat(filepath.Join(dir, "internal", "bench", "go.mod")); err == nil {
			return dir, nil
		}
		up := filepath.Dir(dir)
		if up == dir {
			return "", fmt.Errorf("no checkout around the working directory: name it with -root")
		}
		dir = up
	}
}
