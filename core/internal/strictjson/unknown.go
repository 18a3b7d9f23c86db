package strictjson

import (
	"slices"
	"strings"
)

// unknown returns the reason for an unknown member: it names the member that was
// probably meant or, if none is similar, all of them.
func unknown(name string, fields []field) string {
	best, distance := "", 3 // a similar name differs by at most two edits
	names := make([]string, 0, len(fields))
	for _, f := range fields {
		names = append(names, f.name)
		if strings.EqualFold(f.name, name) || strings.EqualFold(f.goName, name) {
			return "is unknown: write " + f.name
		}
		if d := editDistance(f.name, name, distance); d < distance {
			best, distance = f.name, d
		}
	}
	if best != "" {
		return "is unknown: write " + best
	}
	slices.Sort(names)
	return "is unknown: use " + strings.Join(names, ", ")
}

// editDistance returns the Levenshtein distance of a and b, or most if it is larger.
func editDistance(a, b string, most int) int {
	if len(a)-len(b) >= most || len(b)-len(a) >= most {
		return most
	}
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			cost := diagonal
			if a[i] != b[j] {
				cost++
			}
			diagonal = row[j+1]
			row[j+1] = min(cost, row[j]+1, row[j+1]+1)
		}
	}
	return min(row[len(b)], most)
}
