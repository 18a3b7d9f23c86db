package jose

// Limits bounds what is read before anything is trusted. The zero value, and any number below one, means the
// default: 32 levels and 2,048 members.
type Limits struct {
	// MaxDepth is how deep objects and arrays may nest; the outermost object is level one.
	MaxDepth int
	// MaxMembers is how many object members and array elements a document may hold, counted over all levels.
	MaxMembers int
	// Unsecured also accepts a token with an empty signature (RFC 7515 appendix A.5). Anyone may have written its
	// claims: the caller must treat it accordingly.
	Unsecured bool
}

const (
	defaultMaxDepth   = 32
	defaultMaxMembers = 2048
)

func (l Limits) depth() int {
	if l.MaxDepth < 1 {
		return defaultMaxDepth
	}
	return l.MaxDepth
}

func (l Limits) members() int {
	if l.MaxMembers < 1 {
		return defaultMaxMembers
	}
	return l.MaxMembers
}
