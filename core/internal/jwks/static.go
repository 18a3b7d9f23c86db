package jwks

import (
	stdjson "encoding/json"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// ParseStatic is like [Parse], for a set in a configuration. A private or symmetric key is an error instead of being
// skipped, because configurations are printed, logged and passed on. Errors never repeat the set.
func ParseStatic(data []byte, lim Limits) (*Set, error) {
	set, err := Parse(data, lim)
	var refused *FetchError
	if err != nil && (!errors.As(err, &refused) || refused.Kind != KindNoUsableKeys) {
		return nil, err
	}
	var doc any
	if err := stdjson.Unmarshal(data, &doc); err != nil {
		return nil, &FetchError{Kind: KindMalformedSet, Err: errors.New("broken JSON")}
	}
	if where := secretMember(doc, ""); where != "" {
		return nil, &FetchError{Kind: KindMalformedSet, Err: fmt.Errorf(
			"%s is private or symmetric key material, which must not be here: give the public key only, "+
				"and replace a private key that was already passed on; a shared secret belongs in Secret", where)}
	}
	return set, err
}

// secretMember returns the path of a member that only a private or symmetric key has (RFC 7518 §6.2.2, §6.3.2, §6.4),
// "" if there is none. It ignores case, because another reader might, and searches unusable entries too.
func secretMember(v any, where string) string {
	switch v := v.(type) {
	case []any:
		for i, e := range v {
			if found := secretMember(e, where+"["+strconv.Itoa(i)+"]"); found != "" {
				return found
			}
		}
	case map[string]any:
		for name, e := range v {
			lower := strings.ToLower(name)
			kty, _ := e.(string)
			if slices.Contains([]string{"d", "p", "q", "dp", "dq", "qi", "oth", "k", "priv"}, lower) ||
				lower == "kty" && kty == "oct" {
				return strings.TrimPrefix(where+"."+lower, ".")
			}
			if found := secretMember(e, where+"."+printable(name, shownBytes)); found != "" {
				return found
			}
		}
	}
	return ""
}
