// Package jose reads compact JWS tokens (RFC 7515, RFC 7519) before anything in them is trusted.
//
// It splits, decodes and indexes; it verifies nothing. Every token has exactly one accepted spelling, every JSON
// member exactly one reading: duplicates, case variants, lenient base64url and half-valid Unicode are refused, because
// two readers that disagree about a token are how authentication is bypassed (RFC 8725 §2.4 and §3).
package jose
