package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"
)

const (
	testTimeout = time.Minute      // of the tests of one mutant, plus twice the time that they take without it
	longTimeout = 10 * time.Minute // of a build, and of tests without a mutant
)

type verdict string

const (
	killed      verdict = "killed"
	timedOut    verdict = "timeout"   // killed as well
	explained   verdict = "explained" // survived, with a reason
	survived    verdict = "SURVIVED"
	wronglySaid verdict = "WRONGLY EXPLAINED" // killed in spite of a reason why it cannot be
	notCompiled verdict = "DOES NOT COMPILE"
	misfit      verdict = "DOES NOT FIT"
)

// good reports whether the verdict is what a mutation run should show.
func (v verdict) good() bool { return v == killed || v == timedOut || v == explained }

type outcome struct {
	verdict verdict
	detail  string
	took    time.Duration
}

// report prints outcomes and counts them.
type report struct {
	mu     sync.Mutex
	out    io.Writer
	counts map[verdict]int
}

func (r *report) add(m mutant, o outcome) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.counts[o.verdict]++
	fmt.Fprintf(r.out, "%-10s %-34s %s  [%s]  (%s, %s)\n",
		o.verdict, m.id, m.edit(), m.file, o.detail, o.took.Round(100*time.Millisecond))
}

// sum prints the counts and reports whether all of them are good.
func (r *report) sum(n int) bool {
	fmt.Fprintf(r.out, "\n%d mutants:", n)
	ok := true
	for _, v := range []verdict{killed, timedOut, explained, survived, wronglySaid, notCompiled, misfit} {
		if r.counts[v] > 0 {
			fmt.Fprintf(r.out, " %d %s", r.counts[v], v)
			ok = ok && v.good()
		}
	}
	fmt.Fprintln(r.out)
	return ok
}

// runAll tests all mutants and prints a line for each, and the counts.
func runAll(ctx context.Context, root string, mutants []mutant, jobs int, out io.Writer) (ok bool, err error) {
	temp, err := os.MkdirTemp("", "mutation")
	if err != nil {
		return false, err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(temp)) }()

	r := &report{out: out, counts: map[verdict]int{}}
	all, misfits := programs(root, mutants)
	for _, m := range mutants {
		if why := misfits[m.id]; why != nil {
			r.add(m, outcome{verdict: misfit, detail: why.Error()})
		}
	}
	for i, p := range all {
		if err := p.run(ctx, root, filepath.Join(temp, strconv.Itoa(i)), jobs, r); err != nil {
			return false, err
		}
	}
	return r.sum(len(mutants)), nil
}

// run builds the program and tests each of its mutants.
func (p *program) run(ctx context.Context, root, temp string, jobs int, r *report) error {
	uncompiled, err := p.build(ctx, root, temp)
	if err != nil {
		return err
	}
	p.timeout = testTimeout
	if !p.whole { // tests that fail anyway would kill every mutant
		begin := time.Now()
		p.timeout = longTimeout
		if output, err := p.test1(ctx, root, temp, ""); err != nil {
			return fmt.Errorf("the tests of %s fail without any mutant: %w\n%s", strings.Join(p.test, " "), err, output)
		} else if strings.Contains(output, "no tests to run") {
			return fmt.Errorf("no tests: %s", strings.Join(p.test, " "))
		}
		p.timeout = testTimeout + 2*time.Since(begin) // only endless loops run into it
	}
	queue := make(chan mutant)
	var workers sync.WaitGroup
	for range jobs {
		workers.Go(func() {
			for m := range queue {
				begin := time.Now()
				output, err := p.test1(ctx, root, temp, m.id)
				o := m.outcomeOf(output, err)
				o.took = time.Since(begin)
				if ctx.Err() == nil {
					r.add(m, o)
				}
			}
		})
	}
	for _, m := range p.mutants {
		switch why, failed := uncompiled[m.id]; {
		case ctx.Err() != nil:
		case failed:
			r.add(m, outcome{verdict: notCompiled, detail: why})
		default:
			queue <- m
		}
	}
	close(queue)
	workers.Wait()
	return ctx.Err()
}

var compileError = regexp.MustCompile(`(?m)mutant(\d+)\.go:[\d:]+ (.*)$`)

