package main

import (
	"encoding/csv"
	"io"
	"regexp"
	"strconv"
	"strings"
)

// Units of benchstat.
const (
	unitTime      = "sec/op"
	unitProcessor = "cpu-sec/op"
)

// figures are the medians of one benchmark by unit, 0 if it was not measured.
type figures map[string]float64

// result is a benchmark with a name like Verify/RS256/auth-go,_new_token-2.
type result struct {
	benchmark, group, row string
	before, after         figures // equal if there is only one file
	change                float64 // time after divided by time before; 1 if the difference may be chance
	base                  *result // the row to compare with: the limit or, for middleware, no guard; may be nil
}

func (r *result) name() string { return r.benchmark + "/" + r.group + "/" + r.row }

// ours reports whether the row measures auth-go.
func (r *result) ours() bool {
	return strings.HasPrefix(r.row, "auth-go") || r.benchmark == "Scale" && !strings.HasSuffix(r.row, rowLimit)
}

var processors = regexp.MustCompile(`-\d+$`)

// parse reads benchstat's CSV: sections that begin with their unit, such as
// sec/op, and rows of name, median, spread and, with two files, median of the
// second, spread, and the change in percent or "~".
func parse(statistics io.Reader) (all []*result, compared bool, err error) {
	r := csv.NewReader(statistics)
	r.FieldsPerRecord = -1
	records, err := r.ReadAll()
	known, bases, unit := map[string]*result{}, map[string]*result{}, ""
	for _, cells := range records {
		name := strings.SplitN(strings.ReplaceAll(processors.ReplaceAllString(cells[0], ""), "_", " "), "/", 3)
		switch {
		case len(cells) > 2 && cells[0] == "":
			unit, compared = cells[1], len(cells) > 3
		case len(cells) > 2 && len(name) == 3:
			r := known[cells[0]]
			if r == nil {
				r = &result{name[0], name[1], name[2], figures{}, figures{}, 1, nil}
				known[cells[0]], all = r, append(all, r)
			}
			if r.row == rowLimit || r.row == rowBare {
				bases[r.benchmark+r.group] = r
			}
			r.base = bases[r.benchmark+r.group]
			r.read(unit, cells)
		}
	}
	return all, compared, err
}

// read stores the medians of a row, and the change in time. Processor time comes
// later in the file than real time and replaces it: on a busy machine it is more
// reliable.
func (r *result) read(unit string, cells []string) {
	r.before[unit], _ = strconv.ParseFloat(cells[1], 64) // 0 if it was not measured
	r.after[unit], _ = strconv.ParseFloat(cells[min(3, len(cells)-2)], 64)
	if len(cells) > 5 && (unit == unitTime || unit == unitProcessor) {
		percent, _ := strconv.ParseFloat(strings.TrimSuffix(cells[5], "%"), 64) // 0 if it is chance
		r.change = 1 + percent/100
	}
}
