// Package awsalb is the preset for the user claims that an AWS Application Load
// Balancer adds to the requests of signed-in users
// (https://docs.aws.amazon.com/elasticloadbalancing/latest/application/listener-authenticate-users.html).
//
//	contract, err := awsalb.NewContract(awsalb.Config{
//		LoadBalancers: []string{"arn:aws:elasticloadbalancing:eu-west-1:111122223333:loadbalancer/app/northwind/50dc6c495c0c9188"},
//		Issuer:        "https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_Qm7Tz4LxB",
//		ClientIDs:     []string{"4h8s2kq9v1n7x3t6b5d0mfcrjw"},
//	})
//	g, err := guard.New(contract, guard.Extractors(guard.Header(awsalb.Header)))
//
// The load balancer must be the only way to the service: restrict the service's
// security group to the load balancer's. A client that bypasses it can send a
// token of another rule, and can use up the limited fetches of unknown keys.
package awsalb

import (
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/revstackhq/auth-go/core"
	"github.com/revstackhq/auth-go/core/providers/internal/preset"
)

// Header is the request header that carries the token, without a scheme. The
// headers X-Amzn-Oidc-Identity and X-Amzn-Oidc-Accesstoken next to it are not
// signed by the load balancer.
const Header = "X-Amzn-Oidc-Data"

// Config says which load balancer to trust. LoadBalancers and Issuer are
// required.
type Config struct {
	// LoadBalancers are the ARNs of the load balancers in front of this service,
	// all in one region. The keys of a region serve the load balancers of every
	// AWS customer: the ARN alone says that a token is from yours.
	LoadBalancers core.Strings `json:"loadBalancerArns"`
	// Issuer is the issuer in the listener rule's authenticate action, exactly
	// as it is there. For Amazon Cognito it is
	// https://cognito-idp.<region>.amazonaws.com/<user pool id>.
	Issuer string `json:"issuer"`
	// ClientIDs are the client ids in the listener rule's action. Without them
	// a token of every rule of the load balancer is accepted.
	ClientIDs core.Strings `json:"clientId,omitempty"`

	// KeyURLTemplate is where the region's keys are, with {kid} for the key id.
	// It follows from the region, except in partitions whose place AWS does not
	// document.
	KeyURLTemplate string `json:"keyUrlTemplate,omitempty"`
	// UserIDClaim is "sub" by default.
	UserIDClaim string `json:"userIdClaim,omitempty"`
	// Leeway is 30 s by default.
	Leeway time.Duration `json:"-"`
}

// NewContract returns the contract, or every mistake in cfg at once as
// [*core.ConfigError]. It does no I/O.
func NewContract(cfg Config) (*core.Contract, error) {
	var f preset.Faults
	f.Required("Issuer", cfg.Issuer, "copy it from the authenticate action of the listener rule")
	if len(cfg.LoadBalancers) == 0 {
		f.Missing(
			"LoadBalancers",
			"is required: name the load balancer's ARN; without it a token of any AWS customer would do",
		)
	}
	keys := cfg.keys(&f)
	fields := map[string]string{}
	if cfg.KeyURLTemplate == "" {
		fields["KeyURLTemplate"] = "LoadBalancers"
	}
	rules := core.Rules{
		Provider:       "aws-alb",
		Issuer:         cfg.Issuer,
		KeyURLTemplate: keys,
		Algorithms:     []string{"ES256"},
		TokenTypes:     []string{"", "JWT"},
		PaddedSegments: true,
		UserIDClaim:    cfg.UserIDClaim,
		ClaimRules:     cfg.conditions(&f),
		Leeway:         cfg.Leeway,
		Session:        mapping(),
		// The tokens have no aud: signer and client bind them to this service.
		InsecureAnyAudience: true,
	}
	if len(cfg.ClientIDs) == 0 {
		rules.Warnings = []string{"any client id: a token of every rule of the load balancer is accepted, " +
			"also of one for another application; set ClientIDs"}
	}
	return f.Contract(rules, fields)
}

// conditions look at the header: that is what the load balancer writes, while
// the payload is what the identity provider said of the person.
func (c *Config) conditions(f *preset.Faults) []core.ClaimRule {
	rules := []core.ClaimRule{
		{
			Header: "signer",
			OneOf:  f.Values("LoadBalancers", c.LoadBalancers),
			Code:   core.CodeAudienceMismatch,
			Reason: "the load balancer that signed",
		},
		{
			Header: "iss",
			OneOf:  []string{c.Issuer},
			Reason: "the issuer that the load balancer asked, not only the one that the user's claims name",
		},
	}
	if len(c.LoadBalancers) == 0 {
		rules = rules[1:]
	}
	if len(c.ClientIDs) > 0 {
		rules = append(rules, core.ClaimRule{
			Header: "client",
			OneOf:  f.Values("ClientIDs", c.ClientIDs),
			Code:   core.CodePartyMismatch,
			Reason: "the client that the person signed in to",
		})
	}
	return rules
}

// arn is the ARN of an Application Load Balancer: partition, region, and what
// is behind them.
var arn = regexp.MustCompile(
	`^arn:(aws[a-z-]*):elasticloadbalancing:([a-z]{2,}(?:-[a-z]+)+-[0-9]+):[0-9]{12}:loadbalancer/app/[A-Za-z0-9-]+/[0-9a-f]+$`,
)

// keys returns where the keys of the load balancers' region are.
func (c *Config) keys(f *preset.Faults) string {
	var regions []string
	keys := c.KeyURLTemplate
	for _, name := range c.LoadBalancers {
		parts := arn.FindStringSubmatch(name)
		if parts == nil {
			if strings.TrimSpace(name) == name && name != "" { // Values reports the others
				f.Add("LoadBalancers", name, "is not the ARN of an Application Load Balancer: "+
					"write arn:aws:elasticloadbalancing:<region>:<account>:loadbalancer/app/<name>/<id>")
			}
			continue
		}
		partition, region := parts[1], parts[2]
		if regions = append(regions, region); c.KeyURLTemplate != "" {
			continue
		}
		switch partition {
		case "aws":
			keys = "https://public-keys.auth.elb." + region + ".amazonaws.com/{kid}"
		case "aws-us-gov":
			keys = "https://s3-" + region + ".amazonaws.com/aws-elb-public-keys-prod-" + region + "/{kid}"
		default:
			f.Missing("KeyURLTemplate", "is required in partition %s, whose place of keys AWS does not document", partition)
		}
	}
	if slices.Sort(regions); len(slices.Compact(regions)) > 1 {
		f.Add("LoadBalancers", "", "are in several regions, each with keys of its own: make a contract for each region")
	}
	return keys
}

func mapping() core.Mapping {
	none := []core.ClaimRef{}
	return core.Mapping{
		// What the identity provider's user-info endpoint says: no rights.
		Roles:       none,
		Permissions: none,
		Scopes:      none,
		ClientID:    none, // in the header only
		Kind:        core.KindSession,
	}
}
