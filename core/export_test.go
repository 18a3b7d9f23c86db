package core

// Comparisons returns how many strings are compared with each other to collect
// the distinct ones of list.
func Comparisons(list []string) (kept []string, compared int) {
	var d distinct
	for _, s := range list {
		if d.seen == nil {
			compared += len(d.list)
		}
		d.add(s)
	}
	return d.list, compared
}
