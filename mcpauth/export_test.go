package mcpauth

// Parse is what the guard reads in a body. The tests compare it with what other readers of
// the same bytes find: encoding/json and the SDK.
//
// It returns the operations that the body asks for, and false if the guard refuses the
// body.
func Parse(body []byte) ([]Operation, bool) {
	m, problem := parse(body)
	return m.ops, problem == nil
}
