package providers

import (
	"github.com/revstackhq/auth-go/core/providers/awsalb"
	"github.com/revstackhq/auth-go/core/providers/cloudflare"
	"github.com/revstackhq/auth-go/core/providers/github"
	"github.com/revstackhq/auth-go/core/providers/gitlab"
	"github.com/revstackhq/auth-go/core/providers/iap"
	"github.com/revstackhq/auth-go/core/providers/kubernetes"
	"github.com/revstackhq/auth-go/core/providers/spiffe"
	"github.com/revstackhq/auth-go/core/providers/vercel"
)

// infrastructure holds the providers that speak for machines and proxies.
func infrastructure() []Provider {
	return []Provider{
		{
			Slug: "iap", Name: "Google Identity-Aware Proxy",
			Description: "What Google Cloud's Identity-Aware Proxy says of the person, in its own header.",
			LogoURL:     "https://cdn.simpleicons.org/googlecloud/ffffff",
			Algorithms:  []string{"ES256"},
			Issuer:      "`https://cloud.google.com/iap`",
			Keys:        "`https://www.gstatic.com/iap/verify/public_key-jwk`",
			Audience:    "`/projects/<number>/global/backendServices/<id>`, `/projects/<number>/apps/<project>` or `/projects/<number>/locations/<region>/services/<name>`, required",
			UserID:      "`sub`",
			Checks:      []string{"`hd` if domains are named", "at most 10 min old"},
			Build:       FromJSON(iap.NewContract), Claims: claimsOf[iap.Claims],
		},
		{
			Slug: "aws-alb", Name: "AWS Application Load Balancer",
			Description: "What an Application Load Balancer says of the person whom it signed in, in its own header.",
			Algorithms:  []string{"ES256"},
			Issuer:      "the identity provider's, as the listener rule names it",
			Keys:        "one PEM for each key at `https://public-keys.auth.elb.<region>.amazonaws.com/<kid>`",
			Audience:    "none; the header's `signer`, required, and `client` if clients are named",
			UserID:      "`sub`",
			Checks: []string{
				"header `signer` is the load balancer's ARN",
				"header `iss`",
				"header `kid` is a UUID",
				"segments may be padded with `=`",
			},
			Build:  FromJSON(awsalb.NewContract),
			Claims: claimsOf[awsalb.Claims],
		},
		{
			Slug: "cloudflare-access", Name: "Cloudflare Access",
			Description: "What Cloudflare Access says of the person or service token, in its own header.",
			LogoURL:     "https://cdn.simpleicons.org/cloudflare/ffffff",
			Algorithms:  []string{"RS256"},
			Issuer:      "`https://<team>.cloudflareaccess.com`",
			Keys:        "`<issuer>/cdn-cgi/access/certs`",
			Audience:    "the application's AUD tag, required",
			UserID:      "`sub`; of a service token `common_name`",
			Checks:      []string{"`type` is `app`", "`sub` is not empty (no service token)"},
			Build:       FromJSON(cloudflare.NewContract), Claims: claimsOf[cloudflare.Claims],
		},
		{
			Slug: "github-actions", Name: "GitHub Actions",
			Description: "OpenID Connect tokens of workflow runs.",
			LogoURL:     "https://cdn.simpleicons.org/githubactions/ffffff",
			Algorithms:  []string{"RS256"},
			Issuer:      "`https://token.actions.githubusercontent.com`, with `/<enterprise>`, or the server's",
			Keys:        "found by discovery",
			Audience:    "what the workflow asks for, required",
			UserID:      "`sub`",
			Checks: []string{
				"at least one of repository, owner, workflow and subject", "`ref`, `environment`, `event_name`, `job_workflow_ref`, `runner_environment`, `repository_visibility` if named",
			},
			Build: FromJSON(github.NewContract), Claims: claimsOf[github.Claims],
		},
		{
			Slug: "gitlab-ci", Name: "GitLab CI/CD",
			Description: "ID tokens of CI/CD jobs, on gitlab.com or an instance of your own.",
			LogoURL:     "https://cdn.simpleicons.org/gitlab/ffffff",
			Algorithms:  []string{"RS256"},
			Issuer:      "`https://gitlab.com`, or the instance's URL",
			Keys:        "`<issuer>/oauth/discovery/keys`",
			Audience:    "what the job asks for, required",
			UserID:      "`sub`",
			Checks: []string{
				"at least one of project, namespace and subject",
				"`ref_path`, `ref_protected`, `environment`, `pipeline_source`, `runner_environment`, `ci_config_ref_uri` if named",
			},
			Build: FromJSON(gitlab.NewContract), Claims: claimsOf[gitlab.Claims],
		},
		{
			Slug: "kubernetes", Name: "Kubernetes",
			Description: "Projected tokens of Kubernetes service accounts.",
			LogoURL:     "https://cdn.simpleicons.org/kubernetes/ffffff",
			Algorithms:  []string{"RS256", "ES256", "ES384", "ES512"},
			Issuer:      "the cluster's `--service-account-issuer`",
			Keys:        "found by discovery, a JWKS URL, or a JWKS",
			Audience:    "the projected volume's, required",
			UserID:      "`sub` (`system:serviceaccount:<namespace>:<name>`)",
			Checks:      []string{"`sub` begins with `system:serviceaccount:`", "namespaces and service accounts if named"},
			Build:       FromJSON(kubernetes.NewContract), Claims: claimsOf[kubernetes.Claims],
		},
		{
			Slug: "vercel", Name: "Vercel",
			Description: "OpenID Connect tokens of Vercel deployments.",
			LogoURL:     "https://cdn.simpleicons.org/vercel/ffffff",
			Algorithms:  []string{"RS256"},
			Issuer:      "`https://oidc.vercel.com/<team>`, or `https://oidc.vercel.com` (global)",
			Keys:        "`<issuer>/.well-known/jwks`",
			Audience:    "`https://vercel.com/<team>`, or what the deployment asks for",
			UserID:      "`sub`",
			Checks: []string{
				"`project_id` or `project`",
				"`environment`",
				"`owner_id`, required for the global issuer",
			},
			Build:  FromJSON(vercel.NewContract),
			Claims: claimsOf[vercel.Claims],
		},
		{
			Slug: "spiffe", Name: "SPIFFE",
			Description: "JWT-SVIDs of SPIFFE workloads.",
			Algorithms:  []string{"RS256", "RS384", "RS512", "ES256", "ES384", "ES512", "PS256", "PS384", "PS512"},
			Issuer:      "optional: what the SVIDs say, such as SPIRE's OIDC discovery provider",
			Keys:        "the trust bundle by URL or as a JWKS, or found by discovery",
			Audience:    "required",
			UserID:      "`sub` (`spiffe://<trust domain>/<path>`)",
			Checks: []string{
				"`sub` is in the trust domain",
				"paths and path prefixes if named",
				"`typ` is `JWT`, `JOSE` or absent",
			},
			Build:  FromJSON(spiffe.NewContract),
			Claims: claimsOf[spiffe.Claims],
		},
	}
}
