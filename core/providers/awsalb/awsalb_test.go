package awsalb_test

import (
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
	configtest.Mistakes(t, awsalb.NewContract, []configtest.Mistake[awsalb.Config]{
		{Name: "nothing", Config: awsalb.Config{}, Fields: []string{"Issuer", "LoadBalancers"}},
		{
			Name:   "no load balancer",
			Config: config(func(c *awsalb.Config) { c.LoadBalancers = nil }),
			Fields: []string{"LoadBalancers"},
		},
		{
			Name:   "no issuer",
			Config: config(func(c *awsalb.Config) { c.Issuer = "" }),
			Fields: []string{"Issuer"},
		},
		{
			Name:   "an issuer by http",
			Config: config(func(c *awsalb.Config) { c.Issuer = "http://idp.example" }),
			Fields: []string{"Issuer"},
		},
		{
			Name:   "an empty ARN",
			Config: config(func(c *awsalb.Config) { c.LoadBalancers = []string{balancer, ""} }),
			Fields: []string{"LoadBalancers"},
		},
		{
			Name:   "a name",
			Config: config(func(c *awsalb.Config) { c.LoadBalancers = []string{"northwind"} }),
			Fields: []string{"LoadBalancers"},
		},
		{
			Name: "a network load balancer",
			Config: config(func(c *awsalb.Config) {
				c.LoadBalancers = []string{
					"arn:aws:elasticloadbalancing:eu-west-1:111122223333:loadbalancer/net/northwind/50dc6c495c0c9188",
				}
			}),
			Fields: []string{"LoadBalancers"},
		},
		{
			Name: "a listener",
			Config: config(func(c *awsalb.Config) {
				c.LoadBalancers = []string{
					"arn:aws:elasticloadbalancing:eu-west-1:111122223333:listener/app/northwind/50dc6c495c0c9188/a1",
				}
			}),
			Fields: []string{"LoadBalancers"},
		},
		{
			Name: "a region that leads elsewhere",
			Config: config(func(c *awsalb.Config) {
				c.LoadBalancers = []string{
					"arn:aws:elasticloadbalancing:evil.example/x-1:111122223333:loadbalancer/app/northwind/50dc6c495c0c9188",
				}
			}),
			Fields: []string{"LoadBalancers"},
		},
		{
			Name: "two regions",
			Config: config(func(c *awsalb.Config) {
				c.LoadBalancers = append(c.LoadBalancers,
					"arn:aws:elasticloadbalancing:us-east-1:111122223333:loadbalancer/app/northwind/50dc6c495c0c9188")
			}),
			Fields: []string{"LoadBalancers"},
		},
		{
			Name: "a partition without a known place",
			Config: config(func(c *awsalb.Config) {
				c.LoadBalancers = []string{
					"arn:aws-cn:elasticloadbalancing:cn-north-1:111122223333:loadbalancer/app/northwind/50dc6c495c0c9188",
				}
			}),
			Fields: []string{"KeyURLTemplate"},
		},
		{
			Name:   "keys without {kid}",
			Config: config(func(c *awsalb.Config) { c.KeyURLTemplate = "https://keys.example/kid" }),
			Fields: []string{"KeyURLTemplate"},
		},
		{
			Name:   "keys on a host by kid",
			Config: config(func(c *awsalb.Config) { c.KeyURLTemplate = "https://{kid}.example/" }),
			Fields: []string{"KeyURLTemplate"},
		},
		{
			Name:   "an empty client",
			Config: config(func(c *awsalb.Config) { c.ClientIDs = []string{""} }),
			Fields: []string{"ClientIDs"},
		},
	})
}

// TestNewContractKeys: where the keys are, for what users write.
func TestNewContractKeys(t *testing.T) {
	arnOf := func(partition, region string) []string {
		return []string{
			"arn:" + partition + ":elasticloadbalancing:" + region + ":111122223333:loadbalancer/app/northwind/50dc6c495c0c9188",
		}
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
	claims := configtest.Claims[awsalb.Claims](t, "aws-alb", "person from Cognito")
	if ok := claims.Username == "rhea" && claims.EmailVerified == "true" && claims.ExpiresAt == 1787300120; !ok {
		t.Errorf("%+v", claims)
	}
}
