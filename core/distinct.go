package core

import (
	"slices"
	"strings"
)

// distinct collects strings in order, each once.
type distinct struct {
	list []string
	seen map[string]struct{} // made once list is too long to be searched
}

// maxSearched bounds how many values are compared pairwise: the token decides how
// many there are, and the time must not grow with their square.
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

// repack moves the strings into memory of their own, so that a few words do not
// keep a whole text alive.
func repack(list []string) {
	var b strings.Builder // strings.Join copies nothing if there is one
	for _, s := range list {
		b.WriteString(s)
	}
	all := strings.Clone(b.String()) // without what the builder grew too far
	for i, s := range list {
		list[i], all = all[:len(s)], all[len(s):]
	}
}
