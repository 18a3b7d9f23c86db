package awsalb_test

import (
	"encoding/json"
	"slices"
	"testing"

	"github.com/revstackhq/auth-go/core/providers/awsalb"
	"github.com/revstackhq/auth-go/core/providers/internal/configtest"
)

const (
	balancer = "arn:aws:elasticloadbalancing:eu-west-1:111122223333:loadbalancer/app/northwind/50dc6c495c0c9188"
	issuer   = "https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_Qm7Tz4LxB"
)

func config(change func(*awsalb.Config)) awsalb.Config {
	cfg := awsalb.Config{LoadBalancers: []string{balancer}, Issuer: issuer, ClientIDs: []string{"c"}}
	change(&cfg)
	return cfg
}

// TestNewContractFaults: every mistake is reported, by the field of Config.
func TestNewContractFaults(t *testing.T) {
	cases := []struct {
		name string
		cfg  awsalb.Config
		want []string
	}{
		{"nothing", awsalb.Config{}, []string{"Issuer", "LoadBalancers"}},
		{"no load balancer", config(func(c *awsalb.Config) { c.LoadBalancers = nil }), []string{"LoadBalancers"}},
		{"no issuer", config(func(c *awsalb.Config) { c.Issuer = "" }), []string{"Issuer"}},
		{"an issuer by http", config(func(c *awsalb.Config) { c.Issuer = "http://idp.example" }), []string{"Issuer"}},
		{"an empty ARN", config(func(c *awsalb.Config) { c.LoadBalancers = []string{balancer, ""} }), []string{"LoadBalancers"}},
		{"a name", config(func(c *awsalb.Config) { c.LoadBalancers = []string{"northwind"} }), []string{"LoadBalancers"}},
		{"a network load balancer", config(func(c *awsalb.Config) {
			c.LoadBalancers = []string{"arn:aws:elasticloadbalancing:eu-west-1:111122223333:loadbalancer/net/northwind/50dc6c495c0c9188"}
		}), []string{"LoadBalancers"}},
		{"a listener", config(func(c *awsalb.Config) {
			c.LoadBalancers = []string{"arn:aws:elasticloadbalancing:eu-west-1:111122223333:listener/app/northwind/50dc6c495c0c9188/a1"}
		}), []string{"LoadBalancers"}},
		{"a region that leads elsewhere", config(func(c *awsalb.Config) {
			c.LoadBalancers = []string{"arn:aws:elasticloadbalancing:evil.example/x-1:111122223333:loadbalancer/app/northwind/50dc6c495c0c9188"}
		}), []string{"LoadBalancers"}},
		{"two regions", config(func(c *awsalb.Config) {
			c.LoadBalancers = append(c.LoadBalancers,
				"arn:aws:elasticloadbalancing:us-east-1:111122223333:loadbalancer/app/northwind/50dc6c495c0c9188")
		}), []string{"LoadBalancers"}},
		{"a partition without a known place", config(func(c *awsalb.Config) {
			c.LoadBalancers = []string{"arn:aws-cn:elasticloadbalancing:cn-north-1:111122223333:loadbalancer/app/northwind/50dc6c495c0c9188"}
		}), []string{"KeyURLTemplate"}},
		{"keys without {kid}", config(func(c *awsalb.Config) { c.KeyURLTemplate = "https://keys.example/kid" }), []string{"KeyURLTemplate"}},
		{"keys on a host by kid", config(func(c *awsalb.Config) { c.KeyURLTemplate = "https://{kid}.example/" }), []string{"KeyURLTemplate"}},
		{"an empty client", config(func(c *awsalb.Config) { c.ClientIDs = []string{""} }), []string{"ClientIDs"}},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			contract, err := awsalb.NewContract(c.cfg)
			if got := configtest.Fields(err); !slices.Equal(got, c.want) {
				t.Errorf("the faults are in %q, not %q: %v", got, c.want, err)
			}
			if contract != nil {
				t.Error("there is a contract beside the error")
			}
		})
	}
}

// TestNewContractKeys: where the keys are, for what users write.
func TestNewContractKeys(t *testing.T) {
	arnOf := func(partition, region string) []string {
		return []string{"arn:" + partition + ":elasticloadbalancing:" + region + ":111122223333:loadbalancer/app/northwind/50dc6c495c0c9188"}
	}
	cases := []struct{ name, partition, region, template, want string }{
		{"Ireland", "aws", "eu-west-1", "", "https://public-keys.auth.elb.eu-west-1.amazonaws.com/{kid}"},
		{"Thailand", "aws", "ap-southeast-7", "", "https://public-keys.auth.elb.ap-southeast-7.amazonaws.com/{kid}"},
		{
			"GovCloud", "aws-us-gov", "us-gov-west-1", "",
			"https://s3-us-gov-west-1.amazonaws.com/aws-elb-public-keys-prod-us-gov-west-1/{kid}",
		},
		{"elsewhere", "aws-cn", "cn-north-1", "https://keys.example/alb/{kid}", "https://keys.example/alb/{kid}"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			contract, err := awsalb.NewContract(awsalb.Config{
				LoadBalancers:  arnOf(c.partition, c.region),
				Issuer:         issuer,
				KeyURLTemplate: c.template,
			})
			if err != nil {
				t.Fatal(err)
			}
			rules := contract.Rules()
			if rules.KeyURLTemplate != c.want {
				t.Errorf("the keys are at %q, not %q", rules.KeyURLTemplate, c.want)
			}
			if !rules.PaddedSegments {
				t.Error("padded tokens are not accepted")
			}
		})
	}
}

// TestWarnings: only a contract without client ids leaves something open.
func TestWarnings(t *testing.T) {
	for want, cfg := range map[int]awsalb.Config{
		0: config(func(*awsalb.Config) {}),
		1: config(func(c *awsalb.Config) { c.ClientIDs = nil }),
	} {
		contract, err := awsalb.NewContract(cfg)
		if err != nil {
			t.Fatal(err)
		}
		if got := contract.Warnings(); len(got) != want {
			t.Errorf("the warnings are %q, want %d", got, want)
		}
	}
}

func TestClaims(t *testing.T) {
	payload, err := configtest.Payload("aws-alb", "person from Cognito")
	if err != nil {
		t.Fatal(err)
	}
	var claims awsalb.Claims
	if err := json.Unmarshal(payload, &claims); err != nil {
		t.Fatal(err)
	}
	if ok := claims.Username == "rhea" && claims.EmailVerified == "true" && claims.ExpiresAt == 1787300120; !ok {
		t.Errorf("%+v", claims)
	}
}
