package core

import (
	"slices"
	"strings"
)

// distinct collects strings in order, each once.
type distinct struct {
	list []string
	seen map[string]struct{} // nil as long as list is short enough to be searched
}

// maxSearched bounds how many values are compared pairwise: the token determines
// their number, and the time must not grow with its square.
const maxSearched = 32

// add reports whether s is new.
func (d *distinct) add(s string) bool {
	if d.seen == nil {
		if slices.Contains(d.list, s) {
			return false
		}
		if len(d.list) == maxSearched {
			d.seen = make(map[string]struct{}, 2*maxSearched)
			for _, known := range d.list {
				d.seen[known] = struct{}{}
			}
		}
	} else if _, known := d.seen[s]; known {
		return false
	}
	if d.seen != nil {
		d.seen[s] = struct{}{}
	}
	d.list = append(d.list, s)
	return true
}

// repack copies the strings to new memory, so that a few words do not keep the
// whole text alive that they were cut from.
func repack(list []string) {
	var b strings.Builder // not strings.Join, which does not copy a single string
	for _, s := range list {
		b.WriteString(s)
	}
	all := strings.Clone(b.String()) // without the builder's spare capacity
	for i, s := range list {
		list[i], all = all[:len(s)], all[len(s):]
	}
}
