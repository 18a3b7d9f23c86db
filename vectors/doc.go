// Package vectors holds test vectors for verifiers of JSON Web Tokens, as data that an implementation in any language
// can run. A vector has a contract, keys, a moment and a token, and the verdict with its code. Each class of vectors
// is named after a published weakness. The folder data has one JSON file for each class, and the README describes the
// format.
//
// [Load] returns the vectors for a program in Go:
//
//	classes, err := vectors.Load()
//	...
//	for _, class := range classes {
//		for _, c := range class.Cases {
//			// Make a verifier of c.Contract and c.Keys, with its clock at c.Time, and give it c.Token.
//			// It must accept the token, for c.User, if c.Accept is true, and refuse it otherwise.
//		}
//	}
//
// The package links nothing but the standard library. The private keys of all vectors are public, and must never sign
// anything else.
//
// # Errors
//
// The errors of [Load] and [Read] name the class and the case that cannot be used.
//
// # Concurrency
//
// Every call of [Load] returns new values. They are safe for concurrent use as long as they are not changed.
//
// # Compatibility
//
// Every version may add classes and cases. Verdicts with [Required] change only if they are wrong.
package vectors

//go:generate go run ./internal/generate data
