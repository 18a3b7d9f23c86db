package google

import (
	"slices"
	"strings"

	"github.com/revstackhq/auth-go/core"
	"github.com/revstackhq/auth-go/core/providers/internal/preset"
)

// serviceAccounts ends every service account's e-mail address.
const serviceAccounts = ".gserviceaccount.com"

// addressOfServiceAccount and partyIsSubject are the two marks of a service
// account's token. The address is left out without includeEmail, but the token's
// party (azp) is then still the account itself, where a person's is a client.
func addressOfServiceAccount() core.ClaimRule {
	return core.ClaimRule{Claim: "email", Suffixes: []string{serviceAccounts}}
}

func partyIsSubject() core.ClaimRule { return core.ClaimRule{Claim: "sub", SameAs: "azp"} }

func noServiceAccounts() []core.ClaimRule {
	const why = "a service account of anyone's can have a token for any audience; ServiceAccounts accepts some"
	return []core.ClaimRule{
		{Claim: "email", Optional: true, NotSuffixes: []string{serviceAccounts}, Reason: why},
		{Claim: "azp", Optional: true, NotSuffixes: []string{serviceAccounts}, Reason: why},
		{Claim: "sub", Absent: true, When: []core.ClaimRule{partyIsSubject()}, Reason: why},
	}
}

// onlyServiceAccounts checks the address against the list, which Google must have
// verified. Where people sign in too the rules are for service accounts alone.
func (c *Config) onlyServiceAccounts(f *preset.Faults) []core.ClaimRule {
	accounts := make([]string, 0, len(c.ServiceAccounts))
	for _, account := range f.Values("ServiceAccounts", c.ServiceAccounts) {
		account = strings.ToLower(account)
		if name, _, _ := strings.Cut(account, "@"); account != "" &&
			(name == "" || name == account || !strings.HasSuffix(account, serviceAccounts)) {
			f.Add("ServiceAccounts", account, "is not a service account's address: write name@project.iam.gserviceaccount.com")
		}
		accounts = append(accounts, account)
	}
	listed := core.ClaimRule{
		Claim:  "email",
		OneOf:  accounts,
		Code:   core.CodePartyMismatch,
		Reason: "the service accounts that are accepted",
	}
	verified := core.ClaimRule{
		Claim:  "email_verified",
		Type:   "boolean",
		OneOf:  []string{"true"},
		Reason: "Google has not verified the address",
	}
	if len(c.ClientIDs) == 0 {
		return []core.ClaimRule{listed, verified}
	}
	var rules []core.ClaimRule
	for _, mark := range []core.ClaimRule{addressOfServiceAccount(), partyIsSubject()} {
		listed.When, verified.When = []core.ClaimRule{mark}, []core.ClaimRule{mark}
		rules = append(rules, listed, verified)
	}
	return append(rules, core.ClaimRule{
		Claim:       "azp",
		Optional:    true,
		NotSuffixes: []string{serviceAccounts},
		When:        []core.ClaimRule{{Claim: "email", Absent: true}},
		Reason:      "a service account whose token lacks its address",
	})
}

func (c *Config) checkServiceAccounts(f *preset.Faults) {
	if len(c.ServiceAccounts) > 0 && c.AllowServiceAccounts {
		f.Conflict("AllowServiceAccounts", "true", "{ServiceAccounts} are named: remove one of the two")
	}
	if len(c.Audience) > 0 && len(c.ServiceAccounts) == 0 && !c.AllowServiceAccounts {
		f.Missing(
			"ServiceAccounts",
			"is required with {Audience}, which only service accounts can ask for: name those that you accept",
		)
	}
	for _, audience := range c.Audience {
		if slices.Contains(c.ClientIDs, audience) {
			f.Conflict("Audience", audience, "is among {ClientIDs} too: keep one of the two")
		}
	}
}