// build compiles the test binary, and returns the mutants that it had to leave out, with the compiler's message.
func (p *program) build(ctx context.Context, root, temp string) (uncompiled map[string]string, err error) {
	ctx, cancel := context.WithTimeout(ctx, longTimeout)
	defer cancel()
	uncompiled = map[string]string{}
	for {
		skip := map[string]bool{}
		for id := range uncompiled {
			skip[id] = true
		}
		files, err := p.files(root, skip)
		if err != nil {
			return nil, err
		}
		overlay, err := writeOverlay(root, temp, files)
		if err != nil {
			return nil, err
		}
		// A stripped binary links faster; -e has the compiler name every error.
		cmd := exec.CommandContext(ctx, "go", "test", "-c", "-vet=off", "-ldflags=-s -w", "-gcflags=-e",
			"-overlay", overlay, "-o", filepath.Join(temp, "test.exe"), p.test[0])
		cmd.Dir = root
		output, err := cmd.CombinedOutput()
		switch {
		case err == nil:
			return uncompiled, nil
		case ctx.Err() != nil:
			return nil, ctx.Err()
		}
		if p.whole {
			uncompiled[p.mutants[0].id] = strings.Join(strings.Fields(string(output)), " ")
			return uncompiled, nil
		}
		found := compileError.FindAllStringSubmatch(string(output), -1)
		if len(found) == 0 {
			return nil, fmt.Errorf("go test -c %s: %w\n%s", p.test[0], err, output)
		}
		for _, match := range found {
			i, err := strconv.Atoi(match[1])
			if err != nil || i >= len(p.mutants) {
				return nil, fmt.Errorf("go test -c %s:\n%s", p.test[0], output)
			}
			uncompiled[p.mutants[i].id] = match[2]
		}
	}
}

// test1 runs the tests with one mutant active, or none.
func (p *program) test1(ctx context.Context, root, temp, id string) (string, error) {
	ctx, cancel := context.WithTimeout(ctx, p.timeout+30*time.Second)
	defer cancel()
	// The switches between mutants allocate, so tests that count allocations fail without any.
	args := []string{"-test.failfast", "-test.skip=Alloc", "-test.timeout=" + p.timeout.String()}
	for _, arg := range p.test[1:] {
		if flag, ok := strings.CutPrefix(arg, "-"); ok {
			arg = "-test." + flag
		}
		args = append(args, arg)
	}
	cmd := exec.CommandContext(ctx, filepath.Join(temp, "test.exe"), args...)
	cmd.Dir = p.testDir(root)
	cmd.Env = slices.Concat(os.Environ(), []string{activeVar + "=" + id})
	cmd.WaitDelay = time.Second
	var output bytes.Buffer
	cmd.Stdout, cmd.Stderr = &output, &output
	err := cmd.Run()
	return output.String(), err
}

// outcomeOf reads the output of the tests of the mutant.
func (m mutant) outcomeOf(output string, err error) outcome {
	by := failure(output)
	switch {
	case err == nil && m.survives != "":
		return outcome{verdict: explained, detail: m.survives}
	case err == nil:
		return outcome{verdict: survived, detail: "the tests pass: " + strings.Join(m.test, " ")}
	case m.survives != "":
		return outcome{verdict: wronglySaid, detail: "by " + by + ": remove its reason"}
	case strings.Contains(output, "test timed out"):
		return outcome{verdict: timedOut, detail: "by " + by}
	default:
		return outcome{verdict: killed, detail: "by " + by}
	}
}

var failedTest = regexp.MustCompile(`(?m)^\s*--- FAIL: (\S+)|^\t+(Test\S+) \(|^(?:panic|fatal error): (.*)$`)

// failure returns the first test that failed, with its subtest, or what ended the program.
func failure(output string) string {
	found := ""
	for _, match := range failedTest.FindAllStringSubmatch(output, -1) {
		name := match[1] + match[2] + match[3]
		if found != "" && !strings.HasPrefix(name, found+"/") {
			break
		}
		found = name // subtests follow the test that they belong to
	}
	if found == "" {
		return "the end of the program"
	}
	return found
}

// writeOverlay returns the name of a file for go test -overlay that puts files in the place of those in root.
func writeOverlay(root, temp string, files map[string]string) (string, error) {
	if err := os.MkdirAll(temp, 0o700); err != nil {
		return "", err
	}
	replace := map[string]string{}
	for name, content := range files {
		source := filepath.Join(temp, strings.ReplaceAll(name, "/", "_"))
		if err := os.WriteFile(source, []byte(content), 0o600); err != nil {
			return "", err
		}
		replace[filepath.Join(root, filepath.FromSlash(name))] = source
	}
	overlay, err := json.Marshal(map[string]any{"Replace": replace})
	if err != nil {
		return "", err
	}
	name := filepath.Join(temp, "overlay.json")
	return name, os.WriteFile(name, overlay, 0o600)
}
