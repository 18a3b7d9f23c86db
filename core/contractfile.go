package core

import (
	"os"

	"github.com/revstackhq/auth-go/core/internal/contractfile"
)

// ParseContracts reads several contracts from one JSON document:
//
//	{"contracts": [
//	  {"issuer": {"env": "CLERK_ISSUER_URL"}, "jwksUri": {"env": "CLERK_JWKS_URL"}, "audience": "api"},
//	  {"issuer": "https://id.example", "signingSecretEnv": "ID_SECRET", "strategy": "HS256", "audience": "api"}
//	]}
//
// Each contract is written and checked as for [ParseContract]. In place of any
// string, {"env": "NAME"} takes the value of the environment variable NAME; a
// variable that is unset or empty is an error that names it. This form is not
// allowed for a signing secret: signingSecretEnv names its variable.
//
// Every mistake in all of the contracts is returned at once, as [*ConfigError]
// whose Field is the path in the document, such as contracts[1].issuer, with its
// line and column. [NewVerifier] takes them all.
func ParseContracts(data []byte) ([]*Contract, error) {
	entries, problems := contractfile.Split(data, os.LookupEnv)
	if len(problems) > 0 {
		return nil, errorsOf("contracts", data, problems)
	}
	contracts := make([]*Contract, len(entries))
	var f configErrors
	for i := range entries {
		contract, err := ParseContract(entries[i].JSON)
		contracts[i] = contract
		for _, e := range ConfigErrors(err) {
			e.Field, e.Line, e.Column = entries[i].Locate(e.Field, "contract", e.Line, e.Column)
			f.Append(e)
		}
	}
	if !f.Empty() {
		return nil, f.Err()
	}
	return contracts, nil
}
