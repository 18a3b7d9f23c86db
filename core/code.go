package core

import (
	"net/http"
)

// Code names why a request was refused. It is stable API: clients switch on it.
// Seven codes have the names of the TypeScript package @revstackhq/auth:
// TOKEN_EXPIRED, INVALID_SIGNATURE, ISSUER_MISMATCH, NETWORK_ERROR,
// MISSING_CLAIM, INVALID_FORMAT and UNKNOWN_ERROR.
//
// A Code is an error, so that errors.Is(err, core.CodeTokenExpired) works on
// anything a [Verifier] or a guard returns.
type Code string

// The codes, in the order in which a token with several faults reports them.
const (
	CodeInvalidRequest           Code = "INVALID_REQUEST"
	CodeTokenMissing             Code = "TOKEN_MISSING"
	CodeTokenTooLarge            Code = "TOKEN_TOO_LARGE"
	CodeInvalidFormat            Code = "INVALID_FORMAT"
	CodeAlgorithmNotAllowed      Code = "ALGORITHM_NOT_ALLOWED"
	CodeIssuerMismatch           Code = "ISSUER_MISMATCH"
	CodeKeysUnavailable          Code = "KEYS_UNAVAILABLE"
	codeIntrospectionUnavailable Code = "INTROSPECTION_UNAVAILABLE" // introspect.CodeUnavailable
	codeAPIKeysUnavailable       Code = "API_KEYS_UNAVAILABLE"      //nolint:gosec // apikey.CodeUnavailable
	CodeUnknownKey               Code = "UNKNOWN_KEY"
	CodeInvalidSignature         Code = "INVALID_SIGNATURE"
	codeTokenInactive            Code = "TOKEN_INACTIVE" // introspect.CodeInactive, apikey.CodeInactive
	CodeTokenExpired             Code = "TOKEN_EXPIRED"
	CodeTokenNotActive           Code = "TOKEN_NOT_ACTIVE"
	CodeAudienceMismatch         Code = "AUDIENCE_MISMATCH"
	CodePartyMismatch            Code = "PARTY_MISMATCH"
	CodeInvalidProof             Code = "INVALID_PROOF"
	codeProofsUnavailable        Code = "PROOF_CHECK_UNAVAILABLE" // dpop.CodeUnavailable
	CodeMissingClaim             Code = "MISSING_CLAIM"
	CodeClaimMismatch            Code = "CLAIM_MISMATCH"
	CodeRevocationUnavailable    Code = "REVOCATION_UNAVAILABLE"
	CodeTokenRevoked             Code = "TOKEN_REVOKED"
	CodeInsufficientScope        Code = "INSUFFICIENT_SCOPE"
	CodeForbidden                Code = "FORBIDDEN"
	CodeReauthenticationRequired Code = "REAUTHENTICATION_REQUIRED"
	CodeUnknownError             Code = "UNKNOWN_ERROR"

	// CodeRequestCanceled says that the client hung up, or that the caller
	// canceled the context, before the verdict. It is neither a refusal nor an
	// outage, and is not reported to observers.
	CodeRequestCanceled Code = "REQUEST_CANCELED"

	// CodeNetworkError is the TypeScript package's name for all codes that are
	// answered with status 503. No error carries it, but errors.Is reports it for
	// each error that carries one of them.
	CodeNetworkError Code = "NETWORK_ERROR"
)

// Error returns the code itself.
func (c Code) Error() string { return string(c) }

// unavailable reports whether the code means an outage: the credentials could not
// be checked.
func (c Code) unavailable() bool {
	switch c {
	case CodeKeysUnavailable, codeProofsUnavailable, codeIntrospectionUnavailable, codeAPIKeysUnavailable,
		CodeRevocationUnavailable, CodeNetworkError:
		return true
	default:
		return false
	}
}

// statusClientClosedRequest is the status that nginx logs if the client has gone.
const statusClientClosedRequest = 499

// Status is the HTTP status that a guard answers with, 200 for "".
func (c Code) Status() int {
	if c.unavailable() { // an outage is not "unauthorized"
		return http.StatusServiceUnavailable
	}
	switch c {
	case "":
		return http.StatusOK
	case CodeInvalidRequest: // RFC 6750 §3.1: invalid_request
		return http.StatusBadRequest
	case CodeInsufficientScope, CodeForbidden: // RFC 6750 §3.1: insufficient_scope
		return http.StatusForbidden
	case CodeRequestCanceled:
		return statusClientClosedRequest
	case CodeUnknownError:
		return http.StatusInternalServerError
	default:
		return http.StatusUnauthorized
	}
}

// RPCStatus is the status that a gRPC or Connect handler answers with, as a number
// of google.rpc.Code, 0 (OK) for "". It follows from [Code.Status].
func (c Code) RPCStatus() uint32 {
	switch c.Status() {
	case http.StatusOK:
		return 0
	case http.StatusBadRequest:
		return 3 // INVALID_ARGUMENT
	case http.StatusUnauthorized:
		return 16 // UNAUTHENTICATED
	case http.StatusForbidden:
		return 7 // PERMISSION_DENIED
	case http.StatusServiceUnavailable:
		return 14 // UNAVAILABLE, the code that clients retry
	case statusClientClosedRequest:
		return 1 // Canceled
	default:
		return 13 // INTERNAL
	}
}

// sentence returns the text for a person in the response. It never reveals what
// the server expected: that is in [Error.Detail], for the log.
func (c Code) sentence() string {
	switch c {
	case CodeInvalidRequest:
		return "The request's credentials are malformed or given more than once."
	case CodeTokenMissing:
		return "Sign in to continue."
	case CodeTokenTooLarge:
		return "The token is too large."
	case CodeInvalidFormat:
		return "The token is malformed."
	case CodeAlgorithmNotAllowed:
		return "The token is signed with an algorithm that is not accepted here."
	case CodeIssuerMismatch:
		return "The token was issued by an issuer this service does not trust."
	case CodeKeysUnavailable, codeProofsUnavailable, codeIntrospectionUnavailable, codeAPIKeysUnavailable,
		CodeRevocationUnavailable, CodeNetworkError:
		return "Sign-in cannot be checked right now. Please try again shortly."
	case CodeUnknownKey:
		return "The token is signed with an unknown key."
	case CodeInvalidSignature:
		return "The token's signature is not valid."
	case codeTokenInactive:
		return "The token or key is unknown, has expired or was revoked."
	case CodeTokenExpired:
		return "The session has expired. Please sign in again."
	case CodeTokenNotActive:
		return "The token is not valid yet."
	case CodeAudienceMismatch:
		return "The token was issued for another service."
	case CodePartyMismatch:
		return "The token was issued to an application that is not accepted here."
	case CodeInvalidProof:
		return "The proof that the token belongs to its sender is missing or not valid."
	case CodeMissingClaim:
		return "The token lacks a required claim."
	case CodeClaimMismatch:
		return "This type of token is not accepted here."
	case CodeTokenRevoked:
		return "The session has been revoked. Please sign in again."
	case CodeInsufficientScope:
		return "The token does not grant the required scope."
	case CodeForbidden:
		return "You are not allowed to do this."
	case CodeReauthenticationRequired:
		return "Please confirm your identity again to continue."
	case CodeRequestCanceled:
		return "The request was canceled."
	default:
		return "The request could not be authenticated."
	}
}
