package mcpauth

// methodComplete suggests values for the arguments of a prompt or of a resource's template.
const methodComplete = "completion/complete"

const (
	paramRef  = "ref"
	refPrompt = "ref/prompt"
)

// completions returns what a message of methodComplete asks for: the suggestions for a prompt are for those who may
// use it. The URI of a template is not that of a resource, so no policy of a resource applies.
func completions(ref []byte) ([]Operation, *problem) {
	var typ, name []byte
	err := members(ref, []string{"type", "name", "uri"}, func(key string, value []byte) {
		switch key {
		case "type":
			typ = value
		case "name":
			name = value
		}
	})
	if err != nil {
		return nil, err
	}
	kind, ok := text(typ)
	switch {
	case !ok:
		return nil, invalid(paramRef + " has no type that is a string of valid characters")
	case kind != refPrompt:
		return nil, nil
	}
	op := Operation{Method: methodGetPrompt}
	if op.Name, ok = text(name); !ok {
		return nil, invalid(paramRef + " has no name that is a string of valid characters")
	}
	return []Operation{op}, nil
}
