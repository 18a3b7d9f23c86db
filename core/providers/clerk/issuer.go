package clerk

import (
	"encoding/base64"
	"strings"

	"github.com/revstackhq/auth-go/core/providers/internal/preset"
)

// unknownIssuer is used after a mistake in the configuration, so that the
// other mistakes are found too. No contract is made with it.
const unknownIssuer = "https://clerk.invalid"

func (c *Config) issuer(f *preset.Faults) string {
	url, key := strings.TrimSpace(c.IssuerURL), strings.TrimSpace(c.PublishableKey)
	fromURL, fromKey := "", ""
	switch {
	case url == "" && key == "":
		f.Missing("IssuerURL", "is required: copy the Frontend API URL from the API Keys page, or set {PublishableKey}")
	case strings.HasPrefix(url, "sk_"):
		f.Add("IssuerURL", "", "is a secret key, which is not needed to verify: replace it with the Frontend API URL")
	case strings.HasPrefix(url, "pk_"):
		f.Add("IssuerURL", "", "is a publishable key: set it as {PublishableKey}")
	default:
		fromURL = f.BaseURL("IssuerURL", url)
	}
	if key != "" {
		fromKey = issuerOf(key)
	}
	switch {
	case strings.HasPrefix(key, "sk_"):
		f.Add(
			"PublishableKey",
			"",
			"is a secret key, which is not needed to verify: copy pk_live_… or pk_test_… from the API Keys page",
		)
	case key != "" && fromKey == "":
		f.Add("PublishableKey", "", "is not a Clerk publishable key: copy pk_live_… or pk_test_… from the API Keys page")
	case fromKey != "" && fromURL != "" && fromKey != fromURL:
		f.Conflict("PublishableKey", key, "belongs to %s, not to {IssuerURL}: keep one of the two", fromKey)
	}
	switch {
	case fromURL != "":
		return fromURL
	case fromKey != "":
		return fromKey
	default:
		return unknownIssuer
	}
}

func (c *Config) satellites(f *preset.Faults) []string {
	var issuers []string
	for _, satellite := range c.SatelliteIssuers {
		switch issuer := f.BaseURL("SatelliteIssuers", satellite); {
		case strings.TrimSpace(satellite) == "":
			f.Missing("SatelliteIssuers", "holds an empty entry: remove it")
		case strings.HasPrefix(issuer, "https://"):
			issuers = append(issuers, issuer)
		case issuer != "":
			f.Add("SatelliteIssuers", satellite, "must be https")
		}
	}
	return issuers
}

// issuerOf decodes pk_<test|live>_ + base64("<host>$"); "" if it is not that.
func issuerOf(key string) string {
	encoded, ok := strings.CutPrefix(key, "pk_live_")
	if !ok {
		if encoded, ok = strings.CutPrefix(key, "pk_test_"); !ok {
			return ""
		}
	}
	decoded, err := base64.RawStdEncoding.Strict().DecodeString(strings.TrimRight(encoded, "="))
	if err != nil {
		return ""
	}
	host, ended := strings.CutSuffix(string(decoded), "$")
	if !ended || !isHost(host) {
		return ""
	}
	return "https://" + strings.ToLower(host)
}

// isHost reports whether host is a name with a dot in it; every issuer of Clerk has one.
func isHost(host string) bool {
	labels := strings.Split(host, ".")
	for _, label := range labels {
		if label == "" || strings.ContainsFunc(label, func(r rune) bool {
			return r != '-' && (r < '0' || r > '9') && (r < 'a' || r > 'z') && (r < 'A' || r > 'Z')
		}) {
			return false
		}
	}
	return len(labels) > 1
}
