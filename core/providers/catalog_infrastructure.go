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
			Slug:        "iap",
			Name:        "Google Identity-Aware Proxy",
			Description: "What Google Cloud's Identity-Aware Proxy says of the person, in its own header.",
			LogoURL:     "https://cdn.simpleicons.org/googlecloud/ffffff",
			Algorithms:  []string{"ES256"},
			Build:       FromJSON(iap.NewContract),
			Claims:      claimsOf[iap.Claims],
		},
		{
			Slug:        "aws-alb",
			Name:        "AWS Application Load Balancer",
			Description: "What an Application Load Balancer says of the person whom it signed in, in its own header.",
			Algorithms:  []string{"ES256"},
			Build:       FromJSON(awsalb.NewContract),
			Claims:      claimsOf[awsalb.Claims],
		},
		{
			Slug:        "cloudflare-access",
			Name:        "Cloudflare Access",
			Description: "What Cloudflare Access says of the person or service token, in its own header.",
			LogoURL:     "https://cdn.simpleicons.org/cloudflare/ffffff",
			Algorithms:  []string{"RS256"},
			Build:       FromJSON(cloudflare.NewContract),
			Claims:      claimsOf[cloudflare.Claims],
		},
		{
			Slug:        "github-actions",
			Name:        "GitHub Actions",
			Description: "OpenID Connect tokens of workflow runs.",
			LogoURL:     "https://cdn.simpleicons.org/githubactions/ffffff",
			Algorithms:  []string{"RS256"},
			Build:       FromJSON(github.NewContract),
			Claims:      claimsOf[github.Claims],
		},
		{
			Slug:        "gitlab-ci",
			Name:        "GitLab CI/CD",
			Description: "ID tokens of CI/CD jobs, on gitlab.com or an instance of your own.",
			LogoURL:     "https://cdn.simpleicons.org/gitlab/ffffff",
			Algorithms:  []string{"RS256"},
			Build:       FromJSON(gitlab.NewContract),
			Claims:      claimsOf[gitlab.Claims],
		},
		{
			Slug:        "kubernetes",
			Name:        "Kubernetes",
			Description: "Projected tokens of Kubernetes service accounts.",
			LogoURL:     "https://cdn.simpleicons.org/kubernetes/ffffff",
			Algorithms:  []string{"RS256", "ES256", "ES384", "ES512"},
			Build:       FromJSON(kubernetes.NewContract),
			Claims:      claimsOf[kubernetes.Claims],
		},
		{
			Slug:        "vercel",
			Name:        "Vercel",
			Description: "OpenID Connect tokens of Vercel deployments.",
			LogoURL:     "https://cdn.simpleicons.org/vercel/ffffff",
			Algorithms:  []string{"RS256"},
			Build:       FromJSON(vercel.NewContract),
			Claims:      claimsOf[vercel.Claims],
		},
		{
			Slug:        "spiffe",
			Name:        "SPIFFE",
			Description: "JWT-SVIDs of SPIFFE workloads.",
			Algorithms:  []string{"RS256", "RS384", "RS512", "ES256", "ES384", "ES512", "PS256", "PS384", "PS512"},
			Build:       FromJSON(spiffe.NewContract),
			Claims:      claimsOf[spiffe.Claims],
		},
	}
}
