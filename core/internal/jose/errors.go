package jose

// FormatError says why a token could not be read. Values are static: a refusal allocates nothing and never quotes
// the token.
type FormatError struct {
	// Reason completes the sentence "malformed token: …".
	Reason string
}

// Error returns the reason behind a fixed prefix.
func (e *FormatError) Error() string { return "malformed token: " + e.Reason }

var _ error = (*FormatError)(nil)

// Faults of the compact form (RFC 7515 §7.1).
var (
	errEmpty             = &FormatError{"it is empty"}
	errOpaque            = &FormatError{"no dot in it: an opaque token, not a JWT"}
	errSegments          = &FormatError{"a JWT has exactly three segments"}
	errEncrypted         = &FormatError{"five segments: an encrypted token (JWE), which cannot be read"}
	errTooLong           = &FormatError{"too long to index"}
	errEmptyHeader       = &FormatError{"the header segment is empty"}
	errEmptyPayload      = &FormatError{"the payload segment is empty"}
	errEmptySignature    = &FormatError{"the signature segment is empty"}
	errHeaderEncoding    = &FormatError{"the header is not strict base64url"}
	errPayloadEncoding   = &FormatError{"the payload is not strict base64url"}
	errSignatureEncoding = &FormatError{"the signature is not strict base64url"}
	errHeaderPadding     = &FormatError{"the header is not padded base64url"}
	errPayloadPadding    = &FormatError{"the payload is not padded base64url"}
	errSignaturePadding  = &FormatError{"the signature is not padded base64url"}
)

// Faults of the header (RFC 7515 §4).
var (
	errEncHeader  = &FormatError{"the header has enc: an encrypted token (JWE), which cannot be read"}
	errAlg        = &FormatError{"header alg is missing, empty or not a string"}
	errKid        = &FormatError{"header kid is not a string"}
	errKidLong    = &FormatError{"header kid is longer than 256 bytes"}
	errKidControl = &FormatError{"header kid contains control characters"}
	errTyp        = &FormatError{"header typ is not a string"}
	errCrit       = &FormatError{"header crit names extensions that are not understood"}
	errCritForm   = &FormatError{"header crit is not a non-empty list of names"}
	errB64        = &FormatError{"header b64 asks for an unencoded payload"}
	errZip        = &FormatError{"header zip asks for compression"}
)

// Faults of the JSON in header or payload (RFC 8259).
var (
	errBOM       = &FormatError{"JSON starts with a byte order mark"}
	errNotObject = &FormatError{"JSON is not an object"}
	errTrailing  = &FormatError{"data follows the JSON object"}
	errSyntax    = &FormatError{"JSON has a syntax error"}
	errLiteral   = &FormatError{"JSON has an unknown literal"}
	errNumber    = &FormatError{"JSON has a malformed number"}
	errString    = &FormatError{"JSON has an unterminated string"}
	errControl   = &FormatError{"JSON has a raw control character in a string"}
	errUTF8      = &FormatError{"JSON is not valid UTF-8"}
	errEscape    = &FormatError{"JSON has an unknown escape in a string"}
	errSurrogate = &FormatError{"JSON escapes half a surrogate pair"}
	errDuplicate = &FormatError{"JSON names a member twice"}
	errDepth     = &FormatError{"JSON is nested too deeply"}
	errMembers   = &FormatError{"JSON has too many members"}
)

// Faults of a NumericDate (RFC 7519 §2).
var (
	errDateKind  = &FormatError{"a date is not a JSON number"}
	errDateRange = &FormatError{"a date is outside the years 1 to 9999"}
)
