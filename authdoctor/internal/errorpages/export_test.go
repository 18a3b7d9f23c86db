package errorpages

// Mistakes returns the errors that the page shows.
func Mistakes() []error {
	var all []error
	for _, m := range mistakes() {
		all = append(all, m.err)
	}
	return all
}
