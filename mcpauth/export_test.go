package mcpauth

// Parse returns the operations that the guard reads in a body, and false if it refuses
// the body.
func Parse(body []byte) ([]Operation, bool) {
	m, problem := parse(body)
	return m.ops, problem == nil
}
