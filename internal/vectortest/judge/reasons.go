package judge

// why returns the explanation of a disagreement, "" if there is none. An explanation for one peer takes precedence
// over one for all peers.
func (d disagreement) why() string {
	all := reasons()
	if reason := all[d.stricter+" refuses: "+d.group]; reason != "" {
		return reason
	}
	if d.stricter != "auth-go" {
		return ""
	}
	if reason := all[d.peer+": "+d.group]; reason != "" {
		return reason
	}
	return all[d.group]
}

// reasons maps a class of vectors, or auth-go's reason to refuse a mutant, to an explanation.
func reasons() map[string]string {
	const (
		utf8       = "the libraries put U+FFFD in the place of bytes that are not UTF-8: two texts become one"
		duplicates = "the libraries let one of two members win, and readers disagree which"
		types      = "encoding/json knows no types of claims"
		typ        = "the libraries leave typ and events to the program"
		cnf        = "the libraries have no check of cnf: a bound token passes as a bearer token"
		lineBreaks = "encoding/base64 skips CR and LF, go-jose all white space: one token has several spellings"
		dates      = "the libraries accept dates beyond the year 9999 and, for nbf and iat, numbers that overflow"
		sub        = "the libraries leave sub to the program"
	)
	return map[string]string{
		// Classes of vectors.
		"audience":                     types,
		"authorized-party":             "the libraries have no check of azp",
		"b64-false":                    "the libraries do not look at b64 without crit; go-jose obeys false and nothing else",
		"base64-malleability":          lineBreaks,
		"compression":                  "the libraries ignore zip in a JWS; auth-go refuses it, because a reader that obeys it reads something else",
		"crit":                         "golang-jwt does not look at crit",
		"go-jose: crit":                "go-jose knows b64, and takes an empty or missing list for none",
		"encoding/json: crit":          "encoding/json knows no header parameters",
		"cross-jwt":                    typ,
		"duplicate-members":            duplicates,
		"go-jose: duplicate-members":   "go-jose finds duplicates where it decodes into a struct, not in claims that it keeps as raw JSON",
		"issuer":                       types,
		"json":                         utf8 + "; golang-jwt ignores what follows the claims, and no library bounds depth and number of members as tightly",
		"jwk":                          "the libraries accept short RSA keys and do not look at key_ops; of two keys with one name they try both",
		"key-selection":                "the number of keys that a token without kid is tried with is bounded by auth-go alone, and an empty kid names no key",
		"kid-injection":                "a kid of another type is no kid for the libraries, so all keys are tried",
		"nested":                       "the libraries ignore enc in a header of three segments",
		"numeric-date":                 dates + "; go-jose takes null for an absent date",
		"published-examples":           typ + ", and claims that the contract requires",
		"go-jose: published-examples":  typ + "; go-jose rounds to seconds and accepts exp itself",
		"rsa-pss":                      "RFC 7518 section 3.5 fixes the length of the salt; the libraries accept any",
		"sender-constraint":            cnf,
		"size":                         "the libraries bound the number of dots, not the length",
		"structure":                    lineBreaks,
		"encoding/json: structure":     "encoding/json knows no header parameters",
		"subject":                      sub,
		"time":                         "golang-jwt cuts off fractions and leaves the age of a token to the program",
		"go-jose: time":                "go-jose rounds to seconds, accepts exp itself (RFC 7519 section 4.1.4 says before), and leaves the age to the program",
		"golang-jwt refuses: time":     "golang-jwt cuts off the fraction of exp: the token ends up to a second early",
		"go-jose refuses: header-keys": "go-jose parses x5c although it does not use it, and refuses the token if it cannot",

		// What auth-go says of mutants.
		"CLAIM_MISMATCH: cnf":                                                  cnf,
		"CLAIM_MISMATCH: events":                                               typ,
		"CLAIM_MISMATCH: typ":                                                  typ,
		"CLAIM_MISMATCH: sub":                                                  "auth-go refuses user ids with control characters: they forge lines in logs",
		"MISSING_CLAIM: sub":                                                   sub,
		"INVALID_FORMAT: sub":                                                  types,
		"INVALID_FORMAT: iss":                                                  types,
		"INVALID_FORMAT: aud":                                                  types,
		"encoding/json: INVALID_FORMAT: exp":                                   types,
		"encoding/json: INVALID_FORMAT: iat":                                   types,
		"encoding/json: INVALID_FORMAT: nbf":                                   types,
		"encoding/json: numeric-date":                                          types,
		"encoding/json: time":                                                  types,
		"encoding/json: subject":                                               types,
		"encoding/json: cross-jwt":                                             "encoding/json knows no header parameters",
		"INVALID_FORMAT: exp":                                                  dates,
		"INVALID_FORMAT: iat":                                                  dates,
		"INVALID_FORMAT: nbf":                                                  dates,
		"INVALID_FORMAT: JSON escapes half a surrogate pair":                   utf8,
		"INVALID_FORMAT: JSON is not valid UTF-8":                              utf8,
		"INVALID_FORMAT: JSON names a member twice":                            duplicates,
		"INVALID_FORMAT: data follows the JSON object":                         "golang-jwt stops reading at the end of the claims",
		"INVALID_FORMAT: header alg is missing, empty or not a string":         "encoding/json knows no header parameters",
		"INVALID_FORMAT: header b64 asks for an unencoded payload":             "the libraries do not look at b64 without crit",
		"INVALID_FORMAT: header crit is not a non-empty list of names":         "the libraries take an empty list for none",
		"INVALID_FORMAT: header crit names extensions that are not understood": "golang-jwt does not look at crit",
		"INVALID_FORMAT: header kid is not a string":                           "a kid of another type is no kid for the libraries",
		"INVALID_FORMAT: header kid contains control characters":               "auth-go refuses what forges lines in logs",
		"INVALID_FORMAT: header typ is not a string":                           "the libraries do not look at typ",
		"INVALID_FORMAT: header zip asks for compression":                      "the libraries ignore zip in a JWS",
		"INVALID_FORMAT: the header has enc: an encrypted token (JWE), which cannot be read": "the libraries ignore enc in a header of three segments",
		"INVALID_FORMAT: the header is not strict base64url":                                 lineBreaks,
		"INVALID_FORMAT: the payload is not strict base64url":                                lineBreaks,
		"INVALID_FORMAT: the signature is not strict base64url":                              lineBreaks,
		"go-jose refuses: failed to unmarshal JWK":                                           "go-jose parses jwk although it is not asked to use it",
		"go-jose refuses: failed to unmarshal x5c header":                                    "go-jose parses x5c although it is not asked to use it",
	}
}
